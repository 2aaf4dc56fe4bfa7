"""One round of mails about a question: whoever is due gets theirs, and every mail is written down."""

from dataclasses import dataclass, field

from functions.request_approval.mail import Letter, handed_mail, reminder, request_mail
from mendloop.asking import STEP, Due, asked_line, failed_line, handed_line, held_back, reminded_line, unreached_line
from mendloop.contracts.approval import ApprovalRequest, HandOver
from mendloop.domain.catalog import Catalog
from mendloop.domain.errors import MendloopError, Misconfigured
from mendloop.personal_links import personal_link
from mendloop.ports import AuditTrail, Clock, DecisionStore, IncidentStore, LinkSigner, Mailer
from mendloop.postage import may_mail
from mendloop.timeline import note_once


@dataclass
class Round:
    """One round of mails."""

    request: ApprovalRequest
    letter: Letter
    catalog: Catalog
    decisions: DecisionStore
    signer: LinkSigner
    audit: AuditTrail
    mailer: Mailer
    incidents: IncidentStore
    clock: Clock
    reached: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)
    failures: dict[str, MendloopError] = field(default_factory=dict)

    def send(self, wanted: Due) -> None:
        """Every mail is written down at once: a repetition sends only what is missing."""
        handed = {each.to: each for each in wanted.handed}
        for name in dict.fromkeys([*wanted.first, *handed, *wanted.reminder]):
            again = name in wanted.reminder
            try:
                if not self.mailer.confirmed(self.catalog.approvers[name]):
                    self.unconfirmed.append(name)
                    for each in (one for one in wanted.handed if one.to == name):
                        self._note(unreached_line(self.request, each))
                    continue
                if not may_mail(self.decisions, name, "question", self.clock.now()):
                    self.held.append(name)
                    self._note(held_back(self.request, name, again=again))
                    continue
                subject, body = self._mail(name, again=again, handed=handed.get(name))
                self.mailer.send(self.catalog.approvers[name], subject, body)
            except MendloopError as error:
                self.failures[name] = error
                self._note(failed_line(self.request, name))
                continue
            self.reached.append(name)
            self._note((reminded_line if again else asked_line)(self.request, name))
            for each in (one for one in wanted.handed if one.to == name):
                self._note(handed_line(self.request, each))

    def insist(self, wanted: Due) -> None:
        """Somebody must have been reached, now or before."""
        if wanted.asked or wanted.held or self.reached or self.held:
            for name in self.unconfirmed:
                self._note(f"{name} has not confirmed their mail topic, hence was not asked")
            return
        if self.failures:
            raise next(iter(self.failures.values()))
        raise Misconfigured(
            f"no approver of {self.request.service} has confirmed their mail topic: {', '.join(self.unconfirmed)}",
            next_action="Let one of them click the confirmation mail, or run `mendloop catalog push` to send it again.",
        )

    def _mail(self, name: str, *, again: bool, handed: HandOver | None) -> tuple[str, str]:
        address = personal_link(
            self.request,
            name,
            signer=self.signer,
            audit=self.audit,
            clock=self.clock,
            site_url=self.letter.site_url,
        )
        if handed:
            return handed_mail(self.letter, address, self.catalog.approvers[handed.by].full_name)
        return reminder(self.letter, address) if again else request_mail(self.letter, address)

    def _note(self, what: str) -> None:
        note_once(self.incidents, self.clock, self.request.incident_id, STEP, what)
