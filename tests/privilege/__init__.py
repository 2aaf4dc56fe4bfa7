"""Every statement of every function's role is missed by a test: `python -m tests.privilege [room …]`."""
