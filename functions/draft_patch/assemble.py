"""From a proposal to a CodeFix: regression test, gate, derived diff."""

from dataclasses import replace
from pathlib import PurePosixPath

from functions.draft_patch.context import DraftContext, Proposal, Tree, cited
from functions.draft_patch.regression.choose import regression_tests
from mendloop.contracts.draft import CodeFix, Edit, RegressionSource, RegressionTest
from mendloop.domain.errors import PatchRefused
from mendloop.domain.patch import apply_edits
from mendloop.domain.policy import Change, Footprint, PatchPolicy, check_patch, modules_in, policy_of

MOST_UNPUBLISHED = 200
"""Lines of a regression test beyond the patch's own budget. What is longer proves nothing that somebody could read."""


def assemble(proposal: Proposal, context: DraftContext, drafter: str) -> CodeFix:
    """The fix with the best regression test that the gate lets through.

    Raises PatchRefused when the edits themselves are refused.
    """
    policy = policy_of(context.service, modules_in(context.base.paths))
    alone = _checked(proposal, RegressionTest(source=RegressionSource.NONE), context, policy)
    test, footprint, refused = _tested(proposal, context, policy, alone)
    return CodeFix(
        drafter=drafter,
        base=context.base.revision,
        running=context.mapping.revision,
        edits=list(proposal.edits),
        diff=footprint.diff,
        files=footprint.files,
        functions=footprint.functions,
        changed_lines=footprint.changed_lines,
        regression=test,
        title=proposal.title[:120],
        rationale=cited(proposal.rationale),
        summary=proposal.summary,
        risks=[*proposal.risks, *([] if test.published else [_kept_out(test)])],
        discarded=[*proposal.discarded, *refused][:20],
        undoes=proposal.suspect,
    )


def _tested(
    proposal: Proposal, context: DraftContext, policy: PatchPolicy, alone: Footprint
) -> tuple[RegressionTest, Footprint, list[str]]:
    """The first test that the gate lets through, and the refusals. One that is only too long proves, and stays out."""
    refused: list[str] = []
    roomy = replace(policy, files=policy.files + 1, changed_lines=policy.changed_lines + MOST_UNPUBLISHED)
    for candidate in regression_tests(context, proposal):
        if candidate.content and candidate.content in context.unreproduced:
            continue
        try:
            return candidate, _checked(proposal, candidate, context, policy), refused
        except PatchRefused as refusal:
            refused.append(f"regression test ({candidate.source}): {refusal}")
        try:
            _checked(proposal, candidate, context, roomy)
        except PatchRefused:
            continue
        return candidate.model_copy(update={"published": False}), alone, refused
    return RegressionTest(source=RegressionSource.NONE), alone, refused


def _kept_out(test: RegressionTest) -> str:
    lines = len(test.content.splitlines())
    return f"The regression test of {lines} lines is over the budget: it proves the change, and is no part of it."


def _checked(proposal: Proposal, test: RegressionTest, context: DraftContext, policy: PatchPolicy) -> Footprint:
    new_test = [Edit(path=test.path, search="", replace=test.content, new_file=True)] if test.path else []
    edits = [*proposal.edits, *new_test]
    for edit in edits:
        _check_links(edit.path, context.base)
    after = apply_edits(context.base.read, edits)
    before = {path: context.base.read(path) for path in after}
    precedent = _precedent(proposal, test, context, list(after))
    return check_patch(policy, Change(before, after, test.path, precedent))


def _check_links(path: str, base: Tree) -> None:
    above = [str(parent) for parent in PurePosixPath(path).parents]
    for place in [path, *above]:
        if place in base.blocked:
            raise PatchRefused(f"path guard: {path} leads through {place}, a link or submodule")


def _precedent(proposal: Proposal, test: RegressionTest, context: DraftContext, paths: list[str]) -> dict[str, bytes]:
    """What the repository's own history held: put back, not introduced."""
    if not proposal.precedent_revision:
        return {}
    earlier = context.base.at(proposal.precedent_revision)
    found = {path: content for path in paths if (content := earlier.read(path)) is not None}
    if test.source is RegressionSource.SUSPECT_REMOVED:
        found[test.path] = test.content.encode()
    return found
