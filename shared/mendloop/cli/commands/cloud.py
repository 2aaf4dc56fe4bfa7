"""`mendloop up` and `mendloop down`: the local cloud with the real stack on it."""

import time

from rich.console import Console

from mendloop.cli import local_cloud
from mendloop.cli.errors import told
from mendloop.cli.stack import deploy_stack
from mendloop.cli.toolbox import Toolbox, find_root

console = Console(highlight=False, soft_wrap=True)


def up() -> None:
    """Start the local cloud and deploy the stack."""
    with told():
        tools = Toolbox(find_root())
        folder = tools.state / "cloud"
        cloud = local_cloud.find(folder)
        if cloud is None:
            cloud = local_cloud.start(tools, folder, persist=False)
        started = time.monotonic()
        catalog = tools.root / "mendloop.yaml"
        outputs = deploy_stack(tools, cloud, catalog)
        console.print(f"The stack is deployed in {time.monotonic() - started:.1f} s at {cloud.endpoint}")
        console.print(f"Review site: {outputs['SiteUrl']}")
        console.print("Next: `mendloop catalog push mendloop.yaml`, `mendloop doctor`, `mendloop test-alarm SERVICE`.")


def down() -> None:
    """Stop the local cloud; what it held is gone."""
    with told():
        cloud = local_cloud.find(Toolbox(find_root()).state / "cloud")
        if cloud is None:
            console.print("No local cloud is running here.")
            return
        local_cloud.stop(cloud)
        console.print("Stopped.")
