"""Mapping: from the evidence to the function that must change, at the revision that runs."""

from enum import StrEnum

from pydantic import Field

from mendloop.contracts.base import ArtifactRef, Contract, StoredContract, UtcTime


class Outcome(StrEnum):
    """Why a frame, a revision or the whole evidence led to no code, or to less than a function."""

    RUNTIME = "runtime"
    DEPENDENCY = "dependency"
    NO_FILE = "no_file"
    LINK = "symbolic_link"
    SUBMODULE = "submodule"
    BINARY = "binary"
    TOO_LARGE = "too_large"
    NO_LINE = "no_such_line"
    LINES_ONLY = "lines_only"
    NO_REVISION = "revision_not_there"
    NO_LAST_GOOD = "last_good_not_there"
    UNREADABLE = "repository_unreadable"
    NO_DEPLOYMENT = "no_deployment"
    NO_RANGE = "no_range"
    NO_FRAMES = "no_frames"


class Target(Contract):
    """One candidate for the change."""

    path: str = Field(description="Repository path at `revision`")
    function: str = Field(description="Qualified name, e.g. `Cart.total` or `outer.inner`; empty for module level")
    start_line: int = Field(ge=1)
    end_line: int = Field(ge=1)
    score: float = Field(description="Higher is better; only the order means something")
    reasons: list[str] = Field(default_factory=list, description="In words, citing evidence line ids or frames")
    frame_line: int | None = Field(default=None, description="The frame's line, where a frame named this function")


class Commit(Contract):
    """One commit as the code host tells it."""

    sha: str
    author_name: str
    author_email: str
    at: UtcTime
    subject: str = Field(description="First line; untrusted")
    parents: list[str] = Field(default_factory=list)
    pull_request: str = ""


class Suspect(Contract):
    """A recent commit that may have caused the fault."""

    commit: Commit
    score: float
    reasons: list[str] = Field(default_factory=list)
    paths: list[str] = Field(default_factory=list)


class Owner(Contract):
    """The one person asked first."""

    name: str
    email: str = ""
    login: str = ""
    catalog_name: str = Field(default="", description="Their name among the catalog's approvers, where known")
    reason: str


class FixedIn(Contract):
    """The default branch has changed the target since the running revision."""

    commit: Commit
    fixed: bool = Field(description="True: the crash place is gone or cured there; false: only changed")
    reason: str


class OpenRequest(Contract):
    """A pull request for the same fault that is open already."""

    number: str
    url: str
    incident_id: str = Field(description="The incident that published it")
    generation: int = Field(description="The fault's generation that it was published for")


class SourceRoot(Contract):
    """Which folder of the run time is which of the repository, as a frame showed that fits one file only."""

    at_run_time: str
    in_repository: str


class SourceRoots(StoredContract):
    """What a service's incidents taught; read by the next ones."""

    service: str
    roots: list[SourceRoot] = Field(default_factory=list, description="The newest first, at most 20")


class CodeMap(StoredContract):
    """Ranked targets, owner, suspects; as stored."""

    incident_id: str
    repository: str
    revision: str = Field(description="Full commit hash that the mapping was made on")
    revision_assumed: bool = Field(default=False, description="No record of the running revision: default branch head")
    revision_source: str = ""
    default_branch: str
    head: str = Field(description="The default branch's head when mapped")
    targets: list[Target] = Field(default_factory=list, description="Best first")
    code_path: list[str] = Field(default_factory=list, description="entry → … → target as `path::function`")
    suspects: list[Suspect] = Field(default_factory=list, description="Recent commits, most likely first")
    writers: list[Suspect] = Field(default_factory=list, description="Who last wrote the targets' lines, however old")
    owner: Owner | None = None
    fixed_in: FixedIn | None = None
    unmapped: list[str] = Field(default_factory=list, description="Frames that led nowhere, with the reason")
    roots: list[SourceRoot] = Field(default_factory=list, description="Learnt from this trace, most often seen first")
    outcomes: list[Outcome] = Field(default_factory=list, description="Of what led to less than a function, each once")


class Correction(StoredContract):
    """What an operator said the right target was; read when the same fault of the service is mapped again."""

    service: str
    fault: str = Field(description="Fingerprint")
    functions: list[str] = Field(min_length=1, description="`path::function`, best first")
    incident_id: str = Field(description="Where the mapping was found wrong")
    by: str
    at: UtcTime


class MappingSlot(Contract):
    """`$.mapping`."""

    ref: ArtifactRef
    repository: str
    revision: str
    head: str
    target: str = Field(default="", description="`path::function` of the first target, empty when none")
    targets: int = 0
    suspect: str = Field(default="", description="Hash of the first suspect")
    owner: str = ""
    fixed_in: str = Field(default="", description="Hash of the commit that fixed it on the default branch")
    open_request: OpenRequest | None = Field(default=None, description="The fault's pull request, while it is open")
