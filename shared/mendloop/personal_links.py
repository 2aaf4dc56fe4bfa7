"""The personal link to a question: signed, written down in the audit trail before it is used, then an address."""

from mendloop.auditing import link_mark, write_down
from mendloop.contracts.approval import ApprovalRequest
from mendloop.contracts.audit import Audited, AuditEvent
from mendloop.ports import AuditTrail, Clock, LinkClaims, LinkSigner


def personal_link(
    request: ApprovalRequest, name: str, *, signer: LinkSigner, audit: AuditTrail, clock: Clock, site_url: str
) -> str:
    """The address for one approver. A link of which the audit trail knows nothing is never handed out."""
    claims = LinkClaims(
        request_id=request.id,
        approver=name,
        content_sha256=request.content_sha256,
        expires_at=request.expires_at,
    )
    link = signer.sign(claims, "link")
    made = Audited(
        event=AuditEvent.LINK_MADE,
        at=clock.now(),
        request_id=request.id,
        by=name,
        content_sha256=request.content_sha256,
        detail=link_mark(link),
    )
    write_down(audit, request.incident_id, made)
    return f"{site_url.rstrip('/')}/r/{link}"
