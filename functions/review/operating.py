"""The operators' route: decisions by AWS credentials instead of a link.

Who it is says API Gateway's IAM authorizer in the request's context, and the catalog says whom that is; no argument and
no header does. The path alone opens nothing: a request without that context is a stranger's, whatever route it came by.
"""

import json
import re
from dataclasses import asdict, replace
from typing import Any

from functions.review.policy import Policy
from functions.review.recording import LONGEST_COMMENT, Recording
from functions.review.steering import papers_of, steered_by
from functions.review.web import MAX_BODY_BYTES, Answer, Request
from mendloop.contracts.approval import Action, ApprovalRequest, Decision, Identity
from mendloop.domain.errors import BadDecision, BadLink, MendloopError, Retryable
from mendloop.ports import LinkClaims

OPERATOR = "/operator/"
_SHOW = re.compile(r"/operator/incidents/(inc-[0-9a-f]{16})")
_DECIDE = re.compile(r"/operator/incidents/(inc-[0-9a-f]{16})/decision")
TAKEN = {Action.APPROVE.value, Action.REJECT.value}


class Operating(Recording):
    """Answers in JSON."""

    def _operate(self, request: Request) -> Answer:
        """One request of the command line."""
        try:
            return replace(self, identity=Identity.IAM)._by_operator(request)
        except BadLink as error:
            return _said(403, error=str(error))
        except BadDecision as error:
            return _said(400, error=str(error))
        except Retryable as error:
            return replace(_said(503, error="Not now; it may safely be sent again."), failure=type(error).__name__)
        except MendloopError as error:
            return replace(_said(500, error="See the log of `review`."), failure=type(error).__name__)

    def _by_operator(self, request: Request) -> Answer:
        show, decide = _SHOW.fullmatch(request.path), _DECIDE.fullmatch(request.path)
        if show and request.method == "GET":
            question, name = self._asked(show[1], request.principal)
            return self._told(question, name)
        if decide and request.method == "POST":
            question, name = self._asked(decide[1], request.principal)
            return self._decided_by(question, name, _fields(request))
        return _said(404, error="There is nothing here")

    def _asked(self, incident_id: str, principal: str) -> tuple[ApprovalRequest, str]:
        """The incident's newest question, and the catalog name of whoever signed; BadLink for a stranger."""
        catalog = self.catalogs.load()[0]
        approver = catalog.identified("iam", principal)
        if approver is None:
            raise BadLink(f"The catalog knows nobody as {principal or 'an unsigned caller'}: `approvers.….iam`")
        question = self.decisions.latest(incident_id)
        service = catalog.services.get(question.service) if question else None
        if question is None or service is None:
            raise BadDecision(f"{incident_id} asks nothing")
        if approver.name not in service.approvers or approver.name not in question.approvers:
            raise BadLink(f"{approver.name} is not an approver of {question.service}")
        return question, approver.name

    def _told(self, question: ApprovalRequest, name: str) -> Answer:
        """What is asked, with the hash that a decision must name."""
        papers, standing = papers_of(self.artifacts, question), self.decisions.decision(question.id)
        policy: Policy = self._policy(question, name)
        proof = papers.verification
        return _said(
            200,
            you=name,
            incident=question.incident_id,
            service=question.service,
            summary=question.summary,
            content_sha256=question.content_sha256,
            word=question.typed_word,
            expires_at=question.expires_at.isoformat(),
            size=papers.fix.size,
            proof=f"{proof.status.value}: {proof.reason}",
            diff=papers.fix.diff,
            steered_by=steered_by(papers),
            policy=asdict(policy),
            decision=_row(standing) if standing else None,
        )

    def _decided_by(self, question: ApprovalRequest, name: str, fields: dict[str, str]) -> Answer:
        claims = LinkClaims(
            request_id=question.id,
            approver=name,
            content_sha256=fields.get("content_sha256", ""),
            expires_at=question.expires_at,
        )
        standing = self.decisions.decision(question.id)
        if standing is None:
            self._refuse(question, claims, fields)
            mine = self._decision(question, claims, Action(fields["action"]), fields.get("comment", "").strip())
            (self._approve if mine.action is Action.APPROVE else self._record)(question, mine, claims)
            standing = self.decisions.decision(question.id)
        else:
            self._conclude(question, standing, claims)
        policy = self._policy(question, name)
        return _said(200, decision=_row(standing) if standing else None, policy=asdict(policy))

    def _refuse(self, question: ApprovalRequest, claims: LinkClaims, fields: dict[str, str]) -> None:
        """BadDecision says why this decides nothing."""
        action, comment = fields.get("action", ""), fields.get("comment", "").strip()
        if action not in TAKEN:
            raise BadDecision(f"an operator decides by {' or '.join(sorted(TAKEN))}")
        if claims.content_sha256 != question.content_sha256:
            raise BadDecision("this is another content than the one asked about now; look at it again")
        if not self._open_for(question, claims):
            raise BadDecision("this question is no longer open")
        if len(comment) > LONGEST_COMMENT or (action == Action.REJECT and not comment):
            raise BadDecision(f"say why, in at most {LONGEST_COMMENT} characters")
        if action == Action.APPROVE and (problem := self._unapproved(question, claims, fields)):
            raise BadDecision(problem)


def _fields(request: Request) -> dict[str, str]:
    if len(request.body) > MAX_BODY_BYTES:
        raise BadDecision("the request is too large")
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadDecision("the request is no JSON") from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise BadDecision("the request is no JSON object of texts")
    return found


def _row(decision: Decision) -> dict[str, str]:
    return {"action": decision.action.value, "by": decision.by, "at": decision.at.isoformat()}


def _said(status: int, **fields: Any) -> Answer:
    return Answer(status, json.dumps(fields), headers={"content-type": "application/json"})
