"""Announce outcome: tell those who were asked, record the end, release the fault."""

from dataclasses import dataclass, field

from functions.announce_outcome.ending import Ending, ending_of
from mendloop import incident_facts
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import Incident, IncidentState, SignalKind
from mendloop.contracts.publication import OutcomeSlot
from mendloop.domain import outgoing_mails
from mendloop.domain.catalog import Catalog
from mendloop.domain.errors import MendloopError
from mendloop.following import follow_rejected
from mendloop.ports import ArtifactStore, CatalogStore, Clock, DecisionStore, IncidentStore, Mailer
from mendloop.postage import may_mail
from mendloop.timeline import note_once, told

STEP = "announce_outcome"


def announce_outcome(
    execution: Execution,
    *,
    incidents: IncidentStore,
    decisions: DecisionStore,
    artifacts: ArtifactStore,
    catalogs: CatalogStore,
    mailer: Mailer,
    clock: Clock,
    site_url: str = "",
) -> OutcomeSlot:
    """Mail first, then the terminal state, then the fault: a run that dies leaves the incident open and is repeated.

    Every mail is written down, so that a repetition sends only what is missing.
    """
    ending = ending_of(execution)
    incident = incident_facts.known_incident(incidents, execution.incident_id)
    catalog, _ = catalogs.load()
    facts = incident_facts.gather(
        incident,
        incident_facts.known_service(catalog, incident.service),
        artifacts=artifacts,
        evidence=execution.evidence.ref if execution.evidence else None,
        mapping=execution.mapping.ref if execution.mapping else None,
        incidents=incidents,
        site_url=site_url,
    )
    subject = outgoing_mails.subject(facts, ending.subject)
    body = outgoing_mails.body(facts, ending.reason, ending.url, ending.decided_by, ending.would_have)
    names = _addressees(execution, incident, catalog, decisions, ending)
    post = _Post(incident, catalog, incidents, decisions, mailer, clock)
    announced = [name for name in names if post.told(name, ending.subject, subject, body)]
    if post.failures:
        raise post.failures[0]
    unreached = [name for name in names if name not in announced]
    if names and (not announced or (unreached and _rehearsed(execution))):
        _say_loudly(incident, incidents, mailer, clock, subject, f"No mail reaches: {', '.join(unreached)}.\n\n{body}")
    if ending.reason_code == "rejected":
        follow_rejected(incident, execution, incidents=incidents, clock=clock)
    _close(incident, ending, incidents, clock)
    return OutcomeSlot(
        kind=ending.kind,
        reason_code=ending.reason_code,
        reason=ending.reason,
        url=ending.url,
        decided_by=ending.decided_by,
        announced_to=announced,
    )


@dataclass
class _Post:
    """The mails of one end. One that fails keeps no other from being sent."""

    incident: Incident
    catalog: Catalog
    incidents: IncidentStore
    decisions: DecisionStore
    mailer: Mailer
    clock: Clock
    failures: list[MendloopError] = field(default_factory=list)

    def told(self, name: str, what: str, subject: str, body: str) -> bool:
        """Whether this approver knows, now or since before; a failure is kept for the end."""
        line = f"Told {name}: {what}"
        if told(self.incidents, self.incident.id, STEP, line):
            return True
        try:
            if not self.mailer.confirmed(self.catalog.approvers[name]):
                return False
            if not may_mail(self.decisions, name, "outcome", self.clock.now()):
                # The weekly digest tells of every incident that ended.
                line = f"Left out {name}'s mail: too many at once; {what}"
                note_once(self.incidents, self.clock, self.incident.id, STEP, line)
                return True
            self.mailer.send(self.catalog.approvers[name], subject, body)
        except MendloopError as error:
            self.failures.append(error)
            return False
        note_once(self.incidents, self.clock, self.incident.id, STEP, line)
        return True


def _addressees(
    execution: Execution, incident: Incident, catalog: Catalog, decisions: DecisionStore, ending: Ending
) -> list[str]:
    """Those who were asked; where nobody was, one person: the owner if they approve here, else the first approver.

    A rehearsal is for everybody who may be asked one day.
    """
    if ending.state in {IncidentState.MERGED, IncidentState.SKIPPED} or ending.reason_code == "pull_request_open":
        return []
    if _rehearsed(execution):
        return catalog.services[incident.service].approvers
    request = decisions.latest(incident.id)
    asked = (execution.approval.asked if execution.approval else []) or (request.approvers if request else [])
    known = [name for name in asked if name in catalog.approvers]
    approvers = catalog.services[incident.service].approvers
    owner = execution.mapping.owner if execution.mapping else ""
    return known or [owner if owner in approvers else approvers[0]]


def _rehearsed(execution: Execution) -> bool:
    return execution.trigger.kind is SignalKind.REHEARSAL


def _say_loudly(
    incident: Incident, incidents: IncidentStore, mailer: Mailer, clock: Clock, subject: str, body: str
) -> None:
    line = "Told the operators who could not be reached"
    if not told(incidents, incident.id, STEP, line):
        mailer.alert(subject, body)
        note_once(incidents, clock, incident.id, STEP, line)


def _close(incident: Incident, ending: Ending, incidents: IncidentStore, clock: Clock) -> None:
    if incident.state is not ending.state:
        changes = {
            "state": ending.state,
            "reason": ending.reason,
            "would_have": ending.would_have,
            "updated_at": clock.now(),
        }
        incidents.save(incident.model_copy(update=changes), expected=incident.state)
    if incident.fault:
        incidents.release_fault(incident.service, incident.fault, incident.id)
    note_once(incidents, clock, incident.id, STEP, f"Ended: {ending.reason}")
