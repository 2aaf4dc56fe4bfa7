"""Texts that leave the house, as reviewers read them; written anew with MENDLOOP_WRITE_SNAPSHOTS=1."""
