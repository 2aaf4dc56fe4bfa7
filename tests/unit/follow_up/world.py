"""A published change in a world of fakes, and what people and production do to it."""

from typing import Any

from functions.follow_up.step import Followed, follow_up
from mendloop.contracts.evidence import EvidenceSlot, EvidenceStatus
from mendloop.contracts.follow_up import FollowUp, Sighting
from mendloop.contracts.incident import IncidentState
from mendloop.contracts.publication import Ticket
from mendloop.domain.catalog import Catalog, Repository
from mendloop.domain.follow_up import FollowUpState
from mendloop.ports import CodeHost
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.house import (
    FAULT,
    FUNCTION,
    INCIDENT,
    SERVICE,
    make_catalog,
    make_execution,
    make_incident,
    make_ref,
    make_service,
    make_ticket,
    make_ticket_record,
)
from tests.fakes.mailer import RecordingMailer
from tests.fakes.telemetry import ScriptedTelemetry
from tests.fakes.tracker import InMemoryTracker
from tests.unit.publish_pull_request.scene import Scene

AGAIN = "inc-aaaaaaaaaaaaaaaa"
QUIET_HOURS = 72
Fields = dict[str, Any] | None


def catalog(*, tickets: Fields = None, quiet_hours: float = QUIET_HOURS, **fields: Any) -> Catalog:
    """The sample service, its function named so that what runs can be asked."""
    service = make_service(
        signals={"alarms": ["shop-*"], "functions": [FUNCTION]},
        tickets=tickets or {},
        follow_up={"quiet_hours": quiet_hours},
        **fields,
    )
    return make_catalog(services={SERVICE: service})


class World:
    """Publishes through the room that does it; `code`, `telemetry`, `tracker` and the rest are open to be changed."""

    def __init__(self, *, tickets: Fields = None, quiet_hours: float = QUIET_HOURS) -> None:
        self.scene = scene = Scene()
        scene.catalogs = FixedCatalog(catalog(tickets=tickets, quiet_hours=quiet_hours))
        self.code, self.incidents, self.clock, self.switch = scene.code, scene.incidents, scene.clock, scene.switch
        self.telemetry, self.tracker, self.mailer = ScriptedTelemetry(), InMemoryTracker(), RecordingMailer()
        self.incidents.claim_fault(SERVICE, FAULT, INCIDENT)
        scene.approve()
        evidence = EvidenceSlot(status=EvidenceStatus.FAULT, ref=make_ref(), fault=FAULT, exception="shop.TypeError")
        self.made = scene.run(make_execution(evidence=evidence))
        ended = self.incidents.by_id[INCIDENT].model_copy(update={"state": IncidentState.PULL_REQUEST})
        self.incidents.save(ended)
        self.incidents.release_fault(SERVICE, FAULT, INCIDENT)
        self.runs(scene.base)

    def code_host(self, _: Repository, incident_id: str = "") -> CodeHost:
        return self.code

    # --- what people and production do ---

    def merge(self) -> str:
        """A merge commit on the default branch."""
        parents = [self.code.branches["main"], self.code.branches[self.made.branch]]
        sha = self.code.commit_files({}, "Merge", parents=parents)
        self.code.end(self.made.number, state="merged", merge_commit=sha, ended_at=self.clock.now())
        return sha

    def close(self) -> None:
        self.code.end(self.made.number, state="closed", ended_at=self.clock.now())

    def ticket(self) -> Ticket:
        """Filed for the fault before the change was published, as the rooms that file one do."""
        filed = self.tracker.file(make_ticket())
        self.incidents.save_ticket(make_ticket_record(key=filed.key, number=filed.number))
        return filed

    def runs(self, revision: str) -> None:
        self.telemetry.revisions[FUNCTION] = (revision, "GIT_REVISION")

    def fails_again(self, incident_id: str = AGAIN, revision: str = "") -> None:
        """As an incident that collects its evidence tells."""
        self.incidents.claim(make_incident(incident_id, fault=FAULT, opened_at=self.clock.now()))
        owner = self.incidents.claim_fault(SERVICE, FAULT, incident_id)
        self.incidents.sight(
            Sighting(
                service=SERVICE,
                fault=FAULT,
                at=self.clock.now(),
                incident_id=incident_id,
                generation=owner.generation,
                revision=revision,
            )
        )

    # --- the room ---

    def run(self, **later: float) -> Followed:
        """One run, after some time (`hours=1`)."""
        self.clock.advance(**later)
        return follow_up(
            incidents=self.incidents,
            catalogs=self.scene.catalogs,
            code_host=self.code_host,
            tracker=lambda _: self.tracker,
            telemetry_at=lambda *_: self.telemetry,
            switch=self.switch,
            mailer=self.mailer,
            clock=self.clock,
            site_url="https://site.example.com",
        )

    def due(self) -> Followed:
        """A run at the very time that the change is due; twice, as schedules do."""
        found = self.followed
        assert found.next_at
        self.clock.at = found.next_at
        first = self.run()
        assert self.run().looked == [], "what has been looked at is not due again at once"
        return first

    def until(self, state: FollowUpState, most: int = 400) -> int:
        """How many runs it took, each at the time that was due."""
        for number in range(1, most):
            self.due()
            if self.state is state:
                return number
        raise AssertionError(f"it stays {self.state}")

    @property
    def followed(self) -> FollowUp:
        found = self.incidents.follow_up(INCIDENT)
        assert found
        return found

    @property
    def state(self) -> FollowUpState:
        return self.followed.state

    def told(self, incident_id: str = INCIDENT) -> list[str]:
        """What this room wrote into a timeline."""
        return [entry.what for entry in self.incidents.timeline(incident_id) if entry.step == "follow_up"]

    def comments(self) -> list[str]:
        return self.code.comments.get(self.made.number, [])
