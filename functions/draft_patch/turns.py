"""The drafters' turns: each is asked, refused with the gate's words at most twice, then the next has its turn."""

from collections.abc import Sequence
from dataclasses import replace

from functions.draft_patch.assemble import assemble
from functions.draft_patch.context import Declined, DraftContext, Drafter
from mendloop.contracts.draft import Claim, CodeFix, Explanation
from mendloop.domain.errors import MoneyExhausted, PatchRefused

MOST_REFUSALS = 2
"""A refused proposal goes back to its drafter this often, then the next drafter has its turn."""

Result = tuple[CodeFix | Explanation, list[str]]


def drafted(context: DraftContext, drafters: Sequence[Drafter]) -> Result:
    """A fix or an explanation, and the refusals on the way in words."""
    declined: list[tuple[str, Declined]] = []
    refusals: list[str] = []
    for drafter in drafters:
        result = _from_one(drafter, context, refusals)
        if isinstance(result, CodeFix):
            others = [f"{name}: {said.reason}" for name, said in declined]
            return result.model_copy(update={"discarded": [*result.discarded, *others]}), refusals
        declined.append((drafter.name, result))
    return _explained(context, declined), refusals


def _from_one(drafter: Drafter, context: DraftContext, refusals: list[str]) -> CodeFix | Declined:
    """Ask again after a refusal, at most twice; `refusals` collects the gate's words."""
    tried, own = list(context.tried), list[str]()
    for _ in range(MOST_REFUSALS + 1):
        turn = replace(context, tried=list(tried), refusals=list(own))
        try:
            proposal = drafter.draft(turn)
        except MoneyExhausted as error:
            return Declined("over_budget", str(error))
        if isinstance(proposal, Declined):
            return Declined("gate_refused", own[-1]) if own else proposal
        try:
            return assemble(proposal, turn, drafter.name)
        except PatchRefused as refusal:
            own.append(str(refusal))
            refusals.append(f"{drafter.name}: {refusal}"[:300])
            tried.append(proposal.edits)
    return Declined("gate_refused", own[-1])


def _explained(context: DraftContext, declined: list[tuple[str, Declined]]) -> Explanation:
    """Money or the gate where a drafter came so far; else no safe change was found, and each drafter says why."""
    codes = [said.reason_code for _, said in declined]
    furthest = ("over_budget", "gate_refused")
    code = next((known for known in furthest if known in codes), "no_safe_change" if codes else "no_drafter")
    target = context.mapping.targets[0] if context.mapping.targets else None
    claims = [
        Claim(text=f"{name}: {said.reason}", citations=[f"{target.path}:{target.start_line}"] if target else [])
        for name, said in declined
    ]
    said = "; ".join(f"{name}: {found.reason}" for name, found in declined) or "the catalog names no drafter"
    return Explanation(reason_code=code, explanation=f"No change is offered. {said}", rationale=claims)
