"""The drafters' turns: each is asked, refused with the gate's words at most twice, then the next has its turn."""

from collections.abc import Sequence
from dataclasses import replace

from functions.draft_patch.assemble import assemble
from functions.draft_patch.context import Declined, DraftContext, Drafter, Proposal
from mendloop.contracts.draft import ActionRecommended, Claim, CodeFix, Explanation
from mendloop.domain.errors import MoneyExhausted, PatchRefused
from mendloop.domain.verdict import MOST_ATTEMPTS

MOST_REFUSALS = 2
"""A refused proposal goes back to its drafter this often, then the next drafter has its turn."""
MOST_PROPOSALS = 10
"""Of a drafter that costs nothing, where no test at hand shows the failure with its proposals."""

_UNSHOWN = Declined("not_reproduced", "no regression test at hand shows the failure on the running revision")

Answer = CodeFix | ActionRecommended | Explanation
Result = tuple[Answer, list[str]]


def drafted(context: DraftContext, drafters: Sequence[Drafter]) -> Result:
    """A fix or an explanation, and the refusals on the way in words."""
    declined: list[tuple[str, Declined]] = []
    refusals: list[str] = []
    if context.retest:
        others = replace(context, tried=[*context.tried, tuple(context.retest.edits)])
        again = _fresh(others, drafters, refusals) or _with_another_test(context.retest, context)
        if again:
            return again, refusals
        context = others
    untested: list[CodeFix] = []
    for drafter in in_turn(context, drafters):
        result = _from_one(drafter, context, refusals)
        if isinstance(result, Declined):
            declined.append((drafter.name, result))
        elif result.regression.test_id:
            return _with_alternatives(result, untested, declined), refusals
        else:
            untested.append(result)
    if untested:
        best = min(untested, key=lambda fix: fix.changed_lines)
        return _with_alternatives(best, [fix for fix in untested if fix is not best], declined), refusals
    return _explained(context, declined), refusals


def _fresh(context: DraftContext, drafters: Sequence[Drafter], refusals: list[str]) -> CodeFix | None:
    """In the last attempt: of those that cost nothing and had no turn, before a draft is tested once more."""
    for drafter in drafters:
        if context.attempt >= MOST_ATTEMPTS and not drafter.costs and drafter.name not in context.had:
            result = _from_one(drafter, context, refusals)
            if isinstance(result, CodeFix) and result.regression.test_id:
                return result
    return None


def in_turn(context: DraftContext, drafters: Sequence[Drafter]) -> list[Drafter]:
    """In the service's order; the last attempt belongs first to those that had no draft proved in vain."""
    last = context.attempt >= MOST_ATTEMPTS
    return sorted(drafters, key=lambda drafter: last and drafter.name in context.had)


def _with_alternatives(fix: CodeFix, passed: list[CodeFix], declined: list[tuple[str, Declined]]) -> CodeFix:
    """With what the others said. One that a test can prove goes before the smallest of those that none can."""
    said = [f"{other.drafter}: {other.changed_lines} lines that nothing proves ({other.title})" for other in passed]
    said += [f"{name}: {found.reason}" for name, found in declined]
    return fix.model_copy(update={"discarded": [*fix.discarded, *said]})


def _from_one(drafter: Drafter, context: DraftContext, refusals: list[str]) -> CodeFix | Declined:
    """Ask again after a refusal, at most twice; `refusals` collects the gate's words."""
    tried, own = list(context.tried), list[str]()
    for _ in range(MOST_REFUSALS + 1 if drafter.costs else MOST_PROPOSALS):
        turn = replace(context, tried=list(tried), refusals=list(own))
        try:
            proposal = drafter.draft(turn)
        except MoneyExhausted as error:
            return Declined("over_budget", str(error))
        if isinstance(proposal, Declined):
            return _said(proposal, own, context)
        tried.append(proposal.edits)
        try:
            fix = assemble(proposal, turn, drafter.name)
        except PatchRefused as refusal:
            own.append(str(refusal))
            refusals.append(f"{drafter.name}: {refusal}"[:300])
            if len(own) > MOST_REFUSALS:
                break
            continue
        if not context.unreproduced or fix.regression.test_id:
            return fix
    return _said(_UNSHOWN, own, context)


def _said(last: Declined, own: list[str], context: DraftContext) -> Declined:
    """What a drafter's turn came to: the gate's last word, else that nothing shows the failure, else its own."""
    if own:
        return Declined("gate_refused", own[-1])
    return _UNSHOWN if context.unreproduced else last


def _with_another_test(fix: CodeFix, context: DraftContext) -> CodeFix | None:
    """The same edits with the next regression test; None when there is no other."""
    parents = context.base.code.commit(context.service.repository, fix.undoes).parents if fix.undoes else []
    proposal = Proposal(
        edits=tuple(fix.edits),
        title=fix.title,
        rationale=fix.rationale,
        summary=fix.summary,
        risks=fix.risks,
        discarded=fix.discarded,
        suspect=fix.undoes,
        precedent_revision=parents[0] if parents else "",
    )
    again = assemble(proposal, context, fix.drafter)
    return again if again.regression.test_id else None


def _explained(context: DraftContext, declined: list[tuple[str, Declined]]) -> ActionRecommended | Explanation:
    """An action that a model recommends; money, the gate or the model where one came so far; else no safe change."""
    for _, told in declined:
        if told.action:
            return ActionRecommended(reason_code=told.reason_code, action=told.reason, rationale=list(told.action))
    codes = [said.reason_code for _, said in declined]
    furthest = ("over_budget", "gate_refused", "model_refused", "no_usable_answer", "not_reproduced")
    code = next((known for known in furthest if known in codes), "no_safe_change" if codes else "no_drafter")
    target = context.mapping.targets[0] if context.mapping.targets else None
    claims = [
        Claim(text=f"{name}: {said.reason}", citations=[f"{target.path}:{target.start_line}"] if target else [])
        for name, said in declined
    ]
    said = "; ".join(f"{name}: {found.reason}" for name, found in declined) or "the catalog names no drafter"
    return Explanation(reason_code=code, explanation=f"No change is offered. {said}", rationale=claims)
