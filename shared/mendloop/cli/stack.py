"""Deploying mendloop's own stack on the local cloud."""

from collections.abc import Sequence
from pathlib import Path

from mendloop.cli.deployment import App, bootstrap, deploy
from mendloop.cli.drafter import REVERT, Drafter
from mendloop.cli.local_cloud import LocalCloud
from mendloop.cli.place import python_version
from mendloop.cli.toolbox import Toolbox


def deploy_stack(
    tools: Toolbox,
    cloud: LocalCloud,
    catalog: Path | None = None,
    *,
    approvers: Sequence[str] = (),
    drafter: Drafter = REVERT,
) -> dict[str, str]:
    """The stack's outputs. The catalog's approvers, or those named here instead, get a topic each.

    Where they are named, the assembly depends on no catalog, hence is used again for each.
    """
    bootstrap(tools, cloud)
    named = {"approvers": ",".join(approvers)} if approvers else {"catalog": str(catalog)}
    context = {"stage": "local", "python_version": python_version(), **named, **drafter.context()}
    return deploy(tools, cloud, App("infra.app", context, depends_on=(catalog,) if catalog else ()))
