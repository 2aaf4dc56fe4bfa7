"""Whose approval of a question counts, by the catalog in force: asked when it is recorded, and again at publishing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from mendloop import documents
from mendloop.contracts.approval import ApprovalRequest, Consent, Decision, Identity
from mendloop.contracts.draft import CodeFix, Draft
from mendloop.contracts.mapping import CodeMap
from mendloop.domain.catalog import Catalog, Service
from mendloop.domain.errors import Misconfigured
from mendloop.ports import ArtifactStore

_DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)
_MOST_EDITS = 20


@dataclass(frozen=True)
class Rules:
    """The policy of one question's service. `barred`: catalog names that may not approve, each with the reason."""

    request: ApprovalRequest
    service: Service
    barred: dict[str, str] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many different people must approve."""
        return self.service.approval.people

    @property
    def eligible(self) -> list[str]:
        """Who may approve, in the order in which they are asked."""
        return [name for name in self.request.approvers if name in self.service.approvers and name not in self.barred]

    def refusal(self, name: str, identity: Identity) -> str:
        """Why this person's approval does not count, in words that follow `Nothing was decided:`, or ""."""
        if name not in self.request.approvers or name not in self.service.approvers:
            return f"{name} is not an approver of {self.service.name}"
        if name in self.barred:
            return self.barred[name]
        if self.service.approval.signed_in and identity is Identity.LINK:
            return (
                f"{self.service.name} takes approvals of people who are signed in only, and a link does not say who "
                "opened it; approve with `mendloop approve`"
            )
        return ""

    def unknown_editor(self, identity: Identity) -> str:
        """Why an edit by this way in would hide who made it from a policy that bars authors, or ""."""
        if self.service.approval.not_author and identity is Identity.LINK:
            return (
                f"{self.service.name} lets nobody approve their own edit, and a link does not say who opened it: "
                "ask for another draft with a hint, or adjust where people are signed in"
            )
        return ""

    def counting(self, consents: Iterable[Consent]) -> list[str]:
        """The different people whose approval of exactly this content counts, by name."""
        return sorted(
            {
                each.by
                for each in consents
                if each.request_id == self.request.id
                and each.content_sha256 == self.request.content_sha256
                and each.at < self.request.expires_at
                and not self.refusal(each.by, each.identity)
            }
        )


def rules_of(request: ApprovalRequest, catalog: Catalog, artifacts: ArtifactStore) -> Rules:
    """Misconfigured when the service has left the catalog."""
    service = catalog.services.get(request.service)
    if service is None:
        raise Misconfigured(f"the catalog has no service {request.service} any more")
    if not service.approval.not_author:
        return Rules(request, service)
    names = dict.fromkeys([*request.approvers, *service.approvers])
    addresses = {mail.lower(): name for name in names if name in catalog.approvers for mail in _mails(catalog, name)}
    barred = {}
    mapping = documents.load(artifacts, request.mapping, CodeMap)
    for suspect in mapping.suspects[:1]:
        if name := addresses.get(suspect.commit.author_email.lower()):
            barred[name] = f"{name} wrote the suspect commit {suspect.commit.sha[:10]}, somebody else must approve"
    for name in _editors(request, artifacts):
        barred[name] = f"{name} adjusted this patch, somebody else must approve it"
    return Rules(request, service, barred)


def as_consent(decision: Decision) -> Consent:
    """The approval that a decision to approve is."""
    return Consent(
        request_id=decision.request_id,
        by=decision.by,
        at=decision.at,
        content_sha256=decision.content_sha256,
        identity=decision.identity,
    )


def _mails(catalog: Catalog, name: str) -> set[str]:
    person = catalog.approvers[name]
    return {*person.git, person.delivery.endpoint}


def _editors(request: ApprovalRequest, artifacts: ArtifactStore) -> Iterator[str]:
    """Everybody whose edit is in the patch: an edit of an edit hides nobody."""
    ref = request.draft
    for _ in range(_MOST_EDITS):
        fix = documents.load_any(artifacts, ref, _DRAFT)
        if not isinstance(fix, CodeFix) or not fix.adjusted_by:
            return
        yield fix.adjusted_by
        if fix.adjusted_from is None:
            return
        ref = fix.adjusted_from
