"""Programs that run inside the jail, read as text and never imported outside. Standard library and pytest only."""
