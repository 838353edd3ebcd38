"""Class observations: preparing, meeting, marking, following up, and who stands where."""
