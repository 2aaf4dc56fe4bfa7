"""The page on which a reviewer edits the patch: checked by the gate, kept, then decided for like everything else.

The gate and the highlighter are imported when somebody edits: a page that is only shown starts faster without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.review.access import NONCE
from functions.review.notices import notice
from functions.review.recording import LONGEST_COMMENT, Recording
from functions.review.steering import DRAFT
from functions.review.web import MAX_PATCH_BYTES, Answer, Request
from mendloop import documents
from mendloop.contracts.approval import Action, ApprovalRequest
from mendloop.contracts.draft import CodeFix
from mendloop.domain.errors import BadDecision, PatchRefused
from mendloop.ports import LinkClaims

if TYPE_CHECKING:
    from functions.review.adjusting import Bench


class Editing(Recording):
    """Shows the patch to edit, and takes the edit."""

    def _adjust(self, incident_id: str, request: Request) -> Answer:
        """The patch to edit. A POST checks it, or, with the word, stores the edit and decides for it."""
        posted = request.method == "POST"
        if posted and not self._same_origin(request):
            raise BadDecision("The form did not come from this site")
        claims = self._session(incident_id, request)
        if claims is None:
            return notice(401, f"Incident {incident_id}", "Open the personal link from your mail to see it and decide.")
        question = self._request(claims, request)
        standing = self.decisions.decision(question.id)
        if posted and standing is not None:
            return self._conclude(question, standing, claims)
        desk = self._bench(question) if self._open_for(question, claims) else None
        if desk is None:
            return Answer(303, headers={"location": f"/incidents/{incident_id}"})
        if request.method == "HEAD":
            return Answer(200)
        if not posted:
            from functions.review.adjust_page import adjust_page

            places = [(place, place.text) for place in desk.places]
            return adjust_page(question, self._new_nonce(question, request), places)
        return self._edited(question, claims, desk, request)

    def _edited(self, question: ApprovalRequest, claims: LinkClaims, desk: Bench, request: Request) -> Answer:
        from functions.review.adjust_page import adjust_page
        from functions.review.adjusting import store_adjusted

        fields = request.form(MAX_PATCH_BYTES)
        comment = fields.get("comment", "").replace("\r\n", "\n").strip()
        kept = [
            (place, fields.get(f"place-{n}", place.text).replace("\r\n", "\n")) for n, place in enumerate(desk.places)
        ]
        fix, problem = None, ""
        try:
            fix = desk.adjusted(desk.texts(fields), claims.approver)
        except PatchRefused as refusal:
            problem = f"The gate refuses this: {refusal}."
        deciding = fields.get("action") == Action.ADJUST
        if fix and deciding:
            problem = self._unconfirmed(question, fields, comment)
            if unknown := self._rules(question).unknown_editor(self._identity):
                problem = f"Nothing was stored: {unknown}."
            if not problem and not self._use_nonce(question, fields.get("nonce", ""), request):
                problem = "The page was too old or sent twice: send this one."
        if fix is None or problem or not deciding:
            # A check spends nothing: the page keeps its nonce, however often the gate is asked while somebody types.
            posted = fields.get("nonce", "")
            nonce = posted if not deciding and NONCE.fullmatch(posted) else self._new_nonce(question, request)
            return adjust_page(question, nonce, kept, problem=problem, comment=comment[:LONGEST_COMMENT], accepted=fix)
        stored = store_adjusted(self.artifacts, question.incident_id, fix)
        return self._record(question, self._decision(question, claims, Action.ADJUST, comment, stored), claims)

    def _bench(self, question: ApprovalRequest) -> Bench | None:
        from functions.review.adjusting import bench

        fix = documents.load_any(self.artifacts, question.draft, DRAFT)
        service = self.catalogs.load()[0].services[question.service]
        return bench(fix, question.draft, service, self.artifacts) if isinstance(fix, CodeFix) else None
