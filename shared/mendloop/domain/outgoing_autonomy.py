"""What mendloop would have done where the catalog holds it back: allowed fields, for tickets, mails and the digest."""

from mendloop.domain import outgoing

EXPLAIN_ONLY = "explain_only"
DRAFT_ONLY = "draft_only"


def would_have(reason: str, *, target: str = "", suspect: str = "", by: str = "") -> str:
    """One sentence for the reason codes of `autonomy`; "" for any other reason.

    `target` is `path::function`, `suspect` a commit's hash, `by` the catalog name of who approved.
    """
    if reason == EXPLAIN_ONLY:
        blamed = f", most likely brought in by {outgoing.short(suspect)}" if outgoing.short(suspect) else ""
        where = outgoing.code(target) if target else "the code"
        return f"mendloop would have drafted a change to {where}{blamed}, proved it and asked for an approval."
    if reason == DRAFT_ONLY:
        return f"mendloop would have opened a draft pull request with the change that {by or 'an approver'} approved."
    return ""
