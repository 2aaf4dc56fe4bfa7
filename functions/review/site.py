"""The review site: shows what is to be decided, and records one decision.

GET and HEAD only show. A POST decides, with a session from the mail's link, the page's nonce, the typed word and the
site's own origin. The decision row is the truth; the wake-up is sent after it, and again on every repeated POST.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlparse

from functions.review.page import Question, decided_notice, notice, page
from functions.review.web import SESSION, Answer, Request
from mendloop.contracts.approval import Action, ApprovalRequest, Decision
from mendloop.contracts.incident import TimelineEntry
from mendloop.domain.errors import BadDecision, BadLink
from mendloop.domain.identity import sha256
from mendloop.ports import (
    ArtifactStore,
    CatalogStore,
    Clock,
    DecisionStore,
    IncidentStore,
    LinkClaims,
    LinkSigner,
    Switch,
    Workflow,
)

LINK = re.compile(r"^/r/([A-Za-z0-9_.\-]{20,2000})$")
INCIDENT = re.compile(r"^/incidents/(inc-[0-9a-f]{16})$")
DECISION = re.compile(r"^/incidents/(inc-[0-9a-f]{16})/decision$")
CHOICES = {Action.APPROVE, Action.REJECT, Action.TICKET, Action.REDRAFT}
LONGEST_COMMENT = 2000
NONCE_LIFE = timedelta(hours=2)
SHOWING = {"GET", "HEAD"}


@dataclass(frozen=True)
class Site:
    """What the site needs."""

    artifacts: ArtifactStore
    incidents: IncidentStore
    decisions: DecisionStore
    catalogs: CatalogStore
    signer: LinkSigner
    workflow: Workflow
    switch: Switch
    clock: Clock
    url: str

    def answer(self, request: Request) -> Answer:
        """One request. What is refused gets a page that says why and what to do; nothing is decided by it."""
        try:
            return self._route(request)
        except BadLink as error:
            return notice(403, "This link does not work", f"{error}. Open the newest mail, or ask for a new link.")
        except BadDecision as error:
            return notice(400, "Nothing was decided", f"{error}. Open the incident again and decide there.")

    def _route(self, request: Request) -> Answer:
        if request.method in SHOWING and (found := LINK.match(request.path)):
            return self._open(found[1])
        if request.method in SHOWING and (found := INCIDENT.match(request.path)):
            return self._show(found[1], request)
        if request.method == "POST" and (found := DECISION.match(request.path)):
            return self._decide(found[1], request)
        if LINK.match(request.path) or INCIDENT.match(request.path) or DECISION.match(request.path):
            return notice(405, "Nothing happened", "This address only shows a page. Decide with the form on it.")
        return notice(404, "There is nothing here", "Open the link from your mail.")

    def _open(self, link: str) -> Answer:
        """Exchange the mail's link for a session and a clean address."""
        claims = self.signer.verify(link, "link", self.clock.now())
        request = self._request(claims)
        session = self.signer.sign(claims, "session")
        secure = "; Secure" if self.url.startswith("https://") else ""
        address = f"/incidents/{request.incident_id}"
        cookie = f"{SESSION}={session}; Path={address}; HttpOnly; SameSite=Lax{secure}"
        return Answer(303, headers={"location": address}, cookie=cookie)

    def _show(self, incident_id: str, request: Request, problem: str = "") -> Answer:
        claims = self._session(incident_id, request)
        if claims is None:
            return notice(401, f"Incident {incident_id}", "Open the personal link from your mail to see it and decide.")
        question = self._request(claims)
        nonce = ""
        if request.method != "HEAD" and self._open_for(question, claims):
            nonce = secrets.token_urlsafe(24)
            session = sha256(request.cookies[SESSION])
            self.decisions.save_nonce(question.id, nonce, session, self.clock.now() + NONCE_LIFE)
        body = page(self._question(question, claims, nonce, problem), self.artifacts)
        return Answer(422 if problem else 200, "" if request.method == "HEAD" else body)

    def _decide(self, incident_id: str, request: Request) -> Answer:
        if not self._same_origin(request):
            raise BadDecision("the form did not come from this site")
        claims = self._session(incident_id, request)
        if claims is None:
            raise BadLink("there is no session for this incident")
        fields = request.form()
        question = self._request(claims)
        standing = self.decisions.decision(question.id)
        if standing is not None:
            self._wake(question)
            return decided_notice(standing, question.incident_id)
        problem = self._problem(question, claims, fields)
        if problem:
            return self._show(incident_id, request, problem)
        if not self.decisions.use_nonce(
            question.id, fields.get("nonce", ""), sha256(request.cookies[SESSION]), self.clock.now()
        ):
            return self._show(incident_id, request, "The page was too old or sent twice: decide again on this one.")
        return self._record(question, claims, Action(fields["action"]), fields.get("comment", ""))

    def _record(self, question: ApprovalRequest, claims: LinkClaims, action: Action, comment: str) -> Answer:
        mine = Decision(
            request_id=question.id,
            action=action,
            by=claims.approver,
            at=self.clock.now(),
            content_sha256=question.content_sha256,
            comment=comment,
        )
        standing = self.decisions.decide(mine)
        self._wake(question)
        if standing != mine:
            return decided_notice(standing, question.incident_id)
        self.incidents.note(
            question.incident_id,
            TimelineEntry(at=mine.at, step="review", what=f"Decided: {action.value}", by=mine.by),
        )
        return Answer(303, headers={"location": f"/incidents/{question.incident_id}"})

    def _problem(self, question: ApprovalRequest, claims: LinkClaims, fields: dict[str, str]) -> str:
        """Why this form decides nothing, or ""."""
        if not self._open_for(question, claims):
            return "This question is no longer open."
        if fields.get("action") not in {choice.value for choice in CHOICES}:
            return "Choose one of the decisions."
        if fields.get("word", "").strip() != question.typed_word:
            return f"Type the word {question.typed_word} to confirm."
        if len(fields.get("comment", "")) > LONGEST_COMMENT:
            return f"The comment is longer than {LONGEST_COMMENT} characters."
        return ""

    def _open_for(self, question: ApprovalRequest, claims: LinkClaims) -> bool:
        latest = self.decisions.latest(question.incident_id)
        catalog, _ = self.catalogs.load()
        service = catalog.services.get(question.service)
        return (
            latest is not None
            and latest.id == question.id
            and claims.content_sha256 == question.content_sha256
            and service is not None
            and claims.approver in service.approvers
            and self.clock.now() < question.expires_at
            and self.decisions.decision(question.id) is None
        )

    def _session(self, incident_id: str, request: Request) -> LinkClaims | None:
        text = request.cookies.get(SESSION, "")
        if not text:
            return None
        claims = self.signer.verify(text, "session", self.clock.now())
        if not claims.request_id.startswith(f"{incident_id}."):
            raise BadLink("this session belongs to another incident")
        return claims

    def _request(self, claims: LinkClaims) -> ApprovalRequest:
        request = self.decisions.request(claims.request_id)
        if request is None or claims.approver not in request.approvers:
            raise BadLink("this link asks about something that is not known here")
        return request

    def _question(self, question: ApprovalRequest, claims: LinkClaims, nonce: str, problem: str) -> Question:
        latest = self.decisions.latest(question.incident_id)
        incident = self.incidents.load(question.incident_id)
        publication = self.incidents.publication(incident.fault, incident.generation) if incident else None
        return Question(
            request=question,
            approver=claims.approver,
            nonce=nonce,
            problem=problem,
            decision=self.decisions.decision(question.id),
            replaced=latest is not None and latest.id != question.id,
            expired=self.clock.now() >= question.expires_at,
            paused=self.switch.paused(question.service),
            incident=incident,
            publication=publication,
            timeline=self.incidents.timeline(question.incident_id),
            now=self._now(),
        )

    def _now(self) -> datetime:
        return self.clock.now()

    def _wake(self, question: ApprovalRequest) -> None:
        token = self.decisions.token(question.id)
        if token:
            self.workflow.wake(token)

    def _same_origin(self, request: Request) -> bool:
        here = urlparse(self.url)
        origin = request.headers.get("origin", "")
        if origin and origin != "null":
            return origin == f"{here.scheme}://{here.netloc}"
        return request.headers.get("sec-fetch-site", "") == "same-origin"
