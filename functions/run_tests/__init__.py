"""Run tests. The layer of this function alone holds the group `sandbox` of uv.lock: bubblewrap and pytest."""
