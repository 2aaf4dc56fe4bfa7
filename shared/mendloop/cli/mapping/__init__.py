"""Code mapping without the cloud: one log, or a file of cases, against repositories on this machine."""
