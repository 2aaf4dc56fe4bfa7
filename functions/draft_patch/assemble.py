"""From a proposal to a CodeFix: regression test, gate, derived diff."""

from pathlib import PurePosixPath

from functions.draft_patch.context import DraftContext, Proposal, Tree, cited
from functions.draft_patch.regression.choose import regression_tests
from mendloop.contracts.draft import CodeFix, Edit, RegressionSource, RegressionTest
from mendloop.domain.errors import PatchRefused
from mendloop.domain.patch import apply_edits
from mendloop.domain.policy import Change, Footprint, PatchPolicy, check_patch


def assemble(proposal: Proposal, context: DraftContext, drafter: str) -> CodeFix:
    """The fix with the best regression test that the gate lets through.

    Raises PatchRefused when the edits themselves are refused.
    """
    policy = _policy(context)
    alone = _checked(proposal, RegressionTest(source=RegressionSource.NONE), context, policy)
    test, footprint = RegressionTest(source=RegressionSource.NONE), alone
    refused: list[str] = []
    for candidate in regression_tests(context, proposal):
        try:
            test, footprint = candidate, _checked(proposal, candidate, context, policy)
            break
        except PatchRefused as refusal:
            refused.append(f"regression test ({candidate.source}): {refusal}")
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
        risks=proposal.risks,
        discarded=[*proposal.discarded, *refused][:20],
    )


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


def _policy(context: DraftContext) -> PatchPolicy:
    limits = context.service.limits
    own = {part.removesuffix(".py") for path in context.base.paths if path.endswith(".py") for part in path.split("/")}
    return PatchPolicy(
        files=limits.files,
        changed_lines=limits.changed_lines,
        functions=limits.functions,
        protected_paths=tuple(context.service.protected_paths),
        own_modules=frozenset(own),
    )
