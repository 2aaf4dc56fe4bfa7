"""An incident store in memory; every method is atomic under one lock."""

from collections.abc import Collection
from datetime import datetime
from threading import Lock

from mendloop.contracts.approval import Rejection
from mendloop.contracts.incident import Incident, IncidentState, Occurrence, Signal, TimelineEntry
from mendloop.contracts.mapping import Correction, SourceRoots
from mendloop.contracts.publication import Publication, TicketRecord
from mendloop.domain.errors import Conflict
from mendloop.ports import Claim, FaultOwner
from tests.fakes.follow_ups import InMemoryFollowUps


class InMemoryIncidents(InMemoryFollowUps):
    """Plain dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self.by_id: dict[str, Incident] = {}
        self._occurrences: dict[str, dict[str, Occurrence]] = {}
        self._places: dict[tuple[str, ...], Incident] = {}
        self._timeline: dict[str, list[TimelineEntry]] = {}
        self._owners: dict[tuple[str, str], tuple[str, int, bool]] = {}
        self._roots: dict[str, SourceRoots] = {}
        self._corrections: dict[tuple[str, str], Correction] = {}
        self._rejections: dict[tuple[str, str, str], Rejection] = {}
        self._held: dict[str, dict[int, tuple[str, datetime]]] = {}
        self._publications: dict[tuple[str, int], Publication] = {}
        self._tickets: dict[str, TicketRecord] = {}

    def claim(self, incident: Incident) -> Claim:
        with self._lock:
            standing = self.by_id.setdefault(incident.id, incident)
            return Claim(incident=standing, won=standing is incident)

    def open(self, incident: Incident, occurrence: Occurrence, *, since: datetime | None) -> Claim:
        with self._lock:
            at, last = incident.signal.place, self._places.get(incident.signal.place)
            standing = self.by_id.get(incident.id)
            if standing is None and since is not None and last and last.opened_at > since:
                standing = self.by_id[last.id]
            if standing is None:
                self.by_id[incident.id] = incident
                if since is not None:
                    self._places[at] = incident
            kept = standing or incident
            self._occurrences.setdefault(kept.id, {})[occurrence.id] = occurrence
            return Claim(incident=kept, won=standing is None)

    def standing_at(self, signal: Signal, *, since: datetime) -> str:
        last = self._places.get(signal.place)
        return last.id if last and last.opened_at > since else ""

    def load(self, incident_id: str) -> Incident | None:
        return self.by_id.get(incident_id)

    def save(self, incident: Incident, *, expected: IncidentState | None = None) -> None:
        with self._lock:
            standing = self.by_id.get(incident.id)
            if expected is not None and (standing is None or standing.state is not expected):
                raise Conflict(f"{incident.id} is {standing.state if standing else 'unknown'}, not {expected}")
            self.by_id[incident.id] = incident

    def incidents(self, *, service: str = "", state: IncidentState | None = None, limit: int = 100) -> list[Incident]:
        found = [
            incident
            for incident in list(self.by_id.values())
            if (not service or incident.service == service) and (state is None or incident.state is state)
        ]
        return sorted(found, key=lambda incident: (incident.opened_at, incident.id), reverse=True)[:limit]

    def record(self, incident_id: str, occurrence: Occurrence) -> bool:
        with self._lock:
            known = self._occurrences.setdefault(incident_id, {})
            new = occurrence.id not in known
            known.setdefault(occurrence.id, occurrence)
            return new

    def occurrences(self, incident_id: str) -> list[Occurrence]:
        return sorted(self._occurrences.get(incident_id, {}).values(), key=lambda found: (found.at, found.id))

    def note(self, incident_id: str, entry: TimelineEntry) -> None:
        with self._lock:
            known = self._timeline.setdefault(incident_id, [])
            if entry not in known:
                known.append(entry)

    def timeline(self, incident_id: str) -> list[TimelineEntry]:
        return sorted(self._timeline.get(incident_id, []), key=lambda entry: entry.at)

    def claim_fault(self, service: str, fault: str, incident_id: str) -> FaultOwner:
        with self._lock:
            owner, generation, is_open = self._owners.get((service, fault), (incident_id, 1, True))
            standing = self.by_id.get(owner)
            if owner != incident_id and not (is_open and not (standing and standing.state.terminal)):
                owner, generation = incident_id, generation + 1
            if owner == incident_id:
                self._owners[service, fault] = (owner, generation, True)
            return FaultOwner(fault=fault, generation=generation, incident_id=owner, mine=owner == incident_id)

    def release_fault(self, service: str, fault: str, incident_id: str) -> None:
        with self._lock:
            owner, generation, _ = self._owners.get((service, fault), ("", 0, False))
            if owner == incident_id:
                self._owners[service, fault] = (owner, generation, False)

    def save_roots(self, roots: SourceRoots) -> None:
        self._roots[roots.service] = roots

    def roots(self, service: str) -> SourceRoots | None:
        return self._roots.get(service)

    def save_correction(self, correction: Correction) -> None:
        self._corrections[correction.service, correction.fault] = correction

    def save_rejection(self, rejection: Rejection) -> None:
        self._rejections.setdefault((rejection.service, rejection.fault, rejection.draft.sha256), rejection)

    def rejections(self, service: str, fault: str) -> list[Rejection]:
        found = [each for each in self._rejections.values() if (each.service, each.fault) == (service, fault)]
        return sorted(found, key=lambda each: (each.at, each.draft.sha256))

    def correction(self, service: str, fault: str) -> Correction | None:
        return self._corrections.get((service, fault))

    def take_place(
        self, queue: str, places: int, incident_id: str, *, at: datetime, since: datetime, standing: Collection[str]
    ) -> bool:
        with self._lock:
            held = self._held.setdefault(queue, {})
            for number in [number for number, (who, when) in held.items() if who not in standing and when <= since]:
                if held[number][0] != incident_id:
                    del held[number]
                else:
                    held[number] = (incident_id, at)
            holders = {who for who, _ in held.values()}
            for comer in [*sorted(set(standing) - holders - {incident_id}), incident_id]:
                free = [number for number in range(places) if number not in held]
                if comer not in holders and free:
                    held[free[0]] = (comer, at)
            return incident_id in {who for who, _ in held.values()}

    def save_publication(self, publication: Publication) -> None:
        self._publications[publication.fault, publication.generation] = publication

    def publication(self, fault: str, generation: int) -> Publication | None:
        return self._publications.get((fault, generation))

    def save_ticket(self, record: TicketRecord) -> None:
        self._tickets[record.of] = record

    def ticket(self, of: str) -> TicketRecord | None:
        return self._tickets.get(of)
