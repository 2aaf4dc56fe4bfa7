"""Which revision runs: from production's own records, in a written order (docs/mapping.md)."""

from collections.abc import Iterator
from dataclasses import dataclass

from mendloop.contracts.evidence import Evidence
from mendloop.contracts.incident import Incident
from mendloop.domain.catalog import Repository, Service
from mendloop.domain.errors import NotFound, Permanent
from mendloop.ports import CodeHost, Telemetry

_FUNCTION_DIMENSIONS = ("FunctionName", "ServiceName")
_WILDCARDS = set("*?[")


@dataclass(frozen=True)
class Running:
    """The revision the mapping is made on."""

    revision: str
    source: str
    assumed: bool
    branch: str
    head: str


def running_revision(
    code: CodeHost,
    repository: Repository,
    service: Service,
    evidence: Evidence,
    incident: Incident | None,
    telemetry: Telemetry,
) -> Running:
    """Order: the failing deployment, the function's own record, the newest deployment seen, else the branch's head.

    Records are read one after the other, until one names a revision that the repository holds.
    Raises NotFound when the repository has no default branch to read.
    """
    branch = code.default_branch(repository)
    head = code.resolve(repository, branch)
    if head is None:
        raise NotFound(f"{repository.location} has no branch {branch}")
    unknown = []
    for name, source in _records(service, evidence, incident, telemetry):
        revision = code.resolve(repository, name) if name else None
        if revision:
            return Running(revision, source, False, branch, head)
        unknown.append(f"{source} says {name[:40]}, which {repository.location} does not hold" if name else source)
    reason = "; ".join(unknown) or "no record of the running revision"
    return Running(head, f"assumed: the default branch's head ({reason})", True, branch, head)


def _records(
    service: Service, evidence: Evidence, incident: Incident | None, telemetry: Telemetry
) -> Iterator[tuple[str, str]]:
    """What each record names, with where it stands; without a name: why a record could not be read."""
    if evidence.failing_revision:
        yield evidence.failing_revision, "the failing deployment's record"
    for function in _functions(service, incident):
        named, source = _own_record(function, telemetry)
        if named or source:
            yield named, source
    for deployed in reversed(evidence.deployments):
        if deployed.revision:
            yield deployed.revision, f"the deployment of {deployed.what}"


def _own_record(function: str, telemetry: Telemetry) -> tuple[str, str]:
    """A record that cannot be read is no word about the repository: the next one counts. An outage is raised."""
    try:
        return telemetry.running_revision(function)
    except Permanent as error:
        return "", f"the record of {function} could not be read ({type(error).__name__}: {str(error)[:200]})"


def _functions(service: Service, incident: Incident | None) -> list[str]:
    dimensions = incident.signal.dimensions if incident else {}
    named = [dimensions[name] for name in _FUNCTION_DIMENSIONS if dimensions.get(name)]
    listed = [name for name in service.signals.functions + service.signals.ecs_services if not _WILDCARDS & set(name)]
    return list(dict.fromkeys(named + listed))
