"""Secrets planted in the caller's shell, and the search for them in everything that a command leaves and runs."""
