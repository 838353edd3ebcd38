"""Whatever people and forgers send: a kind answer, no failure, nobody else's data."""
