"""The incidents table.

| pk | sk | what | read by |
|---|---|---|---|
| incident id | `incident` | the incident; `state`, `service` | claim, open, load, save (conditional on `state`) |
| incident id | `occurrence#<id>` | one occurrence | record (conditional), occurrences |
| incident id | `note#<time>#<hash>` | one line of the timeline | note, timeline |
| `place#<kind>#<account>#<region>#<resource>` | `last` | the last incident there | open (conditional), standing_at |
| `fault#<service>#<fault>` | `owner` | the owning incident, the generation | claim_fault, release_fault |
| `fault#<service>#<fault>` | `correction` | the target as an operator named it | save_correction, correction |
| `fault#<service>#<fault>` | `rejected#<sha256>` | a rejected draft | save_rejection (conditional), rejections |
| `service#<service>` | `roots` | which folder of the run time is which of the repository | save_roots, roots |
| `queue#<host>:<repository>` | `place-<number>` | who opens a pull request, and since when | take_place (conditional) |
| `fault#<fault>` | `publication#<generation>` | a publication | publication |
| `fault#<fault>` | `ticket` | the fault's newest ticket | ticket |
| incident id | `follow_up` | what became of its change | see `dynamodb_follow_ups` |
| `fault#<service>#<fault>` | `seen#<time>#<incident id>` | one time that the fault was seen | sight, sightings |

Index `by_state`: `gsi1pk` = `state#<state>`, `gsi1sk` = `<opened at>#<incident id>`, eventually consistent, for lists
and rate gates only. Nothing here expires: incidents are the record.
"""

from collections.abc import Collection
from datetime import datetime
from itertools import islice

from mendloop.adapters.dynamodb_faults import FaultClaims
from mendloop.adapters.dynamodb_follow_ups import FollowUpItems
from mendloop.adapters.dynamodb_items import ABSENT, INDEX, Item, Items, sortable
from mendloop.adapters.dynamodb_places import Places
from mendloop.adapters.dynamodb_together import Put, put_all
from mendloop.contracts.approval import Rejection
from mendloop.contracts.incident import Incident, IncidentState, Occurrence, Signal, TimelineEntry
from mendloop.contracts.mapping import Correction, SourceRoots
from mendloop.contracts.publication import Publication, TicketRecord
from mendloop.domain.errors import Conflict
from mendloop.domain.identity import canonical_json, content_hash
from mendloop.ports import Claim, FaultOwner


