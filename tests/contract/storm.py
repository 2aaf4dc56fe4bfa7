"""A storm: many signals of few faults, shuffled, redelivered, out of order, taken in by several consumers at once."""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Lock
from typing import Any

from functions.intake.outcome import Outcome
from functions.intake.step import Intake
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.incident import Incident, Occurrence
from mendloop.ports import Claim, IncidentStore
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.house import make_catalog
from tests.fakes.switch import InMemorySwitch
from tests.fakes.workflow import RecordingWorkflow
from tests.unit.intake.test_step import alarm, as_action, by_sns

FAULTS = 20
CONSUMERS = 8
DELIVERIES: Sequence[Callable[[dict[str, Any]], dict[str, Any]]] = (
    lambda event: event,
    lambda event: by_sns(event, raw=False),
    lambda event: by_sns(event, raw=True),
    as_action,
)


def signals(count: int, seed: int) -> list[str]:
    """`count` deliveries: each happening is delivered twice, by any of the ways that alarms come."""
    chance = random.Random(seed)
    events = []
    for number in range(count // 2):
        at = NOW - timedelta(seconds=number // FAULTS)
        event = alarm(f"shop-{number % FAULTS}", at=at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"))
        events += [json.dumps(chance.choice(DELIVERIES)(event)) for _ in range(2)]
    chance.shuffle(events)
    return events


class Counting:
    """The store as intake sees it, with each conditional write counted at the port: `open`, `record`, `save`."""

    def __init__(self, store: IncidentStore) -> None:
        self._store, self._lock = store, Lock()
        self.writes: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def open(self, incident: Incident, occurrence: Occurrence, **since: Any) -> Claim:
        claim = self._store.open(incident, occurrence, **since)
        self._count("opened" if claim.won else "lost")
        return claim

    def record(self, incident_id: str, occurrence: Occurrence) -> bool:
        self._count("recorded")
        return self._store.record(incident_id, occurrence)

    def claim(self, incident: Incident) -> Claim:
        self._count("claimed")
        return self._store.claim(incident)

    def save(self, incident: Incident, **expected: Any) -> None:
        self._count("saved")
        self._store.save(incident, **expected)

    def note(self, *entry: Any) -> None:
        self._count("noted")
        self._store.note(*entry)

    def _count(self, what: str) -> None:
        with self._lock:
            self.writes[what] += 1


class CountingArtifacts(InMemoryArtifacts):
    """How many raw events were kept."""

    puts = 0

    def put(self, *content: Any, **more: Any) -> ArtifactRef:
        self.puts += 1
        return super().put(*content, **more)


def take_in(store: IncidentStore, bodies: Sequence[str]) -> tuple[Counter[str], Counter[str], RecordingWorkflow]:
    """(writes by kind, outcomes, what was started) of a service without limits."""
    counting, workflow, outcomes = Counting(store), RecordingWorkflow(), Counter[str]()
    limits = {"starts_per_hour": 1000, "open_incidents": 1000, "debounce_seconds": 60}
    catalogs, switch = FixedCatalog(make_catalog(limits=limits)), InMemorySwitch()
    seen: Any = counting
    intake = Intake(CountingArtifacts(), seen, catalogs, switch, workflow, FixedClock())

    def consume(batch: Sequence[str]) -> list[Outcome]:
        return [taken.outcome for body in batch for taken in intake.take(body)]

    batches = [bodies[at : at + 10] for at in range(0, len(bodies), 10)]
    with ThreadPoolExecutor(CONSUMERS) as pool:
        for taken in pool.map(consume, batches):
            outcomes.update(taken)
    return counting.writes, outcomes, workflow


def assert_each_is_one(store: IncidentStore, count: int, writes: Counter[str], workflow: RecordingWorkflow) -> None:
    """One incident per fault, each happening recorded once, and one conditional write per duplicate."""
    incidents = store.incidents(limit=10 * FAULTS)
    assert len(incidents) == len(workflow.started) == writes["opened"] == FAULTS
    assert sum(len(store.occurrences(incident.id)) for incident in incidents) == count // 2
    assert writes["recorded"] + writes["lost"] == count - FAULTS, "one for each that opened nothing"
    starters = {"saved", "noted"}
    assert not set(writes) - {"opened", "recorded", "lost"} - starters
    # Whoever is delivered again before the start is written down starts the same execution, and says so.
    assert max(writes[what] for what in starters) <= FAULTS * (1 + CONSUMERS)
