"""Where a repository's tests run."""

from mendloop.adapters.sandbox.bubblewrap import Bubblewrap
from mendloop.adapters.sandbox.jail import Jail
from mendloop.adapters.sandbox.process import PlainProcess
from mendloop.adapters.sandbox.tests_in_jail import TestsInJail
from mendloop.contracts.verification import TestJob, TestRun
from mendloop.domain.errors import Misconfigured
from mendloop.ports import ArtifactStore, Sandbox


class NoSandbox:
    """Runs nothing, and says so."""

    def run(self, job: TestJob) -> TestRun:
        """Skipped."""
        return TestRun(
            nonce=job.nonce,
            patch_sha256=job.patch_sha256,
            sandbox="none",
            skipped="this stack was deployed without a sandbox",
        )


def build_sandbox(kind: str, artifacts: ArtifactStore) -> Sandbox:
    """`bubblewrap`, `process` (the function itself is the jail), `unsandboxed`, or `none`."""
    if kind == "none":
        return NoSandbox()
    jails: dict[str, Jail] = {
        "bubblewrap": Bubblewrap(),
        "process": PlainProcess("isolated_function"),
        "unsandboxed": PlainProcess("unsandboxed"),
    }
    if kind not in jails:
        raise Misconfigured(f"MENDLOOP_SANDBOX is {kind!r}; it may be {', '.join([*jails, 'none'])}")
    return TestsInJail(jails[kind], artifacts)
