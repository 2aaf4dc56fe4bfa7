"""One look at a published change: at the code host, at what runs, and at where its fault was seen since."""

from dataclasses import dataclass
from datetime import datetime

from mendloop.contracts.follow_up import FollowUp, HeadChange, Sighting
from mendloop.contracts.incident import Incident
from mendloop.domain.catalog import Service
from mendloop.domain.errors import NotFound
from mendloop.domain.follow_up import Facts, FaultSeen, RequestSeen, RevisionSeen
from mendloop.ports import Checks, CodeHost, IncidentStore, PullRequest, Telemetry
from mendloop.running import running_revision

MOST_SIGHTINGS = 200
"""The newest; a fault that was seen more often than that after a change has long recurred."""


@dataclass(frozen=True)
class Look:
    """What was found. `checks` None: nobody asks for them."""

    facts: Facts
    gone: bool = False
    """The pull request is not there any more."""
    changed: HeadChange = HeadChange.NONE
    merge: str = ""
    """The commit that holds the change once it is merged."""
    checks: Checks | None = None


@dataclass(frozen=True)
class Eyes:
    """What one change is looked at with."""

    service: Service
    incident: Incident
    code: CodeHost
    telemetry: Telemetry
    incidents: IncidentStore

    def look(self, followed: FollowUp, now: datetime) -> Look:
        """Read only. NotFound, AccessDenied and outages of the code host are raised."""
        if followed.merge:
            facts = self._after_merge(followed, followed.facts, followed.merge, now)
            return Look(facts, changed=followed.changed, merge=followed.merge)
        request = self.code.numbered(self.service.repository, followed.number)
        if request is None:
            return Look(followed.facts, gone=True, changed=followed.changed)
        facts = followed.facts
        if request.state != facts.request:
            facts = facts.joined(requests=[RequestSeen(at=request.ended_at or now, state=request.state)])
        changed = followed.changed or self._change(followed, request)
        if facts.request == "merged":
            merge = request.merge_commit or request.head or followed.commit
            return Look(self._after_merge(followed, facts, merge, now), changed=changed, merge=merge)
        wanted = request.state == "open" and request.draft and not changed and not followed.readied
        checks = self.code.checks(self.service.repository, followed.commit) if wanted else None
        return Look(facts, changed=changed, checks=checks)

    def _change(self, followed: FollowUp, request: PullRequest) -> HeadChange:
        """What a person did to the branch that mendloop pushed."""
        head = request.head
        if request.state == "open":
            head = self.code.resolve(self.service.repository, followed.branch) or ""
            if not head:
                return HeadChange.DELETED
        if not head or head == followed.commit:
            return HeadChange.NONE
        return HeadChange.ADDED if self._holds(head, followed.commit) else HeadChange.FORCED

    def _after_merge(self, followed: FollowUp, facts: Facts, merge: str, now: datetime) -> Facts:
        known = {seen.revision: seen.holds for seen in facts.revisions}
        running = self._running()
        last = facts.revisions[-1].revision if facts.revisions else ""
        if running and running != last:
            holds = known[running] if running in known else self._holds(running, merge)
            if holds is not None:
                known[running] = holds
                facts = facts.joined(revisions=[RevisionSeen(at=now, revision=running, holds=holds)])
        told = {(seen.at, seen.incident_id) for seen in facts.faults}
        fresh = [each for each in self._sightings(followed) if (each.at, each.incident_id) not in told]
        faults = (self._fault(each, merge, known) for each in fresh)
        # What a revision without the change shows says nothing of it; until a deployment there may be much of that.
        return facts.joined(faults=[each for each in faults if each.holds is not False])

    def _running(self) -> str:
        """The revision that runs; empty where no record says so: what is only assumed proves no deployment."""
        found = running_revision(self.code, self.service.repository, self.service, None, self.incident, self.telemetry)
        return "" if found.assumed else found.revision

    def _sightings(self, followed: FollowUp) -> list[Sighting]:
        """Since it was published. Where no fault was recognised, whatever complains at the same place counts."""
        since = followed.facts.published_at
        if followed.fault != followed.incident_id:
            seen = self.incidents.sightings(followed.service, followed.fault)
            return [each for each in seen if each.at > since][-MOST_SIGHTINGS:]
        there = self.incidents.standing_at(self.incident.signal, since=since)
        other = self.incidents.load(there) if there and there != self.incident.id else None
        return [_placed(other, followed)] if other else []

    def _fault(self, seen: Sighting, merge: str, known: dict[str, bool]) -> FaultSeen:
        holds: bool | None = known.get(seen.revision)
        if seen.revision and holds is None:
            holds = self._holds(seen.revision, merge)
            if holds is not None:
                known[seen.revision] = holds
        return FaultSeen(
            at=seen.at,
            incident_id=seen.incident_id,
            generation=seen.generation,
            revision=seen.revision,
            running_since=seen.running_since,
            holds=holds,
        )

    def _holds(self, revision: str, commit: str) -> bool | None:
        """Whether a revision's history holds a commit; None where the code host does not know one of them."""
        repository = self.service.repository
        try:
            full = self.code.resolve(repository, revision)
            return None if full is None else not self.code.compare(repository, full, commit)
        except NotFound:
            return None


def _placed(other: Incident, followed: FollowUp) -> Sighting:
    return Sighting(
        service=followed.service,
        fault=followed.fault,
        at=other.opened_at,
        incident_id=other.id,
        generation=other.generation,
    )
