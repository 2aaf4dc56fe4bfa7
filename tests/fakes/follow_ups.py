"""Follow-ups and sightings in memory; part of the incident store."""

from datetime import datetime
from threading import Lock

from mendloop.contracts.follow_up import FollowUp, Sighting
from mendloop.domain.errors import Conflict


class InMemoryFollowUps:
    """Plain dictionaries."""

    def __init__(self) -> None:
        self._following = Lock()
        self.followed: dict[str, FollowUp] = {}
        self.sighted: dict[tuple[str, str], set[Sighting]] = {}

    def follow(self, follow_up: FollowUp) -> bool:
        with self._following:
            return self.followed.setdefault(follow_up.incident_id, follow_up) is follow_up

    def follow_up(self, incident_id: str) -> FollowUp | None:
        return self.followed.get(incident_id)

    def save_follow_up(self, follow_up: FollowUp) -> None:
        with self._following:
            standing = self.followed.get(follow_up.incident_id)
            if standing is None or standing.version != follow_up.version:
                raise Conflict(
                    f"the follow-up of {follow_up.incident_id} is not at version {follow_up.version} any more"
                )
            raised = follow_up.model_copy(update={"version": follow_up.version + 1})
            self.followed[follow_up.incident_id] = raised

    def due_follow_ups(self, at: datetime, limit: int) -> list[FollowUp]:
        due = [(each.next_at, each) for each in self.followed.values() if each.next_at and each.next_at <= at]
        return [each for _, each in sorted(due, key=lambda found: (found[0], found[1].incident_id))][:limit]

    def follow_ups(self, service: str, limit: int = 1000) -> list[FollowUp]:
        mine = [each for each in self.followed.values() if each.service == service]
        ended = sorted((each for each in mine if each.next_at is None), key=lambda each: each.since, reverse=True)
        return [*ended, *(each for each in mine if each.next_at)][:limit]

    def sight(self, sighting: Sighting) -> None:
        self.sighted.setdefault((sighting.service, sighting.fault), set()).add(sighting)

    def sightings(self, service: str, fault: str) -> list[Sighting]:
        return sorted(self.sighted.get((service, fault), set()), key=lambda seen: (seen.at, seen.incident_id))
