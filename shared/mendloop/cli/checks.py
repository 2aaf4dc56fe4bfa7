"""What `mendloop doctor` looks at, with read-only calls."""

import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mendloop.cli.place import Place
from mendloop.domain.catalog import Catalog, Service
from mendloop.domain.errors import MendloopError
from mendloop.ports import Deployed


@dataclass(frozen=True)
class Finding:
    """One check in words."""

    ok: bool
    what: str
    advice: str = ""


def examine(place: Place, catalog: Catalog, service: Service) -> Iterator[Finding]:
    """All checks of one service; a check that cannot be made is a finding, not a crash."""
    for check in (_repository, _publishing, _revision, _alarms, _approvers, _tracker, _test_command, _paused):
        try:
            yield from check(place, catalog, service)
        except MendloopError as error:
            yield Finding(False, f"{check.__name__.strip('_')}: {error}", error.next_action)


def _repository(place: Place, catalog: Catalog, service: Service) -> Iterator[Finding]:
    code = place.wiring.code_host(service.repository)
    branch = code.default_branch(service.repository)
    head = code.resolve(service.repository, branch)
    files = len(code.tree(service.repository, head)) if head else 0
    yield Finding(
        bool(files),
        f"repository {service.repository.location} is readable: {branch} at {(head or 'nothing')[:10]}, {files} files",
        "The default branch is empty or missing: push it, or correct repository.location in the catalog.",
    )


def _publishing(place: Place, catalog: Catalog, service: Service) -> Iterator[Finding]:
    """Where an approved change would go."""
    yield Finding(True, f"publishing: {place.wiring.code_host(service.repository).examine(service.repository)}")


def _revision(place: Place, catalog: Catalog, service: Service) -> Iterator[Finding]:
    functions = [name for name in service.signals.functions if "*" not in name]
    if not functions:
        yield Finding(
            False,
            "the running revision is unknown",
            f"Name the function in services.{service.name}.signals.functions; else the default branch is assumed.",
        )
    for name in functions:
        revision, source = place.wiring.telemetry.running_revision(Deployed(function=name))
        known = bool(revision) and (
            place.wiring.code_host(service.repository).resolve(service.repository, revision) is not None
        )
        yield Finding(
            known,
            f"{name} runs {revision[:10] or 'an unknown revision'} ({source or 'no record'})",
            "Set the function's environment variable GIT_REVISION to the deployed commit, and push that commit.",
        )


def _alarms(place: Place, catalog: Catalog, service: Service) -> Iterator[Finding]:
    topic = place.outputs["SignalsTopicArn"]
    pages = place.client("cloudwatch").get_paginator("describe_alarms").paginate()
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    mine = [a for a in alarms if any(fnmatchcase(a["AlarmName"], p) for p in service.signals.alarms)]
    if not mine:
        yield Finding(
            False,
            f"no alarm matches {', '.join(service.signals.alarms) or 'the empty list'}",
            f"Create an alarm, or correct services.{service.name}.signals.alarms.",
        )
    for alarm in mine:
        wired = topic in alarm.get("AlarmActions", []) or place.cloud is None
        yield Finding(
            wired,
            f"alarm {alarm['AlarmName']} reaches mendloop",
            f"Add {topic} to its alarm actions (on the local cloud EventBridge gets no alarm events).",
        )


def _approvers(place: Place, catalog: Catalog, service: Service) -> Iterator[Finding]:
    for name in service.approvers:
        approver = catalog.approvers[name]
        yield Finding(
            place.wiring.mailer.confirmed(approver),
            f"approver {name} receives mail at {approver.delivery.endpoint}",
            "They must follow the link in SNS's confirmation mail; `mendloop catalog push` sends it again.",
        )


def _tracker(place: Place, catalog: Catalog, service: Service) -> Iterator[Finding]:
    """Whoever may not read may not write either."""
    yield Finding(True, f"tickets: {place.wiring.tracker(service).examine()}")


def _test_command(place: Place, catalog: Catalog, service: Service) -> Iterator[Finding]:
    words = shlex.split(service.test_command)
    pytest = "pytest" in words
    yield Finding(
        pytest and shutil.which(words[0]) is not None if words else False,
        f"test command `{service.test_command}`",
        f"Set services.{service.name}.test_command to a pytest command, e.g. `python -m pytest -q`.",
    )


def _paused(place: Place, catalog: Catalog, service: Service) -> Iterator[Finding]:
    yield Finding(
        not place.wiring.switch.paused(service.name),
        "not paused",
        f"Run `mendloop resume {service.name}` when it may go on.",
    )
