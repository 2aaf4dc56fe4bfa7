"""What the demo and the end-to-end tests stand on: a fresh local cloud with both stacks deployed."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from mendloop.cli import local_cloud
from mendloop.cli.demo.inbox import Inbox
from mendloop.cli.demo.production import Production, make_production
from mendloop.cli.demo.settings import write_catalog
from mendloop.cli.demo.silence import silent_address
from mendloop.cli.deployment import App, deploy
from mendloop.cli.drafter import REVERT, Drafter
from mendloop.cli.local_cloud import LocalCloud
from mendloop.cli.place import Place, local_place
from mendloop.cli.stack import deploy_stack
from mendloop.cli.subscriptions import subscribe
from mendloop.cli.toolbox import Toolbox
from mendloop.domain.errors import Misconfigured


def fresh_cloud(tools: Toolbox, folder: Path, *, auth: bool = False) -> LocalCloud:
    """A new local cloud in this folder; the one that runs there and whatever it left are gone.

    `auth`: the roles of functions are enforced.
    """
    if running := local_cloud.find(folder):
        local_cloud.stop(running)
    shutil.rmtree(folder, ignore_errors=True)
    return local_cloud.start(tools, folder, auth=auth)


def deploy_all(
    tools: Toolbox, cloud: LocalCloud, scenario: str, seed: int, drafter: Drafter = REVERT
) -> tuple[Place, Production, Inbox]:
    """The stack of mendloop with its catalog pushed, and the production service's own stack beside it."""
    shutil.rmtree(cloud.folder / "production", ignore_errors=True)
    production = make_production(scenario, seed=seed, into=cloud.folder / "production")
    place, inbox = deploy_side_by_side(tools, cloud, [production], drafter)
    return place, production, inbox


def deploy_side_by_side(
    tools: Toolbox, cloud: LocalCloud, productions: Sequence[Production], drafter: Drafter = REVERT
) -> tuple[Place, Inbox]:
    """The stack of mendloop once, with all services in its catalog, and one stack that holds all of them.

    Misconfigured when two of them have the same name.
    """
    names = [production.service for production in productions]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Misconfigured(f"two services are called {min(twice)}: choose other seeds")
    catalog_file = cloud.folder / "mendloop.yaml"
    # The stack needs the approvers' names only; the inbox's address is known once the cloud runs.
    write_catalog(productions, "arn:aws:sqs:us-east-1:000000000000:inbox", catalog_file, drafter.name)
    outputs = deploy_stack(tools, cloud, catalog_file, drafter=drafter)
    place = local_place(cloud, outputs)
    drafter.keep_key(place)
    inbox = Inbox(place, "inbox")
    place.client("s3").put_object(Bucket=outputs["CatalogBucket"], Key="mendloop.yaml", Body=catalog_file.read_bytes())
    catalog, _ = place.wiring.catalogs.load()
    subscribe(place, catalog)
    context = {"topic": outputs["SignalsTopicArn"], "services": [_told(production) for production in productions]}
    code = tuple(production.code for production in productions)
    deploy(tools, cloud, App("mendloop.cli.demo.production.app", context, depends_on=code))
    return place, inbox


def _told(production: Production) -> dict[str, object]:
    environment = {production.neighbour: silent_address()} if production.neighbour else {}
    return {**production.context(), "environment": environment}
