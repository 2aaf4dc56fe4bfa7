"""Where the machine itself fails, the safety net outside leaves the incident to a human: once, whoever comes again."""

from typing import Any

import pytest

from functions.leave_to_human.cause import Cause, from_event, from_execution
from functions.leave_to_human.step import leave_to_human
from functions.sweep.step import Swept, sweep
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.domain.errors import AccessDenied, Unavailable
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.audit import InMemoryAudit
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.decisions import InMemoryDecisions
from tests.fakes.house import FAULT, INCIDENT, SERVICE, make_incident
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.mailer import RecordingMailer
from tests.fakes.signals import InMemorySignals
from tests.fakes.signer import InMemorySigner
from tests.fakes.telemetry import ScriptedTelemetry
from tests.fakes.tracker import InMemoryTracker
from tests.fakes.workflow import ARN, RecordingWorkflow
from tests.workflow.interpreter import Ended, Interpreter, Machine
from tests.workflow.rooms import DOCUMENT, answering, house


class DeafMailer(RecordingMailer):
    """No alert gets through while `deaf`."""

    deaf = True

    def alert(self, subject: str, body: str) -> str:
        if self.deaf:
            raise Unavailable("sns:Publish")
        return super().alert(subject, body)


class Net:
    """One incident, the real Leave to human inside and outside the machine, and the real sweep behind both."""

    def __init__(self, cloud: Interpreter) -> None:
        self.incidents, self.tracker, self.mailer = InMemoryIncidents(), InMemoryTracker(), DeafMailer()
        self.clock, self.workflow = FixedClock(NOW), RecordingWorkflow()
        started = make_incident(state=IncidentState.STARTED, execution_arn=ARN + INCIDENT, fault=FAULT)
        self.incidents.claim(started)
        self.incidents.claim_fault(SERVICE, FAULT, INCIDENT)
        rooms = house(map_code=answering(AccessDenied("as scripted")), leave_to_human=self.inside)
        self.machine = Machine(cloud, rooms)

    def run(self) -> Ended:
        ended = self.machine.run({**DOCUMENT, "incident_id": INCIDENT})
        self.workflow.statuses[ARN + INCIDENT] = ended.status
        self.workflow.ends[ARN + INCIDENT] = self.clock.now()
        return ended

    def inside(self, event: dict[str, Any]) -> Any:
        return self._leave(from_execution(Execution.model_validate(event)))

    def outside(self, ended: Ended) -> Any:
        """As the rule on FAILED, TIMED_OUT and ABORTED executions delivers it."""
        detail = {"name": INCIDENT, "status": ended.status, "error": ended.error, "cause": "quotes production"}
        return self._leave(from_event({"detail-type": "Step Functions Execution Status Change", "detail": detail}))

    def sweep(self, minutes: int) -> Swept:
        self.clock.advance(minutes=minutes)
        return sweep(
            incidents=self.incidents,
            decisions=InMemoryDecisions(),
            catalogs=FixedCatalog(),
            workflow=self.workflow,
            telemetry_at=lambda account, region: ScriptedTelemetry(),
            signals=InMemorySignals(),
            signer=InMemorySigner(),
            audit=InMemoryAudit(),
            mailer=self.mailer,
            clock=self.clock,
        )

    @property
    def incident(self) -> Incident:
        return self.incidents.by_id[INCIDENT]

    def _leave(self, cause: Cause) -> Any:
        slot = leave_to_human(
            cause,
            incidents=self.incidents,
            artifacts=InMemoryArtifacts(),
            catalogs=FixedCatalog(),
            tracker_for=lambda service: self.tracker,
            fallback=lambda: self.tracker,
            mailer=self.mailer,
            clock=self.clock,
        )
        return slot.model_dump(mode="json")


def counted(net: Net) -> tuple[int, int, int]:
    """Tickets, alerts, and lines of the timeline that leave it to a human."""
    lines = [entry.what for entry in net.incidents.timeline(INCIDENT)]
    return len(net.tracker.tickets), len(net.mailer.alerts), sum(line.startswith("Left to a human") for line in lines)


def test_a_failed_execution_is_left_to_a_human_from_outside_exactly_once(cloud: Interpreter) -> None:
    net = Net(cloud)
    failed = net.run()
    assert (failed.status, failed.error, net.machine.calls["leave_to_human"]) == ("FAILED", "Unavailable", 5)
    assert net.incident.state is IncidentState.STARTED and counted(net) == (1, 0, 0), "nobody has heard of it yet"
    net.mailer.deaf = False
    for _ in range(3):
        net.outside(failed)
    assert net.sweep(minutes=60) == Swept(stuck=[])
    assert net.incident.state is IncidentState.LEFT_TO_HUMAN and counted(net) == (1, 1, 1)
    assert net.incident.reason.startswith("Unavailable: ")
    assert net.incidents.claim_fault(SERVICE, FAULT, "inc-00000000000000bb").generation == 2


def test_an_end_of_which_nobody_heard_is_left_to_a_human_by_the_sweep_exactly_once(cloud: Interpreter) -> None:
    net = Net(cloud)
    failed = net.run()
    for _ in range(3):
        with pytest.raises(Unavailable):
            net.outside(failed)
    assert net.sweep(minutes=9).freed == [], "the safety net has its time"
    assert net.sweep(minutes=1).freed == [INCIDENT], "handed to the safety net once more"
    assert net.sweep(minutes=15).failed == [f"{INCIDENT}: Unavailable: sns:Publish"]
    assert net.incident.state is IncidentState.STARTED, "an end that nobody was told of is none"
    net.mailer.deaf = False
    assert net.sweep(minutes=15).freed == [INCIDENT]
    assert net.sweep(minutes=15).freed == []
    net.outside(failed)
    assert net.incident.state is IncidentState.LEFT_TO_HUMAN and counted(net) == (1, 1, 1)


def test_left_to_a_human_inside_the_machine_is_not_left_again_from_outside(cloud: Interpreter) -> None:
    net = Net(cloud)
    net.mailer.deaf = False
    ended = net.run()
    assert (ended.status, ended.states[-1]) == ("SUCCEEDED", "Leave to human")
    net.outside(ended)
    assert net.sweep(minutes=60).freed == [] and counted(net) == (1, 1, 1)
    assert net.incident.reason.startswith("AccessDenied: ")


def test_an_execution_over_its_deadline_is_left_to_a_human_from_outside(cloud: Interpreter) -> None:
    net = Net(cloud)
    net.mailer.deaf, net.machine.deadline_seconds = False, 1
    net.machine.rooms = house(await_decision=lambda event: None)  # nobody decides
    ended = net.run()
    assert ended.status == "TIMED_OUT"
    net.outside(ended)
    net.outside(ended)
    assert counted(net) == (1, 1, 1) and net.incident.reason.startswith("ExecutionTimedOut: ")
