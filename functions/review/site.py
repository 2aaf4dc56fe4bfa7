"""The review site: shows what is to be decided, and records one decision.

GET and HEAD only show. A POST decides, with a session from the mail's link, the page's nonce, the typed word and the
site's own origin. The decision row is the truth; the wake-up is sent after it, and again on every repeated POST.
"""

import re
from dataclasses import replace

from functions.review.editing import Editing
from functions.review.notices import closed_notice, notice
from functions.review.operating import OPERATOR, Operating
from functions.review.overview import Overview
from functions.review.page import Question, page
from functions.review.policy import Policy
from functions.review.recording import HAND_OVER, LONGEST_COMMENT
from functions.review.watching import Progress, progress
from functions.review.web import SESSION, Answer, Request
from mendloop import documents
from mendloop.contracts.approval import Action, ApprovalRequest, Decision
from mendloop.contracts.incident import Incident, TimelineEntry
from mendloop.contracts.verification import Verification
from mendloop.domain.errors import BadDecision, BadLink, MendloopError, Retryable, TooLarge
from mendloop.incident_facts import recovered_at
from mendloop.ports import (
    LinkClaims,
)

LINK = re.compile(r"/r/([A-Za-z0-9_.\-]{20,2000})")
OVERVIEW = re.compile(r"/overview/([A-Za-z0-9_.\-]{20,2000})")
INCIDENT = re.compile(r"/incidents/(inc-[0-9a-f]{16})")
DECISION = re.compile(r"/incidents/(inc-[0-9a-f]{16})/decision")
ADJUST = re.compile(r"/incidents/(inc-[0-9a-f]{16})/adjust")
CHOICES = {Action.APPROVE, Action.REJECT, Action.TICKET, Action.REDRAFT, Action.RERUN}
SHOWING = {"GET", "HEAD"}


