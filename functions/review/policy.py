"""Whose decision it is: what one approver may do about a question, beside the others."""

from dataclasses import dataclass, field

from mendloop.approving import Rules
from mendloop.contracts.approval import Consent, Identity


@dataclass(frozen=True)
class Policy:
    """As one approver sees it. Names are the catalog's."""

    people: int = 1
    """How many different people must approve."""
    agreed: list[str] = field(default_factory=list)
    """Whose approval counts already."""
    refusal: str = ""
    """Why this approver's own approval would not count."""
    others: list[str] = field(default_factory=list)
    """To whom they may hand it over."""


def policy_for(name: str, identity: Identity, rules: Rules, consents: list[Consent]) -> Policy:
    """What the page shows, and the operators' command."""
    return Policy(
        people=rules.people,
        agreed=rules.counting(consents),
        refusal=rules.refusal(name, identity),
        others=[other for other in rules.eligible if other != name],
    )
