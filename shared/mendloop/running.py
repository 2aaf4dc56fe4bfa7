"""Which revision runs: from production's own records, in a written order (docs/mapping.md)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from mendloop.contracts.evidence import Evidence
from mendloop.contracts.incident import Incident
from mendloop.contracts.mapping import Outcome
from mendloop.domain.catalog import Repository, Service
from mendloop.domain.errors import NotFound, Permanent
from mendloop.ports import CodeHost, Deployed, Telemetry

_WILDCARDS = set("*?[")


@dataclass(frozen=True)
class Running:
    """What runs, or is assumed to."""

    revision: str
    source: str
    assumed: bool
    branch: str
    head: str
    outcomes: tuple[Outcome, ...] = ()
    """What a record said that led to no revision."""


def running_revision(
    code: CodeHost,
    repository: Repository,
    service: Service,
    evidence: Evidence | None,
    incident: Incident | None,
    telemetry: Telemetry,
) -> Running:
    """The order of the records stands in docs/mapping.md; without any, the default branch's head is assumed.

    `evidence` None asks for what runs now. Records are read one after the other, until one names a revision that the
    repository holds.
    Raises NotFound when the repository has no default branch to read.
    """
    branch = code.default_branch(repository)
    head = code.resolve(repository, branch)
    if head is None:
        raise NotFound(f"{repository.location} has no branch {branch}")
    unknown, lost = list[str](), list[Outcome]()
    for name, source in _records(code, service, evidence, incident, telemetry):
        revision = code.resolve(repository, name) if name else None
        if revision:
            return Running(revision, source, False, branch, head, tuple(lost))
        lost += [Outcome.NO_REVISION] if name and not lost else []
        unknown.append(f"{source} says {name[:40]}, which {repository.location} does not hold" if name else source)
    reason = "; ".join(unknown) or "no record of the running revision"
    return Running(head, f"assumed: the default branch's head ({reason})", True, branch, head, tuple(lost))


def _records(
    code: CodeHost, service: Service, evidence: Evidence | None, incident: Incident | None, telemetry: Telemetry
) -> Iterator[tuple[str, str]]:
    """What each record names, with where it stands; without a name: why a record could not be read."""
    if evidence and evidence.failing_revision:
        yield evidence.failing_revision, "the failing deployment's record"
    for of in _running(service, incident):
        yield from _asked(partial(telemetry.running_revision, of), f"the record of {of.function or of.ecs_service}")
    for deployed in reversed(evidence.deployments if evidence else []):
        if deployed.revision:
            yield deployed.revision, f"the deployment of {deployed.what}"
    for name in filter(_exact, service.signals.others):
        # The name alone does not say whether it is an application, a pipeline, or something else altogether.
        for of in (Deployed(application=name), Deployed(pipeline=name)):
            yield from _asked(partial(telemetry.running_revision, of), f"the deployments of {name}", may_miss=True)
    yield from _asked(partial(code.deployed_revision, service.repository), "the code host's deployments")


def _asked(read: Callable[[], tuple[str, str]], what: str, *, may_miss: bool = False) -> Iterator[tuple[str, str]]:
    """A record that cannot be read is no word about the repository: the next one counts. An outage is raised."""
    try:
        named, source = read()
    except Permanent as error:
        if not (may_miss and isinstance(error, NotFound)):
            yield "", f"{what} could not be read ({type(error).__name__}: {str(error)[:200]})"
        return
    if named or source:
        yield named, source


def _running(service: Service, incident: Incident | None) -> list[Deployed]:
    """What the signal names, then what the catalog does; of the catalog's ECS services, in the signal's cluster."""
    dimensions = incident.signal.dimensions if incident else {}
    cluster = dimensions.get("ClusterName", "")
    functions = [dimensions.get("FunctionName", "").split(":")[0], *filter(_exact, service.signals.functions)]
    services = [dimensions.get("ServiceName", ""), *filter(_exact, service.signals.ecs_services)]
    named = [Deployed(function=name) for name in dict.fromkeys(functions) if name]
    return [*named, *(Deployed(cluster=cluster, ecs_service=name) for name in dict.fromkeys(services) if name)]


def _exact(name: str) -> bool:
    return not _WILDCARDS & set(name)
