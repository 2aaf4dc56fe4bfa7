"""Signals without a stack trace: what the deployment in the window changed, else nothing that code could answer for."""

from functions.map_code.candidates import Candidate, Pool
from functions.map_code.changes import Change
from functions.map_code.search import is_test
from functions.map_code.snapshot import Snapshot
from functions.map_code.suspects import rank_suspects
from functions.map_code.traced import read_traced
from mendloop.contracts.evidence import Evidence
from mendloop.contracts.mapping import Outcome, Suspect, Target
from mendloop.domain.catalog import Service

_MOST_TARGETS = 5


def last_good(evidence: Evidence) -> str:
    """As recorded; else what ran before the newest deployment of the window, empty where that is unknown."""
    if evidence.last_good_revision:
        return evidence.last_good_revision
    revisions = [one.revision for one in evidence.deployments if one.revision]
    return next((revision for revision in reversed(revisions) if revision != revisions[-1]), "")


def why_nothing(evidence: Evidence) -> Outcome:
    """The reason, where no change is known."""
    return Outcome.NO_RANGE if evidence.deployments or evidence.failing_revision else Outcome.NO_DEPLOYMENT


def suspects_of(targets: list[Target], changes: list[Change], snapshot: Snapshot) -> list[Suspect]:
    """The commits behind the first targets, likelier targets first: no frame says which of them it was."""
    found: dict[str, Suspect] = {}
    for target in targets[:_MOST_TARGETS]:
        for suspect in rank_suspects([target], changes, snapshot):
            found.setdefault(suspect.commit.sha, suspect)
    return list(found.values())[:_MOST_TARGETS]


def changed_functions(
    evidence: Evidence, changes: list[Change], service: Service, snapshot: Snapshot
) -> list[Candidate]:
    """What the failing deployment brought to the service's own files: the more of a function is new, the likelier.

    And what traced requests with a fault point to.
    """
    pool, root = Pool(), f"{service.root.strip('/')}/".lstrip("/")
    for change in (change for change in changes if change.new_since_good):
        reason = f"changed by {change.commit.sha[:12]}, new with the failing deployment"
        for path, touch in change.touches.items():
            source = snapshot.source(path)
            if source is None or is_test(path) or not path.startswith(root):
                continue
            total = sum(map(len, touch.functions.values())) or 1
            for name, lines in touch.functions.items():
                if function := source.named(name):
                    candidate = pool.get(path, name, (function.start, function.end))
                    candidate.add("deployed", change.weight * (0.5 + 0.5 * len(lines) / total), reason)
            for name in sorted(touch.bindings) if not touch.functions else ():
                if span := source.bindings.get(name):
                    pool.get(path, "", span).add("deployed", change.weight * 0.5, reason)
    read_traced(evidence, service, snapshot, pool)
    return list(pool)
