"""One decision, written once, noted, and told to the execution that waits for it."""

from functions.review.access import Access
from functions.review.notices import decided_notice, word_of
from functions.review.policy import Policy, policy_for
from functions.review.steering import papers_of, steered_by
from functions.review.web import Answer
from mendloop.approving import Rules, as_consent, rules_of
from mendloop.auditing import link_mark, of_consent, of_decision, of_hand_over, write_down
from mendloop.contracts.approval import Action, ApprovalRequest, Decision, HandOver
from mendloop.contracts.audit import Audited, AuditEvent
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.incident import TimelineEntry
from mendloop.ports import LinkClaims
from mendloop.timeline import note_once

LONGEST_COMMENT = 2000
HAND_OVER = "handover"
"""The form's action that is no decision."""


class Recording(Access):
    """Writes a decision down."""

    def _policy(self, question: ApprovalRequest, name: str) -> Policy:
        return policy_for(name, self._identity, self._rules(question), self.decisions.consents(question.id))

    def _hand_over(self, question: ApprovalRequest, claims: LinkClaims, to: str) -> Answer:
        """Recorded; the execution is woken to mail the other one their link. Nothing is decided by it."""
        handed = HandOver(request_id=question.id, by=claims.approver, to=to, at=self.clock.now())
        # Written down first: what counts stands in the chain, whoever dies in between.
        write_down(self.audit, question.incident_id, of_hand_over(handed, question, self._identity))
        self.decisions.hand_over(handed)
        note_once(
            self.incidents, self.clock, question.incident_id, "review", f"Handed over to {to}", by=claims.approver
        )
        if token := self.decisions.token(question.id):
            self.workflow.wake(token)
        return Answer(303, headers={"location": f"/incidents/{question.incident_id}"})

    def _opened(self, question: ApprovalRequest, claims: LinkClaims, link: str) -> None:
        """Every time, up to a bound: a mail scanner that opens it is told apart by the clock."""
        opened = Audited(
            event=AuditEvent.LINK_OPENED,
            at=self.clock.now(),
            request_id=question.id,
            by=claims.approver,
            content_sha256=claims.content_sha256,
            identity=self._identity,
            detail=link_mark(link),
        )
        write_down(self.audit, question.incident_id, opened)

    def _rules(self, question: ApprovalRequest) -> Rules:
        return rules_of(question, self.catalogs.load()[0], self.artifacts)

    def _approve(self, question: ApprovalRequest, mine: Decision, claims: LinkClaims) -> Answer:
        """Decided when as many people as the service wants have approved; until then the approval is kept."""
        rules = self._rules(question)
        if rules.people > 1:
            consents = self.decisions.consent(as_consent(mine))
            # Everybody's, not only one's own: whoever died after their consent left it to the next one.
            for each in consents:
                write_down(self.audit, question.incident_id, of_consent(each))
            agreed = rules.counting(consents)
            if len(agreed) < rules.people:
                what = f"Approved; {rules.people} different people must, {len(agreed)} did"
                note_once(self.incidents, self.clock, question.incident_id, "review", what, by=mine.by)
                return Answer(303, headers={"location": f"/incidents/{question.incident_id}"})
        return self._record(question, mine, claims)

    def _record(self, question: ApprovalRequest, mine: Decision, claims: LinkClaims) -> Answer:
        standing = self.decisions.decide(mine)
        answer = self._conclude(question, standing, claims)
        return Answer(303, headers={"location": f"/incidents/{question.incident_id}"}) if standing == mine else answer

    def _conclude(self, question: ApprovalRequest, standing: Decision, claims: LinkClaims) -> Answer:
        """After the decision row: note it and wake the execution. Both may be repeated, and are by every repeated POST.

        The wake-up goes first: a note that fails must not keep the execution waiting.
        """
        token = self.decisions.token(question.id)
        if token:
            self.workflow.wake(token)
        what = f"Decided: {word_of(standing)}"
        if standing.adjusted:
            what += f"; draft {question.draft.sha256[:10]} became {standing.adjusted.sha256[:10]}, both are kept"
        entry = TimelineEntry(at=standing.at, step="review", what=what, by=standing.by)
        self.incidents.note(question.incident_id, entry)
        write_down(self.audit, question.incident_id, of_decision(standing))
        return decided_notice(standing, question.incident_id, mine=standing.by == claims.approver)

    def _decision(
        self,
        question: ApprovalRequest,
        claims: LinkClaims,
        action: Action,
        comment: str,
        adjusted: ArtifactRef | None = None,
    ) -> Decision:
        return Decision(
            request_id=question.id,
            action=action,
            by=claims.approver,
            at=self.clock.now(),
            content_sha256=question.content_sha256,
            comment=comment,
            adjusted=adjusted,
            identity=self._identity,
        )

    def _unapproved(self, question: ApprovalRequest, claims: LinkClaims, fields: dict[str, str]) -> str:
        """Why this approval would be spent on nothing or is given without care, or ""."""
        if self.switch.paused(question.service):
            return f"{question.service} is paused: it cannot be approved now. The other decisions can be taken."
        if refusal := self._rules(question).refusal(claims.approver, self._identity):
            return f"Nothing was decided: {refusal}."
        if fields.get("second_look") != "yes" and steered_by(papers_of(self.artifacts, question)):
            return "Tick that you have read every changed line, then approve. Nothing was decided yet."
        return ""

    def _unconfirmed(self, question: ApprovalRequest, fields: dict[str, str], comment: str) -> str:
        if fields.get("word", "").strip() != question.typed_word:
            return f"Type the word {question.typed_word} to confirm. Nothing was decided yet."
        if len(comment) > LONGEST_COMMENT:
            return f"The comment is longer than {LONGEST_COMMENT} characters."
        return ""
