"""How changes fared, counted per service, drafter and class of fault."""

from collections.abc import Iterable
from dataclasses import dataclass

from mendloop.contracts.follow_up import FollowUp, HeadChange
from mendloop.domain.follow_up import FollowUpState

BY_PERSON = {HeadChange.ADDED, HeadChange.FORCED}


@dataclass
class Acceptance:
    """Counts of changes. Decided are those merged or rejected; accepted, those merged that did not recur."""

    service: str
    drafter: str
    fault_class: str
    published: int = 0
    merged: int = 0
    closed: int = 0
    rejected: int = 0
    """On the page, before anything was published."""
    changed: int = 0
    """By a reviewer on the page, or by a person at the code host."""
    fixed: int = 0
    recurred: int = 0
    regressed: int = 0
    lost: int = 0

    @property
    def decided(self) -> int:
        """What somebody has decided about."""
        return self.merged + self.closed + self.rejected

    @property
    def accepted(self) -> int:
        """Merged, and the fault was not seen again straight after the deployment."""
        return self.merged - self.recurred

    @property
    def share(self) -> float | None:
        """Of accepted among decided; None while nothing is decided."""
        return self.accepted / self.decided if self.decided else None

    def add(self, one: FollowUp) -> None:
        """Count one change."""
        state = one.state
        self.published += one.published
        self.merged += one.facts.request == "merged"
        self.closed += one.published and state is FollowUpState.REJECTED
        self.rejected += not one.published and state is FollowUpState.REJECTED
        self.changed += one.adjusted or one.changed in BY_PERSON
        self.fixed += state is FollowUpState.FIXED
        self.recurred += state is FollowUpState.RECURRED
        self.regressed += state is FollowUpState.REGRESSED
        self.lost += state is FollowUpState.LOST


def counted(follow_ups: Iterable[FollowUp]) -> list[Acceptance]:
    """One per service, drafter and class, in this order."""
    found: dict[tuple[str, str, str], Acceptance] = {}
    for one in follow_ups:
        key = (one.service, one.drafter, one.fault_class)
        found.setdefault(key, Acceptance(*key)).add(one)
    return [found[key] for key in sorted(found)]