class Site(Editing, Operating, Overview):
    """The routes."""

    def answer(self, request: Request) -> Answer:
        """One request. What is refused gets a page that says why and what to do; nothing is decided by it."""
        if request.path.startswith(OPERATOR):
            return self._operate(request)
        try:
            return self._route(request)
        except BadLink as error:
            return notice(403, "This link does not work", f"{error}. Open the newest mail: its link is the one.")
        except BadDecision as error:
            return notice(400, "Nothing was decided", f"{error}. Open the incident again and decide there.")
        except TooLarge as error:
            return notice(413, "Nothing was decided", f"{error}. Open the incident again and decide there.")
        except Retryable as error:
            text = "Something behind this page did not answer. Reload in a minute; a form may safely be sent again."
            return notice(503, "Not now", text, error)
        except MendloopError as error:
            return notice(500, "This page cannot be shown", "The operators see why in the log of `review`.", error)

    def _route(self, request: Request) -> Answer:
        link, incident = LINK.fullmatch(request.path), INCIDENT.fullmatch(request.path)
        decision = DECISION.fullmatch(request.path)
        if link and request.method in SHOWING:
            return self._open(link[1], request)
        if incident and request.method in SHOWING:
            return self._show(incident[1], request)
        if decision and request.method == "POST":
            return self._decide(decision[1], request)
        adjust = ADJUST.fullmatch(request.path)
        if adjust and request.method in SHOWING | {"POST"}:
            return self._adjust(adjust[1], request)
        overview = OVERVIEW.fullmatch(request.path)
        if overview and request.method == "GET":
            return self._overview(overview[1])
        if link or incident or decision or adjust:
            allowed = "POST" if decision else "GET, HEAD, POST" if adjust else "GET, HEAD"
            text = "This address takes the form of the page only." if decision else "This address only shows a page."
            return replace(notice(405, "Nothing happened", f"{text} Decide there."), headers={"allow": allowed})
        return notice(404, "There is nothing here", "Open the link from your mail.")

    def _open(self, link: str, request: Request) -> Answer:
        """Exchange the mail's link for a session and a clean address."""
        claims = self.signer.verify(link, "link", self.clock.now(), expired=True)
        question = self._request(claims, request)
        if self._expired(claims):
            return self._ended(question)
        self._opened(question, claims, link)
        session = self.signer.sign(claims, "session")
        secure = "; Secure" if self.url.startswith("https://") else ""
        address = f"/incidents/{question.incident_id}"
        cookie = f"{SESSION}={session}; Path={address}; HttpOnly; SameSite=Lax{secure}"
        return Answer(303, headers={"location": address}, cookie=cookie)

    def _show(self, incident_id: str, request: Request, problem: str = "", comment: str = "") -> Answer:
        claims = self._session(incident_id, request, expired=True)
        if claims is None:
            return notice(401, f"Incident {incident_id}", "Open the personal link from your mail to see it and decide.")
        question = self._request(claims, request)
        if self._expired(claims):
            return self._ended(question)
        nonce = ""
        if request.method != "HEAD" and self._open_for(question, claims):
            nonce = self._new_nonce(question, request)
        body = page(self._question(question, claims, nonce, problem, comment), self.artifacts)
        return Answer(422 if problem else 200, "" if request.method == "HEAD" else body)

    def _decide(self, incident_id: str, request: Request) -> Answer:
        if not self._same_origin(request):
            raise BadDecision("The form did not come from this site")
        claims = self._session(incident_id, request)
        if claims is None:
            raise BadLink("There is no session for this incident")
        fields = request.form()
        comment = fields.get("comment", "").replace("\r\n", "\n").strip()
        question = self._request(claims, request)
        standing = self.decisions.decision(question.id)
        if standing is not None:
            return self._conclude(question, standing, claims)
        problem = self._problem(question, claims, fields, comment)
        if not problem and not self._use_nonce(question, fields.get("nonce", ""), request):
            problem = "The page was too old or sent twice: decide again on this one."
        if problem:
            return self._show(incident_id, request, problem, comment[:LONGEST_COMMENT])
        if fields["action"] == HAND_OVER:
            return self._hand_over(question, claims, fields["to"])
        mine = self._decision(question, claims, Action(fields["action"]), comment)
        return (
            self._approve(question, mine, claims)
            if mine.action is Action.APPROVE
            else self._record(question, mine, claims)
        )

    def _problem(self, question: ApprovalRequest, claims: LinkClaims, fields: dict[str, str], comment: str) -> str:
        """Why this form decides nothing, or ""."""
        action = fields.get("action", "")
        if not self._open_for(question, claims):
            return "This question is no longer open. Nothing was decided."
        if action not in {*CHOICES, HAND_OVER}:
            return "Choose one of the decisions."
        if action == HAND_OVER and fields.get("to", "") not in self._policy(question, claims.approver).others:
            return "Choose to whom you hand it over. Nothing was decided."
        if action == Action.REJECT and not comment:
            return "Say in the comment why: the same fault is then not drafted in the same way again."
        problem = self._unconfirmed(question, fields, comment)
        return problem or (self._unapproved(question, claims, fields) if action == Action.APPROVE else "")

    def _ended(self, question: ApprovalRequest) -> Answer:
        """After the link's life: what was decided, by whom, when, and what became of it; nothing else."""
        incident = self.incidents.load(question.incident_id)
        publication = self.incidents.publication(incident.published_as, incident.generation) if incident else None
        return closed_notice(question, self.decisions.decision(question.id), incident, publication)

    def _question(
        self, question: ApprovalRequest, claims: LinkClaims, nonce: str, problem: str, comment: str
    ) -> Question:
        latest = self.decisions.latest(question.incident_id)
        incident = self.incidents.load(question.incident_id)
        publication = self.incidents.publication(incident.published_as, incident.generation) if incident else None
        decision, timeline = self.decisions.decision(question.id), self.incidents.timeline(question.incident_id)
        return Question(
            request=question,
            approver=claims.approver,
            nonce=nonce,
            problem=problem,
            comment=comment,
            decision=decision,
            replaced=latest is not None and latest.id != question.id,
            expired=self.clock.now() >= question.expires_at,
            paused=self.switch.paused(question.service),
            incident=incident,
            publication=publication,
            timeline=timeline,
            recovered_at=recovered_at(self.incidents, question.incident_id),
            progress=self._progress(decision, timeline, incident, latest),
            policy=self._policy(question, claims.approver) if nonce else Policy(),
        )

    def _progress(
        self,
        decision: Decision | None,
        timeline: list[TimelineEntry],
        incident: Incident | None,
        latest: ApprovalRequest | None,
    ) -> Progress | None:
        """How the work goes that a decision asked for, and how its proof ended."""
        anew = decision is not None and latest is not None and latest.id != decision.request_id
        proof = documents.load(self.artifacts, latest.verification, Verification) if latest and anew else None
        return progress(decision, timeline, incident, latest, proof.status if proof else None)
