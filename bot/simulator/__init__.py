"""A strict Bot API on this machine, with people and phones, for the demo and the tests."""
