"""Drafting and proof without the cloud: the same rooms, on repositories and logs of this machine."""
