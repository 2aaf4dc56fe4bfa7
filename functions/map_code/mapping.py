"""One fault and one revision: the whole mapping, without the execution around it."""

from dataclasses import dataclass

from functions.map_code.candidates import Candidate
from functions.map_code.changes import Change, recent_changes
from functions.map_code.corrections import corrected
from functions.map_code.frames import Located, locate
from functions.map_code.kept import Kept
from functions.map_code.outcomes import WORDS
from functions.map_code.owner import find_owner
from functions.map_code.ranking import candidates, rank
from functions.map_code.roots import Taught
from functions.map_code.since import changed_since
from functions.map_code.snapshot import Snapshot
from functions.map_code.suspects import last_writers, rank_suspects
from functions.map_code.without_trace import changed_functions, last_good, suspects_of, why_nothing
from mendloop.contracts.evidence import Evidence, Fault
from mendloop.contracts.mapping import CodeMap, Correction, Outcome, SourceRoot, SourceRoots, Target
from mendloop.domain.catalog import Catalog, Service
from mendloop.ports import CodeHost
from mendloop.running import Running


@dataclass(frozen=True)
class View:
    """What is known before anything is weighed."""

    located: Located
    changes: list[Change]
    candidates: list[Candidate]


def look(
    evidence: Evidence, fault: Fault | None, service: Service, snapshot: Snapshot, taught: Taught | None = None
) -> View:
    """Places of the trace, recent changes, and the functions that may have to change with their clues."""
    if fault is None:
        changes = recent_changes(snapshot, last_good(evidence), evidence.window_end)
        found = changed_functions(evidence, changes, service, snapshot)
        why = () if found else (why_nothing(evidence),)
        return View(Located([], [WORDS[one] for one in why], False, outcomes=why), changes, found)
    located = locate(fault.trace, service, snapshot, taught)
    paths = [place.path for places in reversed(located.places) for place in places]
    good, until = evidence.last_good_revision, evidence.window_end
    changes = recent_changes(snapshot, good, until, paths) if paths else []
    return View(located, changes, candidates(located, changes, snapshot))


def make_map(
    evidence: Evidence,
    fault: Fault | None,
    service: Service,
    catalog: Catalog,
    running: Running,
    code: CodeHost,
    correction: Correction | None = None,
    kept: Kept | None = None,
    known: SourceRoots | None = None,
) -> CodeMap:
    """Targets, owner, suspects for one fault at the revision that runs; no targets where there is no stack trace.

    What an operator said about this fault goes before what the ranking says. `kept`: what earlier mappings read;
    `known`: the source roots that earlier incidents of the service taught.
    """
    snapshot = Snapshot(code, service.repository, running.revision, kept)
    view = look(evidence, fault, service, snapshot, Taught.of(known, correction))
    return conclude(view, evidence, service, catalog, running, snapshot, correction)


def conclude(
    view: View,
    evidence: Evidence,
    service: Service,
    catalog: Catalog,
    running: Running,
    snapshot: Snapshot,
    correction: Correction | None = None,
) -> CodeMap:
    """What was seen, weighed."""
    located, changes = view.located, view.changes
    targets, missing = corrected(rank(view.candidates), correction, snapshot)
    rank_them = rank_suspects if located.places or located.unmapped else suspects_of
    suspects = rank_them(targets, changes, snapshot)
    return CodeMap(
        incident_id=evidence.incident_id,
        repository=service.repository.location,
        revision=running.revision,
        revision_assumed=running.assumed,
        revision_source=running.source,
        default_branch=running.branch,
        head=running.head,
        targets=targets,
        code_path=_code_path(located, targets),
        suspects=suspects,
        writers=last_writers(targets, snapshot) if located.places else [],
        owner=find_owner(targets, suspects, snapshot, catalog, evidence.window_end),
        fixed_in=changed_since(targets, suspects, snapshot, running.head),
        unmapped=[*missing, *located.unmapped],
        roots=[SourceRoot(at_run_time=out, in_repository=own) for out, own in located.roots],
        outcomes=list(dict.fromkeys([*running.outcomes, *_lost(evidence, snapshot), *located.outcomes])),
    )


def _lost(evidence: Evidence, snapshot: Snapshot) -> list[Outcome]:
    """A forced push may have removed what the deployment before was made of."""
    good = evidence.last_good_revision
    lost = bool(good) and snapshot.code.resolve(snapshot.repository, good) is None
    return [Outcome.NO_LAST_GOOD] if lost else []


def _code_path(located: Located, targets: list[Target]) -> list[str]:
    """Entry → … → target. A target that no frame names follows the frame that calls it."""
    names = [
        name_of(places[0].path, places[0].function.name if places[0].function else "") for places in located.places
    ]
    path = list(dict.fromkeys(names))
    if not targets:
        return path
    target = name_of(targets[0].path, targets[0].function)
    return path[: path.index(target) + 1] if target in path else [*path, target]


def name_of(path: str, function: str) -> str:
    """`path::function`, or the path at module level."""
    return f"{path}::{function}" if function else path
