"""Verification: how far the draft is proved, in three steps that trust each other as little as possible."""

from enum import StrEnum

from pydantic import Field

from mendloop.contracts.base import ArtifactRef, Contract, StoredContract


class PreparationSlot(Contract):
    """`$.preparation`: the job, packed; no project code has run yet."""

    attempt: int = Field(ge=1)
    job: ArtifactRef | None = Field(default=None, description="The TestJob document; None when it cannot be tested")
    nonce: str = Field(default="", description="Of this attempt; the result must carry it")
    patch_sha256: str = ""
    runner: str = Field(default="sandbox", description="sandbox or codebuild")
    skipped: str = Field(default="", description="Why nothing can be run, e.g. no test command in the catalog")
    draft: ArtifactRef | None = Field(default=None, description="The CodeFix under test: the draft, or as adjusted")


class TestJob(StoredContract):
    """What the sandbox gets: three trees and the commands. Paths inside archives are repository paths."""

    __test__ = False

    nonce: str
    patch_sha256: str
    draft: ArtifactRef | None = Field(default=None, description="The CodeFix that `patched` was made of")
    running: ArtifactRef | None = Field(
        description="tar.gz of the tree at the running revision + the regression test; None: that revision is gone"
    )
    base: ArtifactRef = Field(description="tar.gz of the tree at the pinned base + the regression test")
    patched: ArtifactRef = Field(description="tar.gz of the tree at the base with the draft and the regression test")
    good: ArtifactRef | None = Field(
        default=None, description="tar.gz of the tree at `green_at` + the regression test, where the test names one"
    )
    dependencies: ArtifactRef | None = Field(default=None, description="tar.gz of a site-packages folder, locked")
    packages: list[str] = Field(
        default_factory=list,
        description="Files of the base that say what to install: uv.lock, requirements files or pyproject.toml",
    )
    environment: str = Field(
        default="", description="Folder of a Python environment on the runner's own machine; local cloud only"
    )
    root: str = Field(default="", description="Folder in the tree to run in")
    test_command: str = Field(description="From the catalog, e.g. `python -m pytest -q`")
    regression_id: str = Field(default="", description="pytest node id, empty when there is no regression test")
    witnesses: list[str] = Field(
        default_factory=list, description="Test files in `root` of what else the commit undone took away"
    )
    first: list[str] = Field(
        default_factory=list, description="Test files in `root` that name what was changed: their tests run first"
    )
    timeout_seconds: int = Field(default=300, ge=1)
    result_key: str = Field(description="Where the runner must put the result object")


class TestOutcome(Contract):
    """One test id with its own exit status."""

    __test__ = False

    test_id: str
    status: str = Field(description="passed, failed, error, skipped, collected, missing")
    exception_type: str = ""
    frames: list[str] = Field(default_factory=list, description="`path:function:line` of the failure, crash last")
    message: str = Field(default="", description="Tail of the failure's text, redacted; untrusted")


class TreeRun(Contract):
    """One tree's run."""

    tree: str = Field(description="running, base or patched")
    kind: str = Field(
        default="suite", description="collect (ids only), regression (that test alone), witnesses or suite (the rest)"
    )
    exit_code: int | None = Field(description="None: it did not end by itself")
    seconds: float = 0
    outcomes: list[TestOutcome] = Field(default_factory=list)
    output_tail: str = Field(default="", description="At most 4,000 characters, redacted; untrusted")
    contained: str = Field(default="", description="What ended it before its time, e.g. timeout, output")


class TestRun(StoredContract):
    """The result object, written by the runner, believed only as far as the judge can check it."""

    __test__ = False

    nonce: str
    patch_sha256: str
    sandbox: str = Field(description="bubblewrap, codebuild, unsandboxed or none")
    runs: list[TreeRun] = Field(default_factory=list)
    skipped: str = Field(default="", description="Why nothing ran")


class TestRunSlot(Contract):
    """`$.test_run`."""

    __test__ = False

    result_key: str = ""
    skipped: str = ""


class VerificationStatus(StrEnum):
    """How far a draft is proved."""

    PROVED = "proved"
    TESTS_PASS = "tests_pass"  # noqa: S105 - a status, not a password
    NOT_REPRODUCED = "not_reproduced"
    FAILED = "failed"
    SKIPPED = "skipped"


class Verification(StoredContract):
    """The judge's verdict, as stored."""

    incident_id: str
    status: VerificationStatus
    reason: str = Field(description="One sentence")
    red: str = Field(default="", description="What the regression test showed on the running revision and base")
    green: str = Field(default="", description="What it showed on the patched head")
    suite: str = Field(default="", description="The project's own tests, e.g. `14 passed, 0 failed; base: the same`")
    commands: list[str] = Field(default_factory=list)
    output_tail: str = Field(default="", description="Redacted; untrusted")
    not_proved: list[str] = Field(default_factory=list, description="What stays unproved, in words, shown on the page")
    sandbox: str = ""
    draft_sha256: str


class VerificationNext(StrEnum):
    """Where the execution goes after the verdict."""

    REQUEST_APPROVAL = "request_approval"
    REDRAFT = "redraft"
    FILE_TICKET = "file_ticket"


class VerificationSlot(Contract):
    """`$.verification`."""

    status: VerificationStatus
    ref: ArtifactRef
    reason: str
    next: VerificationNext
    attempt: int = 1
