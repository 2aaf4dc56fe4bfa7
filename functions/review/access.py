"""Who may see and decide what: session, question, origin, and the nonce of a page."""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlparse

from functions.review.web import SESSION, Request
from mendloop.contracts.approval import ApprovalRequest, Identity
from mendloop.domain.catalog import Catalog
from mendloop.domain.errors import BadLink
from mendloop.domain.identity import sha256
from mendloop.ports import (
    ArtifactStore,
    AuditTrail,
    CatalogStore,
    Clock,
    DecisionStore,
    IncidentStore,
    LinkClaims,
    LinkSigner,
    Switch,
    Workflow,
)

NONCE = re.compile(r"[A-Za-z0-9_\-]{32}")
NONCE_LIFE = timedelta(hours=2)


@dataclass(frozen=True)
class Access:
    """What the site needs."""

    artifacts: ArtifactStore
    incidents: IncidentStore
    decisions: DecisionStore
    catalogs: CatalogStore
    signer: LinkSigner
    audit: AuditTrail
    workflow: Workflow
    switch: Switch
    clock: Clock
    url: str
    oidc_claim: str = ""
    """The claim that says who somebody is; "" where no identity provider stands in front of the pages."""

    identity: Identity | None = None
    """How the visitor is known, where it is not by a page."""

    @property
    def _identity(self) -> Identity:
        """How the visitor is known."""
        return self.identity or (Identity.OIDC if self.oidc_claim else Identity.LINK)

    def _session(self, incident_id: str, request: Request, *, expired: bool = False) -> LinkClaims | None:
        text = request.cookies.get(SESSION, "")
        if not text:
            return None
        claims = self.signer.verify(text, "session", self.clock.now(), expired=expired)
        if not claims.request_id.startswith(f"{incident_id}."):
            raise BadLink("This session belongs to another incident")
        return claims

    def _request(self, claims: LinkClaims, request: Request) -> ApprovalRequest:
        """The question of a link or session, for somebody who is still an approver there; else BadLink.

        Where an identity provider stands in front, the link must be theirs who is signed in.
        """
        question = self.decisions.request(claims.request_id)
        if question is None or claims.approver not in question.approvers:
            raise BadLink("This link asks about something that is not known here")
        catalog = self.catalogs.load()[0]
        service = catalog.services.get(question.service)
        if service is None or claims.approver not in service.approvers:
            raise BadLink(f"You are not an approver of {question.service} any more")
        if self.oidc_claim and self._signed_in(catalog, request) != claims.approver:
            raise BadLink(f"This link is {claims.approver}'s, and you are signed in as somebody else")
        return question

    def _signed_in(self, catalog: Catalog, request: Request) -> str:
        """Catalog name of who is signed in; BadLink for nobody or a stranger. An unverified address is nobody's."""
        identity = request.claims.get(self.oidc_claim, "")
        if self.oidc_claim == "email" and request.claims.get("email_verified", "").lower() != "true":
            identity = ""
        approver = catalog.identified("oidc", identity)
        if approver is None:
            raise BadLink("The catalog knows nobody by your sign-in")
        return approver.name

    def _open_for(self, question: ApprovalRequest, claims: LinkClaims) -> bool:
        latest = self.decisions.latest(question.incident_id)
        return (
            latest is not None
            and latest.id == question.id
            and claims.content_sha256 == question.content_sha256
            and self.clock.now() < question.expires_at
            and self.decisions.decision(question.id) is None
            and not self._has_ended(question)
        )

    def _has_ended(self, question: ApprovalRequest) -> bool:
        """Whether nothing waits for the answer any more: an execution that failed leaves its question behind."""
        incident = self.incidents.load(question.incident_id)
        return incident is not None and incident.state.terminal

    def _expired(self, claims: LinkClaims) -> bool:
        return self.clock.now() >= claims.expires_at

    def _same_origin(self, request: Request) -> bool:
        here = urlparse(self.url)
        origin = request.headers.get("origin", "")
        if origin and origin != "null":
            return origin == f"{here.scheme}://{here.netloc}".lower()
        return request.headers.get("sec-fetch-site", "") == "same-origin"

    def _new_nonce(self, question: ApprovalRequest, request: Request) -> str:
        nonce = secrets.token_urlsafe(24)
        session = sha256(request.cookies[SESSION])
        self.decisions.save_nonce(question.id, nonce, session, self.clock.now() + NONCE_LIFE)
        return nonce

    def _use_nonce(self, question: ApprovalRequest, nonce: str, request: Request) -> bool:
        session = sha256(request.cookies[SESSION])
        return bool(NONCE.fullmatch(nonce)) and self.decisions.use_nonce(question.id, nonce, session, self.clock.now())
