"""From a command's options to what the loop needs: service, drafters, sandbox."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from functions.draft_patch.context import Drafter
from functions.draft_patch.drafters.registry import drafters
from mendloop.adapters.folder_artifacts import FolderArtifacts
from mendloop.adapters.local_git import LocalGit
from mendloop.adapters.system_clock import SystemClock
from mendloop.cli.drafter import Drafter as ModelChoice
from mendloop.cli.drafter import chosen_drafter
from mendloop.cli.drafting.evaluation import Bench
from mendloop.cli.drafting.money import Purse
from mendloop.cli.tryout.project_tests import project_tests
from mendloop.domain.catalog import Repository, Service
from mendloop.domain.errors import BadInput
from mendloop.ports import Model, Sandbox

OFFLINE = ("revert", "templates")
"""What `auto` tries, in this order; a model only where one is named."""
NAMES = ("auto", *OFFLINE, "claude")


@dataclass(frozen=True)
class Wanted:
    """The options that `draft` and `eval drafting` share. `scratch` is a folder of this run alone."""

    drafter: str
    model: str
    key_file: Path | None
    url: str
    micro_dollars: int
    sandbox: str
    scratch: Path
    record: Path | None = None
    replay: Path | None = None

    def drafters(self) -> tuple[list[Drafter], Purse]:
        """`auto` is every drafter that costs nothing, then the model if one is named. BadInput for another name."""
        if self.drafter not in NAMES:
            raise BadInput(f"there is no drafter {self.drafter!r}; there are {', '.join(NAMES)}")
        paid = self.drafter == "claude" or (self.drafter == "auto" and bool(self.model))
        names = [*OFFLINE, *(["claude"] if paid else [])] if self.drafter == "auto" else [self.drafter]
        if (self.record or self.replay) and not paid:
            raise BadInput("--record and --replay are for a drafter that asks a model")
        model = ModelChoice("claude", self.model, self.url, "none") if self.replay else self._chosen(paid)
        purse = Purse(self.micro_dollars)
        build = drafters(self._built(model), lambda: purse, SystemClock(), FolderArtifacts(self.scratch))
        return [build(each) for each in names], purse

    def _chosen(self, paid: bool) -> ModelChoice:
        return chosen_drafter("claude" if paid else "revert", self.model, self.key_file, self.url)

    def _built(self, named: ModelChoice) -> Callable[[], Model]:
        def build() -> Model:
            from mendloop.adapters.claude import Claude
            from mendloop.adapters.claude.recording import transport_for

            return Claude(
                api_key=named.key,
                provider="api",
                model=named.model,
                base_url=named.url,
                transport=transport_for(self.record, self.replay),
            )

        return cache(build)

    def bench(self, repositories: Path, variant: str) -> Bench:
        """For a file of cases."""
        found, purse = self.drafters()
        artifacts, sandbox = sandbox_named(self.sandbox, self.scratch)
        return Bench(repositories, variant, found, artifacts, sandbox, purse)


def with_tests(service: Service, test_command: str, revision: str) -> Service:
    """The service with its tests: as given, e.g. `.venv/bin/python -m pytest -q`, or as found in the repository."""
    folder = Path(service.repository.location)
    paths = [entry.path for entry in LocalGit().tree(service.repository, revision)]
    inside = [path for path in paths if not service.root or path.startswith(service.root.strip("/") + "/")]
    found = project_tests(test_command, [folder / service.root, folder], inside)
    return service.model_copy(update={"test_command": found.command, "python_environment": found.environment})


def head_of(repository: Repository, name: str) -> str:
    """Full hash. BadInput where the repository does not know it."""
    found = LocalGit().resolve(repository, name)
    if found is None:
        raise BadInput(f"{repository.location} does not know the revision {name}")
    return found


def sandbox_named(kind: str, folder: Path) -> tuple[FolderArtifacts, Sandbox | None]:
    """`bubblewrap`, `unsandboxed` for code of one's own, or `none`: nothing is run. With the store it reads from."""
    from mendloop.adapters.sandbox import build_sandbox

    artifacts = FolderArtifacts(folder)
    return artifacts, None if kind == "none" else build_sandbox(kind, artifacts)
