"""Tests of the papers people get as documents."""
