"""Measurements on cases whose answer is known; never part of the tests."""
