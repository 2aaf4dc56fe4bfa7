"""Request approval: bind exactly this content to a question, and mail it to the people who may answer."""

import math
from dataclasses import dataclass, field
from datetime import datetime

from functions.request_approval.mail import Letter, reminder, request_mail
from functions.request_approval.question import letter_of, question
from mendloop.asking import STEP, Due, asked_line, due, failed_line, reminded_line
from mendloop.contracts.approval import Action, ApprovalRequest, ApprovalSlot
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import IncidentState
from mendloop.domain.catalog import Approver, Catalog
from mendloop.domain.errors import MendloopError, Misconfigured
from mendloop.incident_facts import recovered_at
from mendloop.ports import (
    ArtifactStore,
    CatalogStore,
    Clock,
    DecisionStore,
    IncidentStore,
    LinkClaims,
    LinkSigner,
    Mailer,
)
from mendloop.timeline import note_once


def request_approval(
    execution: Execution,
    *,
    artifacts: ArtifactStore,
    incidents: IncidentStore,
    decisions: DecisionStore,
    catalogs: CatalogStore,
    signer: LinkSigner,
    mailer: Mailer,
    clock: Clock,
    site_url: str,
) -> ApprovalSlot:
    """Ask whoever was not asked yet, remind who is to be reminded. The same question twice is one question.

    One approver whose mail fails keeps no other from being asked; theirs is tried again. Raises the failure when
    nobody was reached, and Misconfigured when nobody could be: silence would look like a refusal.
    """
    catalog, catalog_sha256 = catalogs.load()
    service = catalog.services.get(execution.service)
    if service is None:
        raise Misconfigured(f"the service {execution.service} is not in the catalog any more")
    now = clock.now()
    reminding = execution.decision is not None and execution.decision.action is Action.REMIND
    request = (
        decisions.request(execution.decision.request_id) if reminding and execution.decision else None
    ) or decisions.ask(question(execution, artifacts, service, catalog_sha256, now))
    wanted = due(request, service, incidents.timeline(execution.incident_id), now)
    letter = letter_of(request, artifacts, recovered_at(incidents, execution.incident_id), site_url)
    round_ = _Round(request, letter, catalog, signer, mailer, incidents, clock)
    round_.send(wanted)
    round_.insist(wanted)
    _wait_for_them(incidents, execution, now)
    return ApprovalSlot(
        request_id=request.id,
        content_sha256=request.content_sha256,
        expires_at=request.expires_at,
        wait_seconds=_wait(request, wanted, now),
        asked=[name for name in request.approvers if name in {*wanted.asked, *round_.reached}],
        unconfirmed=round_.unconfirmed,
        failed=sorted(round_.failures),
    )


@dataclass
class _Round:
    """One round of mails."""

    request: ApprovalRequest
    letter: Letter
    catalog: Catalog
    signer: LinkSigner
    mailer: Mailer
    incidents: IncidentStore
    clock: Clock
    reached: list[str] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)
    failures: dict[str, MendloopError] = field(default_factory=dict)

    def send(self, wanted: Due) -> None:
        """Every mail is written down at once: a repetition sends only what is missing."""
        for name in [*wanted.first, *wanted.reminder]:
            again = name in wanted.reminder
            subject, body = self._mail(name, again=again)
            try:
                if not self.mailer.confirmed(self.catalog.approvers[name]):
                    self.unconfirmed.append(name)
                    continue
                self.mailer.send(self.catalog.approvers[name], subject, body)
            except MendloopError as error:
                self.failures[name] = error
                self._note(failed_line(self.request, name))
                continue
            self.reached.append(name)
            self._note((reminded_line if again else asked_line)(self.request, name))

    def insist(self, wanted: Due) -> None:
        """Somebody must have been reached, now or before."""
        if wanted.asked or self.reached:
            for name in self.unconfirmed:
                self._note(f"{name} has not confirmed their mail topic, hence was not asked")
            return
        if self.failures:
            raise next(iter(self.failures.values()))
        raise Misconfigured(
            f"no approver of {self.request.service} has confirmed their mail topic: {', '.join(self.unconfirmed)}",
            next_action="Let one of them click the confirmation mail, or run `mendloop catalog push` to send it again.",
        )

    def _mail(self, name: str, *, again: bool) -> tuple[str, str]:
        approver: Approver = self.catalog.approvers[name]
        claims = LinkClaims(
            request_id=self.request.id,
            approver=approver.name,
            content_sha256=self.request.content_sha256,
            expires_at=self.request.expires_at,
        )
        address = f"{self.letter.site_url}/r/{self.signer.sign(claims, 'link')}"
        return reminder(self.letter, address) if again else request_mail(self.letter, address)

    def _note(self, what: str) -> None:
        note_once(self.incidents, self.clock, self.request.incident_id, STEP, what)


def _wait(request: ApprovalRequest, wanted: Due, now: datetime) -> int:
    """Until the one reminder, else until just after the expiry: a wake-up before it would find nothing to do."""
    left = max(0, math.ceil((request.expires_at - now).total_seconds())) + 1
    return math.ceil((wanted.remind_at - now).total_seconds()) if wanted.remind_at else left


def _wait_for_them(incidents: IncidentStore, execution: Execution, now: datetime) -> None:
    incident = incidents.load(execution.incident_id)
    if incident and incident.state is not IncidentState.WAITING:
        incidents.save(incident.model_copy(update={"state": IncidentState.WAITING, "updated_at": now}))
