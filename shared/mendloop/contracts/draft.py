"""Draft: exactly one of a code fix, an action for people, or an explanation."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from mendloop.contracts.base import ArtifactRef, Contract, StoredContract
from mendloop.contracts.spending import Spending
from mendloop.domain.outgoing import plural


class Edit(Contract):
    """Replace `search` by `replace` in `path`. `search` must occur exactly once at the base revision."""

    path: str
    search: str = Field(description="Exact text; empty only for a new file")
    replace: str
    new_file: bool = False


class Claim(Contract):
    """One sentence of the rationale with what it rests on; a claim without citation is dropped by code."""

    text: str
    citations: list[str] = Field(description="Evidence line ids, `path:line`, or commit hashes")


class RegressionSource(StrEnum):
    """Where the regression test came from, in the order of preference."""

    FAILING_REQUEST = "failing_request"
    SUSPECT_REMOVED = "suspect_removed_test"
    GENERATED = "generated_from_trace"
    DRAFTER = "drafter"
    REVIEWER = "reviewer"
    NONE = "none"


class Witness(Contract):
    """Tests of one file that the commit undone took away or changed, in a file of their own; run, never published."""

    path: str = Field(description="Repository path of the new test file")
    content: str


class RegressionTest(Contract):
    """A test that is red on the base for the same failure and green on the patched head."""

    source: RegressionSource
    path: str = Field(default="", description="Repository path of the new test file")
    content: str = ""
    test_id: str = Field(default="", description="pytest node id")
    expected_type: str = Field(default="", description="Exception type that red must show")
    expected_function: str = Field(default="", description="Function that red must pass through")
    expected_message: str = Field(default="", description="Words that red must show, where the test was made from them")
    expected_lines: dict[str, tuple[int, int]] = Field(
        default_factory=dict, description="First and last line by tree of the statement that a test was made from"
    )
    green_at: str = Field(default="", description="Hash of what ran well; asked where a failure says no type")
    reason: str = Field(default="", description="How it was made, or why there is none")
    published: bool = Field(default=True, description="False: too long for the budget; it proves, and stays out")
    witnesses: list[Witness] = Field(default_factory=list, description="What else must be green for a proof")


class Ground(StoredContract):
    """What the gate was told beside a patch, kept so that an adjusted patch meets the same gate without the code host.

    Contents are kept byte for byte: one character each (Latin-1).
    """

    before: dict[str, str] = Field(description="Content at the base by path, of every file that the draft changes")
    precedent: dict[str, str] = Field(default_factory=dict, description="What stood there before the commit undone")
    own_modules: list[str] = Field(default_factory=list, description="Module names that the repository provides")


class CodeFix(StoredContract):
    """A change that may become a pull request."""

    kind: Literal["code_fix"] = "code_fix"
    drafter: str = Field(description="revert, claude, …")
    base: str = Field(description="Pinned: the default branch's head at drafting, full hash")
    running: str = Field(description="Full hash of the running revision; red is shown there")
    edits: list[Edit]
    diff: str = Field(description="Unified diff derived from the edits and the regression test at `base`")
    files: list[str]
    functions: list[str] = Field(default_factory=list, description="Touched functions as `path::function`")
    changed_lines: int = Field(ge=0)
    regression: RegressionTest
    title: str = Field(description="Pull request title; only allowed fields")
    rationale: list[Claim]
    summary: Claim | None = Field(default=None, description="What went wrong in one sentence of a model's, cited")
    spending: Spending | None = Field(default=None, description="What a model used, if one was asked")
    risks: list[str] = Field(default_factory=list)
    discarded: list[str] = Field(default_factory=list, description="Alternatives that were not taken, and why")
    undoes: str = Field(default="", description="Hash of the commit whose change is undone, if it is a revert")
    highlighted: ArtifactRef | None = Field(
        default=None, description="The diff as highlighted HTML, stored when drafted"
    )
    ground: ArtifactRef | None = Field(default=None, description="Its Ground; without one it cannot be adjusted")
    adjusted_by: str = Field(default="", description="Catalog name of the reviewer whose edit this is")
    adjusted_from: ArtifactRef | None = Field(default=None, description="The CodeFix as it was before that edit")

    @property
    def code_lines(self) -> int:
        """Changed lines apart from the regression test's own."""
        return self.changed_lines - (len(self.regression.content.splitlines()) if self._with_test else 0)

    @property
    def size(self) -> str:
        """How small the change is, in words: the code's lines, and the regression test's beside them."""
        files = len(self.files) - self._with_test
        test = len(self.regression.content.splitlines())
        beside = f", plus a regression test of {plural(test, 'line')}" if self._with_test else ""
        return f"{plural(self.code_lines, 'changed line')} in {plural(files, 'file')}{beside}"

    @property
    def _with_test(self) -> bool:
        return self.regression.path in self.files

    def all_edits(self) -> list[Edit]:
        """The edits and the regression test as a new file: what the patched tree and the pull request hold."""
        test = self.regression
        return (
            [*self.edits, Edit(path=test.path, search="", replace=test.content, new_file=True)]
            if test.path and test.published
            else [*self.edits]
        )


class _NoChange(StoredContract):
    reason_code: str = Field(description="e.g. no_safe_change, gate_refused, over_budget, paused, configuration_needed")
    rationale: list[Claim] = Field(default_factory=list)
    spending: Spending | None = Field(default=None, description="What a model used, if one was asked")


class ActionRecommended(_NoChange):
    """No code change is safe or fitting; somebody has to do something else."""

    kind: Literal["action_recommended"] = "action_recommended"
    action: str = Field(description="In a few sentences; a model's words where a model was asked")

    @property
    def said(self) -> str:
        """What it comes to, in words."""
        return self.action


class Explanation(_NoChange):
    """Neither a change nor an action is proposed; what is known is explained."""

    kind: Literal["explanation"] = "explanation"
    explanation: str

    @property
    def said(self) -> str:
        """What it comes to, in words."""
        return self.explanation


Draft = Annotated[CodeFix | ActionRecommended | Explanation, Field(discriminator="kind")]


class DraftSlot(Contract):
    """`$.draft`."""

    kind: Literal["code_fix", "action_recommended", "explanation"]
    ref: ArtifactRef
    reason_code: str = ""
    drafter: str = ""
    base: str = ""
    files: int = 0
    changed_lines: int = 0
    attempt: int = Field(default=1, ge=1, description="1 for the first draft of the incident")
    spending: Spending | None = None
    refusals: list[str] = Field(default_factory=list, description="Gate refusals on the way, at most 2, in words")
