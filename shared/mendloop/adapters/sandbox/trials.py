"""Which sessions a job comes to, in which order, and the arguments of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.verification import TestJob
from mendloop.domain.test_command import TestCommand

_OURS = ("--rootdir=.", "-p", "no:cacheprovider", "--color=no")
_WITH_VALUE = frozenset({"-c", "-p", "-o", "-W"})
_REGRESSION_SHARE = 0.2


@dataclass(frozen=True)
class Trial:
    """One pytest session on one tree. `share`: of the job's time, at most."""

    tree: str
    kind: str
    archive: ArtifactRef
    arguments: tuple[str, ...]
    share: float = 1.0


def trials(job: TestJob, command: TestCommand) -> Iterator[Trial]:
    """What the base holds; the regression test on good, running, base and patched; witnesses, then the suite on two."""
    own_file = job.regression_id.partition("::")[0]
    suite = (*_OURS, "--continue-on-collection-errors", *command.arguments)
    suite = (*suite, *(f"--ignore={file}" for file in (own_file, *job.witnesses) if file))
    yield Trial("base", "collect", job.base, (*suite, "--collect-only"), _REGRESSION_SHARE)
    if job.regression_id:
        alone = (*_OURS, *_settings_only(command.arguments), job.regression_id)
        trees = (("good", job.good), ("running", job.running), ("base", job.base), ("patched", job.patched))
        for tree, archive in trees:
            if archive is not None:
                yield Trial(tree, "regression", archive, alone, _REGRESSION_SHARE)
    for tree, archive in (("base", job.base), ("patched", job.patched)) if job.witnesses else ():
        asked = (*_OURS, "--continue-on-collection-errors", *_settings_only(command.arguments), *job.witnesses)
        yield Trial(tree, "witnesses", archive, asked, _REGRESSION_SHARE)
    yield Trial("base", "suite", job.base, suite)
    yield Trial("patched", "suite", job.patched, suite)


def _settings_only(arguments: tuple[str, ...]) -> list[str]:
    """Without folders and selections, which would add other tests to the one asked for."""
    kept: list[str] = []
    for before, word in zip(("", *arguments), arguments, strict=False):
        if before in _WITH_VALUE:
            kept += [before, word]
        elif word in {"-q", "-v", "-vv", "-s"} or word.startswith(("--import-mode=", "--confcutdir=", "-W")):
            kept += [] if word in _WITH_VALUE else [word]
    return kept
