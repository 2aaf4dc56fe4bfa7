"""Every scenario on the deployed house, each with fresh seeds: `python -m tests.scenarios`."""
