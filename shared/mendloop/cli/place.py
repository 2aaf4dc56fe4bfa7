"""Which cloud a command talks to: the local one of this checkout, or, only when asked by `--aws`, a real account."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mendloop.cli import local_cloud
from mendloop.cli.local_cloud import LocalCloud
from mendloop.cli.toolbox import Toolbox, find_root
from mendloop.contracts.incident import Incident
from mendloop.domain.errors import Misconfigured, NotFound
from mendloop.runtime.settings import Settings
from mendloop.runtime.wiring import Wiring

OUTPUTS = {
    "incidents_table": "IncidentsTable",
    "decisions_table": "DecisionsTable",
    "ledger_table": "LedgerTable",
    "artifacts_bucket": "ArtifactsBucket",
    "catalog_bucket": "CatalogBucket",
    "audit_bucket": "AuditBucket",
    "state_machine_arn": "StateMachineArn",
    "safety_net": "LeaveToHumanName",
    "signals_queue_url": "SignalsQueueUrl",
    "site_url": "SiteUrl",
    "approver_topic_prefix": "ApproverTopicPrefix",
    "operators_topic_arn": "OperatorsTopicArn",
    "pause_parameter": "PauseParameter",
    "link_keys_secret": "LinkKeysSecret",
    "github_secret": "GithubSecret",
    "token_broker": "TokenBrokerName",
    "github_tickets_secret": "GithubTicketsSecret",
    "jira_secret": "JiraSecret",
    "linear_secret": "LinearSecret",
}
"""Setting → output of the stack."""

STACK = "mendloop"
"""As `infra/app.py` names it; CloudFormation tells capitals from small letters."""
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}


@dataclass(frozen=True)
class Place:
    """A deployed mendloop, as a command reaches it."""

    outputs: dict[str, str]
    wiring: Wiring
    cloud: LocalCloud | None

    def client(self, service: str) -> Any:
        """A boto3 client of the same place."""
        if self.cloud:
            return self.cloud.client(service)
        import boto3

        return boto3.client(service)

    def incident(self, incident_id: str) -> Incident:
        """The stored incident; NotFound, with where to look, when there is none."""
        incident = self.wiring.incidents.load(incident_id)
        if incident is None:
            raise NotFound(f"there is no incident {incident_id}", next_action="List them with `mendloop incidents`.")
        return incident


def local_place(cloud: LocalCloud, outputs: dict[str, str]) -> Place:
    """On the local cloud. From here on this process talks to nothing else: its AWS variables are replaced.

    A proxy would be asked for loopback too, with its password, and see all that is said.
    """
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower() in _PROXIES]:
        if name != "AWS_CA_BUNDLE":
            del os.environ[name]
    os.environ.update(cloud.environment())
    return Place(outputs, Wiring(_settings(outputs, "local")), cloud)


_opened: ContextVar[Place | None] = ContextVar("opened", default=None)


@contextmanager
def opened(place: Place) -> Iterator[None]:
    """Commands run inside this block reach `place`, whatever runs on this machine."""
    token = _opened.set(place)
    try:
        yield
    finally:
        _opened.reset(token)


def here(*, aws: bool = False) -> Place:
    """The running local cloud of this checkout, or the account of your credentials when `aws`."""
    if already := _opened.get():
        return already
    if aws:
        return _aws_place()
    tools = Toolbox(find_root())
    cloud = local_cloud.find(tools.state / "cloud")
    if cloud is None:
        raise Misconfigured(
            "no local cloud is running in this checkout",
            next_action="Start one with `mendloop up`, or give --aws for a deployed stack.",
        )
    return local_place(cloud, read_outputs(cloud.folder))


def read_outputs(folder: Path) -> dict[str, str]:
    """The outputs of the stack as its deployment left them."""
    file = folder / "outputs-infra.app.json"
    if not file.exists():
        raise Misconfigured("the stack is not deployed here", next_action="Run `mendloop up`.")
    return {name: value for stack in json.loads(file.read_text()).values() for name, value in stack.items()}


def _aws_place() -> Place:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        stacks = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        raise Misconfigured(f"the stack {STACK} cannot be read in this account: {error}") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
    return Place(outputs, Wiring(_settings(outputs, "aws")), None)


def _settings(outputs: dict[str, str], stage: str) -> Settings:
    found = {name: outputs[output] for name, output in OUTPUTS.items() if output in outputs}
    return Settings(stage=stage, **found)


def python_version() -> str:
    """The host's, which every function of the local cloud runs on."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
