"""Late logs, alarms that stay, alarms that recover: the real intake, collecting, route and end through the machine."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.announce_outcome.step import announce_outcome
from functions.choose_route.step import choose_route
from functions.collect_evidence.step import collect_evidence
from functions.intake.outcome import Outcome
from functions.intake.step import Intake
from functions.sweep.step import sweep
from mendloop import documents
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.contracts.mapping import CodeMap
from mendloop.ports import AlarmDescription
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.audit import InMemoryAudit
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.decisions import InMemoryDecisions
from tests.fakes.house import ALARM, INCIDENT, LOG_GROUP
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.mailer import RecordingMailer
from tests.fakes.signals import InMemorySignals
from tests.fakes.signer import InMemorySigner
from tests.fakes.switch import InMemorySwitch
from tests.fakes.telemetry import ScriptedTelemetry
from tests.fakes.workflow import RecordingWorkflow
from tests.unit.collect_evidence.test_step import crash
from tests.unit.intake.test_step import alarm
from tests.workflow.interpreter import Ended, Interpreter, Machine
from tests.workflow.rooms import answering, house


class Loop:
    """One account: what intake starts is run by the machine, room by room."""

    def __init__(self, cloud: Interpreter) -> None:
        self.artifacts, self.incidents, self.workflow = InMemoryArtifacts(), InMemoryIncidents(), RecordingWorkflow()
        self.telemetry, self.clock, self.signals = ScriptedTelemetry(), FixedClock(NOW), InMemorySignals()
        self.catalogs, self.switch, self.mailer = FixedCatalog(), InMemorySwitch(), RecordingMailer()
        self.decisions = InMemoryDecisions()
        self.telemetry.write_log(LOG_GROUP, NOW)
        self.logs_at: dict[int, list[str]] = {}
        self.collected = 0
        unmapped = CodeMap(incident_id=INCIDENT, repository="r", revision="", default_branch="", head="")
        ref = documents.store(self.artifacts, "incidents/mapping.json", unmapped).model_dump(mode="json")
        rooms = {"collect_evidence": self._collect, "choose_route": self._route, "announce_outcome": self._announce}
        rooms["map_code"] = answering({"ref": ref, "repository": "r", "revision": "", "head": ""})
        self.machine = Machine(cloud, house(**rooms))
        self.intake = Intake(self.artifacts, self.incidents, self.catalogs, self.switch, self.workflow, self.clock)

    def take(self, event: dict[str, Any] | str) -> Outcome:
        (taken,) = self.intake.take(event if isinstance(event, str) else json.dumps(event))
        return taken.outcome

    def run(self, incident: Incident) -> Ended:
        ended = self.machine.run(json.loads(self.workflow.started[incident.id]))
        assert ended.status == "SUCCEEDED", ended
        return ended

    @property
    def newest(self) -> Incident:
        return self.incidents.incidents()[0]

    def _collect(self, event: dict[str, Any]) -> Any:
        self.collected += 1
        self.telemetry.write_log(LOG_GROUP, self.clock.now(), *self.logs_at.get(self.collected, []))
        known = {"artifacts": self.artifacts, "incidents": self.incidents, "catalogs": self.catalogs}
        slot = collect_evidence(
            Execution.model_validate(event),
            telemetry=self.telemetry,
            workflow=self.workflow,
            clock=self.clock,
            **known,  # type: ignore[arg-type]
        )
        return slot.model_dump(mode="json")

    def _route(self, event: dict[str, Any]) -> Any:
        slot = choose_route(
            Execution.model_validate(event),
            artifacts=self.artifacts,
            incidents=self.incidents,
            catalogs=self.catalogs,
            switch=self.switch,
            clock=self.clock,
        )
        return slot.model_dump(mode="json")

    def _announce(self, event: dict[str, Any]) -> Any:
        slot = announce_outcome(
            Execution.model_validate(event),
            incidents=self.incidents,
            decisions=self.decisions,
            artifacts=self.artifacts,
            catalogs=self.catalogs,
            mailer=self.mailer,
            clock=self.clock,
        )
        return slot.model_dump(mode="json")

    def sweep(self) -> list[str]:
        swept = sweep(
            incidents=self.incidents,
            decisions=self.decisions,
            catalogs=self.catalogs,
            workflow=self.workflow,
            telemetry_at=lambda account, region: self.telemetry,
            signals=self.signals,
            signer=InMemorySigner(),
            audit=InMemoryAudit(),
            mailer=self.mailer,
            clock=self.clock,
        )
        return swept.stuck


@pytest.fixture
def loop(cloud: Interpreter) -> Loop:
    return Loop(cloud)


def fired(at: datetime) -> dict[str, Any]:
    return alarm(at=at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"))


def test_logs_that_arrive_late_are_collected_again_until_they_are_there(loop: Loop, cloud: Interpreter) -> None:
    loop.logs_at = {3: crash("req-1")}
    loop.take(fired(NOW))

    ended = loop.run(loop.newest)

    assert ended.calls["collect_evidence"] == 3 and cloud.waited == [20, 40, 80]
    assert ended.document["evidence"]["exception"] == "TypeError"
    assert ended.states.count("Let more evidence arrive") == 2
    told = [entry.what for entry in loop.incidents.timeline(loop.newest.id)]
    assert any("looking again in 40 s" in line for line in told)


def test_logs_that_never_arrive_are_given_up_after_three_recollections(loop: Loop, cloud: Interpreter) -> None:
    loop.take(fired(NOW))

    ended = loop.run(loop.newest)

    assert ended.calls["collect_evidence"] == 4 and cloud.waited == [20, 40, 80, 160]
    assert ended.document["evidence"]["status"] == "nothing"
    assert ended.document["route"]["route"] == "ticket"


def test_errors_that_are_there_at_once_are_waited_for_no_longer(loop: Loop, cloud: Interpreter) -> None:
    loop.logs_at = {1: ["ERROR the payment was declined"]}
    loop.take(fired(NOW))

    assert loop.run(loop.newest).calls["collect_evidence"] == 1 and cloud.waited == [20]


def stays_in_alarm(loop: Loop) -> Incident:
    """An hour and more after the first incident of the alarm has ended."""
    loop.logs_at = {1: crash("req-1")}
    loop.take(fired(NOW))
    first = loop.newest
    assert loop.run(first).document["ticket"]
    loop.telemetry.alarms[ALARM] = AlarmDescription(name=ALARM, state="ALARM", state_since=NOW)
    loop.clock.advance(minutes=65)
    assert loop.sweep() == [first.id]
    return first


def test_an_alarm_that_stays_and_shows_nothing_new_is_the_same_incident(loop: Loop) -> None:
    first = stays_in_alarm(loop)
    loop.logs_at = {2: crash("req-2")}

    assert loop.take(loop.signals.bodies[0]) is Outcome.STARTED
    assert loop.take(loop.signals.bodies[0]) is Outcome.REPEATED
    again = loop.newest
    ended = loop.run(again)

    assert (ended.document["evidence"]["merged_into"], ended.document["ticket"]) == (first.id, None)
    standing = loop.incidents.load(again.id)
    assert standing and standing.state is IncidentState.MERGED
    assert standing.reason == f"Merged into {first.id}."
    assert len(loop.mailer.sent) == 1, "nobody is told twice"


def test_a_new_fault_behind_an_alarm_that_stays_is_an_incident_of_its_own(loop: Loop) -> None:
    first = stays_in_alarm(loop)
    loop.logs_at = {2: [*crash("req-2"), *crash("req-3", "KeyError", "find_stock")]}

    loop.take(loop.signals.bodies[0])
    again = loop.newest
    ended = loop.run(again)

    assert ended.document["evidence"]["exception"] == "KeyError" and ended.document["ticket"]
    assert again.id != first.id and len(loop.workflow.started) == 2, "the known fault starts nothing"


def test_a_return_to_ok_is_told_in_the_mail_about_the_end(loop: Loop) -> None:
    loop.logs_at = {1: crash("req-1")}
    loop.take(fired(NOW))
    well = alarm(at=(NOW + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S.000+0000"), state="OK")
    assert loop.take(well) is Outcome.RECOVERED

    loop.run(loop.newest)

    (mail,) = loop.mailer.sent
    assert f"It recovered at {NOW + timedelta(minutes=5):%Y-%m-%d %H:%M} UTC." in mail.body