class DynamoDbIncidents(FollowUpItems):
    """IncidentStore on one table."""

    def __init__(self, table: str) -> None:
        super().__init__(Items(table))
        self._faults = FaultClaims(self._items, self._has_ended)
        self._queues = Places(self._items)

    def claim(self, incident: Incident) -> Claim:
        """One conditional write; the loser's answer comes with it."""
        standing = self._items.add(incident.id, "incident", canonical_json(incident), _attributes(incident))
        return Claim(incident=_incident(standing) if standing else incident, won=standing is None)

    def open(self, incident: Incident, occurrence: Occurrence, *, since: datetime | None) -> Claim:
        """Claim it with its first occurrence, unless one opened after `since` stands at its place."""
        seen, doc = f"occurrence#{occurrence.id}", canonical_json(occurrence)
        puts = [
            Put(incident.id, "incident", canonical_json(incident), _attributes(incident), ABSENT),
            Put(incident.id, seen, doc),
        ]
        if since is not None:
            condition = {
                "ConditionExpression": "attribute_not_exists(pk) OR opened <= :since",
                "ExpressionAttributeValues": {":since": {"S": sortable(since)}},
            }
            last = {"incident": incident.id, "opened": sortable(incident.opened_at)}
            puts.append(Put(_place(incident.signal), "last", "{}", last, condition))
        refused = put_all(self._items, *puts)
        if not refused:
            return Claim(incident=incident, won=True)
        standing = _incident(refused[0]) if refused[0] else self._at(refused[-1])
        self._items.put(standing.id, seen, doc)
        return Claim(incident=standing, won=False)

    def _at(self, last: Item | None) -> Incident:
        found = self.load(last.attributes["incident"]) if last else None
        if found is None:
            raise Conflict("a place names an incident that is not there")
        return found

    def standing_at(self, signal: Signal, *, since: datetime) -> str:
        """Id of the incident that was opened at the signal's place after `since`, or ""."""
        last = self._items.get(_place(signal), "last")
        return last.attributes["incident"] if last and last.attributes["opened"] > sortable(since) else ""

    def load(self, incident_id: str) -> Incident | None:
        """The incident, strongly consistent."""
        found = self._items.get(incident_id, "incident")
        return _incident(found) if found else None

    def save(self, incident: Incident, *, expected: IncidentState | None = None) -> None:
        """Replace; Conflict when `expected` is given and the stored state differs."""
        doc, attributes = canonical_json(incident), _attributes(incident)
        if expected is None:
            self._items.put(incident.id, "incident", doc, attributes)
            return
        standing = self._items.put_if(incident.id, "incident", doc, attributes, attribute="state", value=expected.value)
        if standing:
            raise Conflict(f"{incident.id} is {standing.attributes.get('state', 'unknown')}, not {expected}")

    def incidents(self, *, service: str = "", state: IncidentState | None = None, limit: int = 100) -> list[Incident]:
        """Newest first; one query per state."""
        found = [
            incident
            for wanted in ([state] if state else list(IncidentState))
            for incident in self._in_state(wanted, service, limit)
        ]
        return sorted(found, key=lambda incident: (incident.opened_at, incident.id), reverse=True)[:limit]

    def record(self, incident_id: str, occurrence: Occurrence) -> bool:
        """Whether it was new; one conditional write."""
        return self._items.add(incident_id, f"occurrence#{occurrence.id}", canonical_json(occurrence)) is None

    def occurrences(self, incident_id: str) -> list[Occurrence]:
        """Oldest first."""
        found = self._items.query(incident_id, "occurrence#")
        return sorted((Occurrence.model_validate_json(item.doc) for item in found), key=lambda seen: (seen.at, seen.id))

    def note(self, incident_id: str, entry: TimelineEntry) -> None:
        """Append to the timeline; the same entry twice is one."""
        sort_key = f"note#{sortable(entry.at)}#{content_hash(entry)[:16]}"
        self._items.put(incident_id, sort_key, canonical_json(entry))

    def timeline(self, incident_id: str) -> list[TimelineEntry]:
        """Oldest first."""
        return [TimelineEntry.model_validate_json(item.doc) for item in self._items.query(incident_id, "note#")]

    def claim_fault(self, service: str, fault: str, incident_id: str) -> FaultOwner:
        """Make the incident the fault's owner unless an open incident owns it; a closed owner raises the generation."""
        return self._faults.claim(service, fault, incident_id)

    def release_fault(self, service: str, fault: str, incident_id: str) -> None:
        """Only the owner's release counts."""
        self._faults.release(service, fault, incident_id)

    def save_correction(self, correction: Correction) -> None:
        """Keyed by service and fault."""
        self._items.put(f"fault#{correction.service}#{correction.fault}", "correction", canonical_json(correction))

    def correction(self, service: str, fault: str) -> Correction | None:
        """The newest, or None."""
        found = self._items.get(f"fault#{service}#{fault}", "correction")
        return Correction.model_validate_json(found.doc) if found else None

    def save_rejection(self, rejection: Rejection) -> None:
        """The first word about a draft stands."""
        key = f"rejected#{rejection.draft.sha256}"
        self._items.add(f"fault#{rejection.service}#{rejection.fault}", key, canonical_json(rejection))

    def rejections(self, service: str, fault: str) -> list[Rejection]:
        """Oldest first."""
        items = self._items.query(f"fault#{service}#{fault}", "rejected#")
        found = [Rejection.model_validate_json(item.doc) for item in items]
        return sorted(found, key=lambda each: (each.at, each.draft.sha256))

    def save_roots(self, roots: SourceRoots) -> None:
        """Keyed by service."""
        self._items.put(f"service#{roots.service}", "roots", canonical_json(roots))

    def roots(self, service: str) -> SourceRoots | None:
        """What earlier incidents taught, or None."""
        found = self._items.get(f"service#{service}", "roots")
        return SourceRoots.model_validate_json(found.doc) if found else None

    def take_place(
        self, queue: str, places: int, incident_id: str, *, at: datetime, since: datetime, standing: Collection[str]
    ) -> bool:
        """One conditional write where one is free."""
        return self._queues.take(queue, places, incident_id, at=at, since=since, standing=standing)

    def save_publication(self, publication: Publication) -> None:
        """Keyed by fault and generation."""
        sort_key = f"publication#{publication.generation}"
        self._items.put(f"fault#{publication.fault}", sort_key, canonical_json(publication))

    def publication(self, fault: str, generation: int) -> Publication | None:
        """As far as publishing got, or None."""
        found = self._items.get(f"fault#{fault}", f"publication#{generation}")
        return Publication.model_validate_json(found.doc) if found else None

    def save_ticket(self, record: TicketRecord) -> None:
        """Keyed by fault, or by the incident where none is known."""
        self._items.put(f"fault#{record.of}", "ticket", canonical_json(record))

    def ticket(self, of: str) -> TicketRecord | None:
        """The newest, or None."""
        found = self._items.get(f"fault#{of}", "ticket")
        return TicketRecord.model_validate_json(found.doc) if found else None

    def _has_ended(self, incident_id: str) -> bool:
        incident = self.load(incident_id)
        return incident is not None and incident.state.terminal

    def _in_state(self, state: IncidentState, service: str, limit: int) -> list[Incident]:
        items = self._items.query_index(INDEX, f"state#{state}")
        return list(islice((_incident(item) for item in items if service in ("", item.attributes["service"])), limit))


def _place(signal: Signal) -> str:
    return f"place#{'#'.join(signal.place)}"


def _incident(item: Item) -> Incident:
    return Incident.model_validate_json(item.doc)


def _attributes(incident: Incident) -> dict[str, str | int]:
    return {
        "state": incident.state.value,
        "service": incident.service,
        "gsi1pk": f"state#{incident.state}",
        "gsi1sk": f"{sortable(incident.opened_at)}#{incident.id}",
    }
