"""One round of mails about a question: whoever is due gets theirs, and every mail is written down."""

from dataclasses import dataclass, field

from functions.request_approval.mail import Letter, handed_mail, reminder, request_mail
from mendloop.asking import STEP, Due, asked_line, failed_line, handed_line, reminded_line
from mendloop.auditing import link_mark, write_down
from mendloop.contracts.approval import ApprovalRequest, HandOver
from mendloop.contracts.audit import Audited, AuditEvent
from mendloop.domain.catalog import Approver, Catalog
from mendloop.domain.errors import MendloopError, Misconfigured
from mendloop.ports import AuditTrail, Clock, IncidentStore, LinkClaims, LinkSigner, Mailer
from mendloop.timeline import note_once


@dataclass
class Round:
    """One round of mails."""

    request: ApprovalRequest
    letter: Letter
    catalog: Catalog
    signer: LinkSigner
    audit: AuditTrail
    mailer: Mailer
    incidents: IncidentStore
    clock: Clock
    reached: list[str] = field(default_factory=list)
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

    def _mail(self, name: str, *, again: bool, handed: HandOver | None) -> tuple[str, str]:
        approver: Approver = self.catalog.approvers[name]
        claims = LinkClaims(
            request_id=self.request.id,
            approver=approver.name,
            content_sha256=self.request.content_sha256,
            expires_at=self.request.expires_at,
        )
        link = self.signer.sign(claims, "link")
        self._write_down(name, link)
        address = f"{self.letter.site_url}/r/{link}"
        if handed:
            return handed_mail(self.letter, address, self.catalog.approvers[handed.by].full_name)
        return reminder(self.letter, address) if again else request_mail(self.letter, address)

    def _write_down(self, name: str, link: str) -> None:
        """Before the mail: a link of which the audit trail knows nothing is not sent."""
        made = Audited(
            event=AuditEvent.LINK_MADE,
            at=self.clock.now(),
            request_id=self.request.id,
            by=name,
            content_sha256=self.request.content_sha256,
            detail=link_mark(link),
        )
        write_down(self.audit, self.request.incident_id, made)

    def _note(self, what: str) -> None:
        note_once(self.incidents, self.clock, self.request.incident_id, STEP, what)
