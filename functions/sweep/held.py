"""Mails that were held in a storm: one digest per person and pass, with each question's own link."""

from collections.abc import Iterable
from dataclasses import dataclass

from mendloop.asking import STEP, asked_line, due, held_back, reminded_line
from mendloop.contracts.approval import ApprovalRequest
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.domain import outgoing_mails
from mendloop.domain.catalog import Approver, Catalog
from mendloop.personal_links import personal_link
from mendloop.ports import AuditTrail, Clock, DecisionStore, IncidentStore, LinkSigner, Mailer
from mendloop.timeline import note_once, told

MOST = 30
"""Questions in one mail; the rest comes with the next pass."""


@dataclass(frozen=True)
class Post:
    """What sending takes."""

    incidents: IncidentStore
    decisions: DecisionStore
    signer: LinkSigner
    audit: AuditTrail
    mailer: Mailer
    clock: Clock
    site_url: str

    def held_for(self, catalog: Catalog, waiting: Iterable[Incident]) -> dict[str, list[ApprovalRequest]]:
        """Approver → the open questions whose mail was held, oldest first."""
        found: dict[str, list[ApprovalRequest]] = {}
        for incident in waiting:
            service = catalog.services.get(incident.service)
            question = self.decisions.latest(incident.id) if incident.state is IncidentState.WAITING else None
            if service is None or question is None or self.decisions.decision(question.id):
                continue
            timeline = self.incidents.timeline(incident.id)
            for name in due(question, service, timeline, self.clock.now()).held:
                found.setdefault(name, []).append(question)
        return {name: sorted(each, key=lambda one: one.asked_at) for name, each in found.items()}

    def send(self, approver: Approver, questions: list[ApprovalRequest]) -> bool:
        """One mail; False where nobody would receive it. Whoever repeats it after a death sends it twice."""
        if not self.mailer.confirmed(approver):
            return False
        told_now, more = questions[:MOST], len(questions) - MOST
        lines = [(each.summary, self._link(each, approver.name), each.expires_at) for each in told_now]
        self.mailer.send(approver, *outgoing_mails.held(lines, max(0, more)))
        for each in told_now:
            again = told(self.incidents, each.incident_id, STEP, held_back(each, approver.name, again=True))
            line = (reminded_line if again else asked_line)(each, approver.name)
            note_once(self.incidents, self.clock, each.incident_id, STEP, line)
        return True

    def _link(self, question: ApprovalRequest, name: str) -> str:
        return personal_link(
            question, name, signer=self.signer, audit=self.audit, clock=self.clock, site_url=self.site_url
        )
