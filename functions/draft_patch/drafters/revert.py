"""Revert: undo, in part or as a whole, what a suspect commit did, at the default branch's head.

Later edits stay: each piece is found again by its text, and one that no longer stands there exactly once is not undone.
"""

from functions.draft_patch.context import Declined, DraftContext, Proposal, evidence_lines
from functions.draft_patch.drafters.likely import likely_commits
from functions.draft_patch.drafters.plans import Plan, plans
from functions.draft_patch.drafters.undo import edits_of
from mendloop.contracts.draft import Claim, Edit
from mendloop.domain.outgoing import plural
from mendloop.domain.policy import holds_tests

_MOST_TARGETS = 5


class Revert:
    """Needs no model and no money."""

    name = "revert"
    costs = False

    def draft(self, context: DraftContext) -> Proposal | Declined:
        """The first plan whose edits were not tried; `no_suspect` or `no_safe_change` when there is none."""
        targets = context.mapping.targets[:_MOST_TARGETS]
        commits = likely_commits(targets, context)
        if not commits:
            return Declined("no_suspect", "no recent commit touched the target")
        passed_over: list[str] = []
        for plan in plans(commits, targets, context):
            edits = edits_of(plan, context)
            if not edits:
                passed_over.append(f"undo {plan.what} of {plan.commit.sha[:12]}: later commits changed those lines")
            elif edits in context.tried:
                passed_over.append(f"undo {plan.what} of {plan.commit.sha[:12]}: tried before")
            else:
                return _proposal(plan, edits, context, passed_over)
        reason = passed_over[0] if passed_over else "no suspect commit changed the target or a value it uses"
        return Declined("no_safe_change", reason)


def _proposal(plan: Plan, edits: tuple[Edit, ...], context: DraftContext, passed_over: list[str]) -> Proposal:
    commit, target = plan.commit, plan.target
    name, sha = target.function or target.path, commit.sha[:12]
    raised = evidence_lines(context.evidence, context.exception)
    restored = sum(len(part.piece.removed) for part in plan.parts)
    gone = sum(len(part.piece.added) for part in plan.parts)
    others = [
        f"revert {other.commit.sha[:12]}: less likely" for other in context.mapping.suspects if other.commit != commit
    ]
    return Proposal(
        edits=edits,
        title=f"Undo the change to {name} {_that_did_what(context)}",
        rationale=[
            _observed(context, name, raised),
            Claim(text=f"{sha} changed this on {commit.at:%Y-%m-%d}.", citations=[commit.sha]),
            Claim(
                text=f"Putting back {plural(restored, 'line')} and taking out {gone} undoes {plan.what}; "
                "later edits are kept.",
                citations=[f"{target.path}:{target.start_line}", commit.sha],
            ),
        ],
        risks=[f"Whatever else {sha} meant to do in {name} is undone with it.", *_tests_put_back(edits, sha)],
        discarded=[*passed_over, *others][:10],
        suspect=commit.sha,
        precedent_revision=commit.parents[0] if commit.parents else "",
    )


def _tests_put_back(edits: tuple[Edit, ...], sha: str) -> list[str]:
    paths = sorted({edit.path for edit in edits if holds_tests(edit.path)})
    return [f"{path}: tests that {sha} changed expect again what they expected before it." for path in paths]


def _that_did_what(context: DraftContext) -> str:
    return (
        "that the failed deployment brought"
        if context.evidence.deployment_failed
        else f"that raises {context.exception}"
    )


def _observed(context: DraftContext, name: str, raised: list[str]) -> Claim:
    evidence = context.evidence
    if context.fault is None and evidence.deployment_failure:
        revisions = [evidence.failing_revision, evidence.last_good_revision]
        return Claim(text=f"{evidence.deployment_failure}.", citations=revisions)
    return Claim(text=f"{context.exception} was raised {_times(context)} through {name}.", citations=raised)


def _times(context: DraftContext) -> str:
    count = context.fault.count if context.fault else 0
    return "once" if count == 1 else f"{count} times"
