"""The Sandbox port: a job's sessions, one after another, each in a jail of its own."""

import json
import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path

from mendloop.adapters.sandbox.environment import Environment, read_environment
from mendloop.adapters.sandbox.jail import Jail, Place
from mendloop.adapters.sandbox.results import Report, read_report
from mendloop.adapters.sandbox.supervise import Ended, supervise
from mendloop.adapters.sandbox.trials import Trial, trials
from mendloop.contracts.verification import TestJob, TestOutcome, TestRun, TreeRun
from mendloop.domain.errors import Misconfigured
from mendloop.domain.redaction import redact
from mendloop.domain.test_command import TestCommand, read_test_command
from mendloop.ports import ArtifactStore

_INSIDE = Path(__file__).parent / "inside"
_LONGEST_TAIL = 4_000
_LEAST_SECONDS = 1.0
_LIMITS = {"AS": 2 * 2**30, "FSIZE": 64 * 2**20, "NOFILE": 256, "CORE": 0}


class TestsInJail:
    """Never raises for what project code does."""

    __test__ = False

    def __init__(self, jail: Jail, artifacts: ArtifactStore) -> None:
        self._jail = jail
        self._artifacts = artifacts

    def run(self, job: TestJob) -> TestRun:
        """All sessions within the job's time; what no time was left for says so."""
        command = read_test_command(job.test_command)
        environment, reason = self._environment(job)
        if command is None or reason:
            reason = reason or "the test command is not pytest"
            return self._result(job, [], reason)
        deadline = time.monotonic() + job.timeout_seconds
        runs = []
        for trial in trials(job, command):
            seconds = min(deadline - time.monotonic(), trial.share * job.timeout_seconds)
            if seconds < _LEAST_SECONDS:
                runs.append(TreeRun(tree=trial.tree, kind=trial.kind, exit_code=None, contained="no time left"))
            else:
                runs.append(self._session(job, trial, command, environment, seconds))
        return self._result(job, runs, "")

    def _environment(self, job: TestJob) -> tuple[Environment | None, str]:
        """The job's own Python environment, None where it names none; and why nothing can run, or the empty text."""
        try:
            environment = read_environment(job.environment) if job.environment else None
        except Misconfigured as error:
            return None, f"{error}. {error.next_action}"
        return environment, self._jail.unusable(environment)

    def _result(self, job: TestJob, runs: list[TreeRun], skipped: str) -> TestRun:
        name = "none" if skipped else self._jail.name
        return TestRun(nonce=job.nonce, patch_sha256=job.patch_sha256, sandbox=name, runs=runs, skipped=skipped)

    def _session(
        self, job: TestJob, trial: Trial, command: TestCommand, environment: Environment | None, seconds: float
    ) -> TreeRun:
        with tempfile.TemporaryDirectory(prefix="mendloop-run-", ignore_cleanup_errors=True) as scratch:
            folder = Path(scratch)
            self._furnish(folder / "job", job, trial)
            place = self._jail.place(folder, environment)
            key, descriptors = secrets.token_hex(16), os.pipe()
            plan = _plan(place, job, trial, command, seconds) | {"key": key, "descriptor": descriptors[1]}
            ended = supervise(
                [*place.prefix, place.python, "-s", "-B", f"{place.job}/start.py"],
                descriptors=descriptors,
                line=json.dumps(plan).encode() + b"\n",
                folder=folder,
                environment=_environment(place, environment),
                seconds=seconds,
            )
        return _tree_run(trial, ended, read_report(ended.report, key))

    def _furnish(self, folder: Path, job: TestJob, trial: Trial) -> None:
        folder.mkdir(mode=0o755)
        for name in ("start.py", "report.py"):
            shutil.copyfile(_INSIDE / name, folder / name)
        (folder / "tree.tar.gz").write_bytes(self._artifacts.get(trial.archive))
        if job.dependencies:
            (folder / "dependencies.tar.gz").write_bytes(self._artifacts.get(job.dependencies))


def _plan(place: Place, job: TestJob, trial: Trial, command: TestCommand, seconds: float) -> dict[str, object]:
    limits = {**_LIMITS, "CPU": int(seconds) + 5}
    if place.processes:
        limits["NPROC"] = place.processes
    return {
        "uid": place.uid,
        "limits": limits,
        "tree": f"{place.job}/tree.tar.gz",
        "dependencies": f"{place.job}/dependencies.tar.gz" if job.dependencies else "",
        "work": place.work,
        "root": job.root,
        "folder_importable": command.folder_importable,
        "own_environment": bool(job.environment),
        "job": place.job,
        "import": [place.site, f"{place.work}/dependencies"],
        "arguments": list(trial.arguments),
        "first": job.first,
    }


def _environment(place: Place, environment: Environment | None) -> dict[str, str]:
    """All variables that project code sees; nothing of ours is passed on, save where the loader looks.

    With an environment of its own a project gets its plugins, and imports nothing of the runner's before its own.
    """
    own = {
        "PATH": f"{environment.bin}:/usr/bin:/bin" if environment else "/usr/bin:/bin",
        "HOME": "/tmp",  # noqa: S108 - private in the jail
        "USER": "nobody",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if environment is None:
        own |= {"PYTHONPATH": f"{place.site}:{place.work}/dependencies", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    libraries = os.environ.get("LD_LIBRARY_PATH", "")
    return {**own, "LD_LIBRARY_PATH": libraries} if libraries else own


def _tree_run(trial: Trial, ended: Ended, report: Report) -> TreeRun:
    if trial.kind == "collect":
        outcomes = [TestOutcome(test_id=name, status="collected") for name in report.collected]
        outcomes += list(report.outcomes.values())
    else:
        outcomes = list(report.outcomes.values())
    tail = redact(ended.tail.decode("utf-8", "replace"))[-_LONGEST_TAIL:]
    return TreeRun(
        tree=trial.tree,
        kind=trial.kind,
        exit_code=ended.exit_code,
        seconds=round(ended.seconds, 3),
        outcomes=outcomes,
        output_tail=tail,
        contained=_contained(ended, report),
    )


def _contained(ended: Ended, report: Report) -> str:
    if ended.contained:
        return ended.contained
    if report.distrusted:
        return report.distrusted
    if not report.started:
        return "the test runner did not start"
    if report.finished is None:
        return "the test runner ended early"
    return "" if report.finished == ended.exit_code else "exit code and report disagree"
