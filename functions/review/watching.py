"""What happens after a decision that asks for more work: the tests are prepared, run, judged, and asked about anew."""

from collections.abc import Sequence
from dataclasses import dataclass

from mendloop.contracts.approval import Action, ApprovalRequest, Decision
from mendloop.contracts.incident import Incident, TimelineEntry
from mendloop.contracts.verification import VerificationStatus

TITLES = {
    Action.RERUN: "The tests run again",
    Action.ADJUST: "The adjusted patch is tested",
    Action.REDRAFT: "Another draft is made",
}
_OWN = {"review", "settle_decision", "request_approval"}
_PREPARED, _JUDGED = "prepare_verification", "judge_verification"


@dataclass(frozen=True)
class Progress:
    """Told from the timeline. `running`: somebody who looks again may see more."""

    title: str
    said: str
    running: bool
    entries: list[TimelineEntry]
    verdict: VerificationStatus | None = None
    """Of the proof that was asked for, once approvers are asked about it."""


def progress(
    decision: Decision | None,
    timeline: Sequence[TimelineEntry],
    incident: Incident | None,
    latest: ApprovalRequest | None,
    verdict: VerificationStatus | None,
) -> Progress | None:
    """None where the decision asks for no more work. `latest` is the newest question, `verdict` that of its proof."""
    if decision is None or decision.action not in TITLES:
        return None
    since = [entry for entry in timeline if entry.at >= decision.at and entry.step not in _OWN]
    anew = latest is not None and latest.id != decision.request_id
    ended = incident is not None and incident.state.terminal
    said = _said(since, anew=anew, ended=ended)
    return Progress(TITLES[decision.action], said, not (anew or ended), since[-12:], verdict if anew else None)


def _said(since: Sequence[TimelineEntry], *, anew: bool, ended: bool) -> str:
    if anew:
        return "Done: every approver is asked anew. The newest mail holds the link to decide about it."
    if ended:
        return "Done, and nobody is asked anew: the timeline says why."
    steps = [entry.step for entry in since]
    if _JUDGED in steps:
        return "The tests have ended; what follows from them is decided now."
    if _PREPARED in steps:
        return "The tests run now."
    return "It begins now."
