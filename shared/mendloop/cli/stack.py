"""Deploying mendloop's own stack on the local cloud."""

from pathlib import Path

from mendloop.cli.deployment import App, bootstrap, deploy
from mendloop.cli.local_cloud import LocalCloud
from mendloop.cli.place import python_version
from mendloop.cli.toolbox import Toolbox


def deploy_stack(tools: Toolbox, cloud: LocalCloud, catalog: Path) -> dict[str, str]:
    """The stack's outputs. The catalog's approvers get a topic each."""
    bootstrap(tools, cloud)
    context = {"stage": "local", "python_version": python_version(), "catalog": str(catalog)}
    return deploy(tools, cloud, App("infra.app", context, depends_on=(catalog,)))
