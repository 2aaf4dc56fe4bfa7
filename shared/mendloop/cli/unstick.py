"""Frees one incident for an operator, by what the sweep would do later."""

from mendloop.cli.place import Place
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.domain.catalog import Service
from mendloop.domain.errors import MendloopError
from mendloop.unsticking import ENDED, free_ended, start_claimed, wake_due

OPERATOR = "operator"
"""What stands in the timeline in a step's place."""
REPLAY = "`mendloop replay {}` starts it anew."


def free(place: Place, incident: Incident, *, stop: bool) -> str:
    """What was done to the incident, or why nothing is stuck, for a person; repeating it does no more."""
    wiring = place.wiring
    if incident.state.terminal:
        return f"Nothing is stuck: it has ended as {incident.state.value}.{_anew(incident)}"
    if incident.state is IncidentState.CLAIMED:
        started = start_claimed(incident, wiring.incidents, wiring.workflow, wiring.clock, OPERATOR)
        if not stop:
            return "Started: its claim had no execution." if started else "It was started in the meantime."
        # What would have started it must find it started: only then can it be ended for good.
        incident = wiring.incidents.load(incident.id) or incident
    arn = incident.execution_arn or wiring.workflow.start(incident.id, incident.execution_input)
    status = wiring.workflow.status(arn)
    if status in ENDED or status == "UNKNOWN":
        free_ended(incident, status, wiring.incidents, wiring.clock, OPERATOR)
        return f"Left to a human: its execution has ended as {status}. {REPLAY.format(incident.id)}"
    if stop:
        place.client("stepfunctions").stop_execution(executionArn=arn, cause="stopped by an operator")
        return "Stopped: the safety net leaves it to a human, with a ticket and an alert. Look in a minute."
    service = _service(place, incident)
    if woken := wake_due(incident, service, wiring.incidents, wiring.decisions, wiring.workflow, wiring.clock.now()):
        return f"Woken: {woken}."
    return _running(place, incident)


def _service(place: Place, incident: Incident) -> Service | None:
    """None when the catalog is what broke: what is stuck is freed all the same."""
    try:
        return place.wiring.catalogs.load()[0].services.get(incident.service)
    except MendloopError:
        return None


def _anew(incident: Incident) -> str:
    return f" {REPLAY.format(incident.id)}" if incident.state.replayable else ""


def _running(place: Place, incident: Incident) -> str:
    asked = place.wiring.decisions.latest(incident.id) if incident.state is IncidentState.WAITING else None
    decision = place.wiring.decisions.decision(asked.id) if asked else None
    if asked and decision is None:
        until = f"{asked.expires_at:%Y-%m-%d %H:%M} UTC"
        return f"Nothing is stuck: it waits for {', '.join(asked.approvers)} until {until}."
    timeline = place.wiring.incidents.timeline(incident.id)
    last = f"; the last step was {timeline[-1].step} at {timeline[-1].at:%H:%M:%S}" if timeline else ""
    return f"Nothing is stuck: its execution runs{last}. `mendloop unstick {incident.id} --stop` ends it."
