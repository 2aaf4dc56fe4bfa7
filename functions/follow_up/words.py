"""What is told about how a change fared, from allowed fields only."""

from collections.abc import Sequence
from datetime import timedelta

from mendloop.contracts.follow_up import FollowUp, HeadChange
from mendloop.domain import outgoing
from mendloop.domain.catalog import Service
from mendloop.domain.follow_up import FollowUpState, Standing
from mendloop.domain.outgoing import code, short

MOST_CHECKS = 5
_CHANGES = {
    HeadChange.ADDED: "A person has added commits to it",
    HeadChange.FORCED: "A person has replaced its commit by others",
    HeadChange.DELETED: "Its branch was deleted",
}


def stands(followed: FollowUp, standing: Standing, service: Service, *, public: bool) -> str:
    """One sentence for the timeline and for the ticket, with what a public place may not know left out."""
    named = f"Pull request {followed.number}"
    again = standing.fault.incident_id if standing.fault else ""
    quiet = "" if public else f" for {_span(service.follow_up.quiet)}"
    sentences = {
        FollowUpState.OPEN: f"{named} is open.",
        FollowUpState.MERGED: f"{named} was merged; it is not deployed, as far as production's records say.",
        FollowUpState.DEPLOYED: f"{named} is deployed; its fault is watched.",
        FollowUpState.FIXED: f"Fixed by {_lower(named)}: not seen{quiet} since it was deployed.",
        FollowUpState.RECURRED: f"{named} is deployed, and the fault was seen again ({again}).",
        FollowUpState.REGRESSED: f"The fault that {_lower(named)} had fixed was seen again ({again}).",
        FollowUpState.REJECTED: f"{named} was closed without being merged.",
        FollowUpState.LOST: f"{named} is not looked at any more: {_in_vain(followed)} in "
        f"{_span(service.follow_up.watch)}.",
    }
    return outgoing.checked(sentences[standing.state])


def rolled_back(followed: FollowUp) -> str:
    """What ran held the merge, and does not any more."""
    return f"What runs no longer holds pull request {followed.number}: it counts as not deployed"


def changed(followed: FollowUp, change: HeadChange) -> str:
    """One sentence for the timeline."""
    return f"{_CHANGES[change]}: pull request {followed.number} is no longer what was approved"


def changed_comment(change: HeadChange) -> str:
    """For the pull request."""
    return outgoing.checked(
        f"{_CHANGES[change]}, so this is no longer the change that was approved. mendloop leaves it to you, "
        "and does not mark it ready for review by itself.\n"
    )


def red_comment(commit: str, failed: Sequence[str]) -> str:
    """For the pull request."""
    names = [code(name) for name in failed[:MOST_CHECKS]]
    more = len(failed) - len(names)
    listed = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    return outgoing.checked(
        f"These checks of {short(commit)} failed: {listed or 'they were not named'}. "
        "This stays a draft; mendloop marks it ready for review once they are green.\n"
    )


def trouble(followed: FollowUp, reason: str) -> str:
    """One sentence for the timeline."""
    return f"Pull request {followed.number} cannot be followed up: {reason}"


def _in_vain(followed: FollowUp) -> str:
    return "its deployment was not seen" if followed.facts.request == "merged" else "it was not decided"


def _span(time: timedelta) -> str:
    hours = time / timedelta(hours=1)
    if hours >= 48:
        return outgoing.plural(round(hours / 24), "day")
    return outgoing.plural(round(hours), "hour") if hours >= 1 else outgoing.plural(round(hours * 60), "minute")


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
