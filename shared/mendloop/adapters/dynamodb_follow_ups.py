"""Follow-ups and sightings in the incidents table.

A follow-up stands at its incident, under `follow_up`. In the index, what is still looked at lies in one partition by
the time of the next look, so that what is due is one query; what has come to an end lies by service.
"""

from datetime import datetime
from itertools import islice

from mendloop.adapters.dynamodb_items import INDEX, Attributes, Items, sortable
from mendloop.contracts.follow_up import FollowUp, Sighting
from mendloop.domain.errors import Conflict
from mendloop.domain.identity import canonical_json

DUE = "follow_up#due"
KEY = "follow_up"


class FollowUpItems:
    """FollowUpStore on the incidents table."""

    def __init__(self, items: Items) -> None:
        self._items = items

    def follow(self, follow_up: FollowUp) -> bool:
        """One conditional write."""
        doc = canonical_json(follow_up)
        return self._items.add(follow_up.incident_id, KEY, doc, _attributes(follow_up)) is None

    def follow_up(self, incident_id: str) -> FollowUp | None:
        """Strongly consistent."""
        found = self._items.get(incident_id, KEY)
        return FollowUp.model_validate_json(found.doc) if found else None

    def save_follow_up(self, follow_up: FollowUp) -> None:
        """One conditional write."""
        known = str(follow_up.version)
        new = follow_up.model_copy(update={"version": follow_up.version + 1})
        doc, attributes = canonical_json(new), _attributes(new)
        if self._items.put_if(new.incident_id, KEY, doc, attributes, attribute="version", value=known):
            raise Conflict(f"the follow-up of {new.incident_id} is not at version {known} any more")

    def due_follow_ups(self, at: datetime, limit: int) -> list[FollowUp]:
        """One query of the index, eventually consistent: whoever acts on one reads it again."""
        found = self._items.query_index_until(INDEX, DUE, f"{sortable(at)}#~")
        return [FollowUp.model_validate_json(item.doc) for item in islice(found, limit)]

    def follow_ups(self, service: str, limit: int = 1000) -> list[FollowUp]:
        """Two queries of the index."""
        ended = self._items.query_index(INDEX, _ended(service))
        watched = (item for item in self._items.query_index(INDEX, DUE) if item.attributes["service"] == service)
        found = (FollowUp.model_validate_json(item.doc) for items in (ended, watched) for item in items)
        return list(islice(found, limit))

    def sight(self, sighting: Sighting) -> None:
        """The same again is one."""
        sort_key = f"seen#{sortable(sighting.at)}#{sighting.incident_id}"
        self._items.put(_fault(sighting.service, sighting.fault), sort_key, canonical_json(sighting))

    def sightings(self, service: str, fault: str) -> list[Sighting]:
        """Oldest first; strongly consistent."""
        return [Sighting.model_validate_json(item.doc) for item in self._items.query(_fault(service, fault), "seen#")]


def _fault(service: str, fault: str) -> str:
    return f"fault#{service}#{fault}"


def _ended(service: str) -> str:
    return f"follow_up#{service}"


def _attributes(follow_up: FollowUp) -> Attributes:
    due = follow_up.next_at is not None
    return {
        "version": str(follow_up.version),
        "service": follow_up.service,
        "gsi1pk": DUE if due else _ended(follow_up.service),
        "gsi1sk": f"{sortable(follow_up.next_at or follow_up.since)}#{follow_up.incident_id}",
    }
