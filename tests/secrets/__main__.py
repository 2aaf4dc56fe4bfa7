"""Plants secrets in the shell, runs a command as a user types it, and looks for them in all that it ran and left.

    python -m tests.secrets [demo] [try] [test]

`demo` and `try` are run whole, with --keep, and the local cloud is searched while it stands; `test` runs the end-to-end
tests of the loop, which search their own cloud. Exit code 1 when a secret was found or used, or a command failed.
Needs `make setup`, and no network.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mendloop.cli import local_cloud
from mendloop.cli.demo.production import make_production
from mendloop.cli.toolbox import Toolbox, find_root
from tests.secrets.look import Found, everything, files, finds, messages
from tests.secrets.shell import Shell, planted
from tests.secrets.watch import Watched

MENDLOOP = Path(sys.executable).parent / "mendloop"
COMMANDS = ("demo", "try", "test")
MINUTES = 25
_TOOLS = ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE")


@dataclass
class Searched:
    """One command. `wrong`: each secret that was found or used, or how the command failed."""

    wrong: list[str] = field(default_factory=list)
    looked: dict[str, int] = field(default_factory=dict)
    processes: int = 0


def search(name: str, scratch: Path) -> Searched:
    """Run the command in a shell full of secrets."""
    tools, state = Toolbox(find_root(Path(__file__).parent)), scratch / "state"
    with planted(scratch / "home") as shell:
        variables = {each: os.environ[each] for each in _TOOLS if each in os.environ}
        variables |= {"MENDLOOP_STATE": str(state), "MENDLOOP_REQUIRE_CLOUD": "1", **shell.variables}
        variables["UV_CACHE_DIR"] = os.environ.get("UV_CACHE_DIR") or str(Path.home() / ".cache/uv")
        words = _words(name, scratch)
        with (scratch / "output").open("wb") as output:
            process = subprocess.Popen(words, cwd=tools.root, env=variables, stdout=output, stderr=subprocess.STDOUT)
            watched = Watched(process.pid, shell.marks)
            watched.start()
            try:
                code = process.wait(MINUTES * 60)
            finally:
                watched.finish()
                process.kill()
        searched = _searched(scratch, state, shell, watched)
    if code:
        tail = (scratch / "output").read_text(errors="replace")[-1_500:]
        searched.wrong.insert(0, f"the command ended with {code}:\n{tail}")
    return searched


def _words(name: str, scratch: Path) -> list[str]:
    if name == "demo":
        return [str(MENDLOOP), "demo", "--approve", "--keep", "--report", str(scratch / "report.json")]
    if name == "try":
        return [str(MENDLOOP), "try", *_own_repository(scratch), "--approve", "--keep"]
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    return [*words, "--basetemp", str(scratch / "state"), "tests/e2e/test_loop.py"]


def _own_repository(scratch: Path) -> list[str]:
    """A small service of somebody's own, with the log of its failure as they would have copied it."""
    production = make_production("regression", seed=11, into=scratch / "own")
    (fault,) = production.planted
    function = fault.function.rsplit(".", 1)[-1]
    code = (production.code / fault.path).read_text().splitlines()
    line = next(number for number, text in enumerate(code, 1) if f"def {function}(" in text) + 1
    frame = f'  File "/var/task/{fault.path}", line {line}, in {function}\n    {code[line - 1].strip()}\n'
    (scratch / "failure.log").write_text(f"Traceback (most recent call last):\n{frame}{fault.exception}: it failed\n")
    (scratch / "request.json").write_text(json.dumps(production.failing_requests[0]))
    words = ["--repo", production.repository, "--log", scratch / "failure.log"]
    words += ["--revision", production.deployed_revision, "--report", scratch / "report.json"]
    words += ["--request", scratch / "request.json", "--entry-point", production.entry_point]
    return [str(word) for word in words]


def _searched(scratch: Path, state: Path, shell: Shell, watched: Watched) -> Searched:
    wrong = sorted(watched.found)
    found, looked = finds(_left(scratch, state), shell.marks)
    wrong += found
    wrong += [f"used: somebody came to the proxy or endpoint: {visit[:200]!r}" for visit in shell.trap.visits]
    wrong += [] if watched.seen else ["no process was looked at: whether one held a secret is not known"]
    return Searched(wrong, looked, len(watched.seen))


def _left(scratch: Path, state: Path) -> Iterator[Found]:
    for name in ("output", "report.json", "failure.log"):
        if (scratch / name).exists():
            yield f"printed {name}", (scratch / name).read_bytes()
    cloud = local_cloud.find(state / "cloud")
    if cloud is None:
        yield from files(state)
        return
    try:
        yield from everything(cloud, state)
        yield from messages(cloud)
    finally:
        local_cloud.stop(cloud)


def main() -> int:
    """Each command, with what was looked at."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=", ".join(COMMANDS))
    bad = 0
    commands = parser.parse_args().commands or COMMANDS
    if unknown := set(commands) - set(COMMANDS):
        parser.error(f"no such command: {', '.join(sorted(unknown))}; there are {', '.join(COMMANDS)}")
    for name in commands:
        with tempfile.TemporaryDirectory(prefix="mendloop-secrets-", ignore_cleanup_errors=True) as scratch:
            searched = search(name, Path(scratch))
        bad += bool(searched.wrong)
        looked = ", ".join(f"{kind} {size:,}" for kind, size in sorted(searched.looked.items()))
        print(
            f"{name}: {len(searched.wrong)} found or used; {searched.processes} processes; bytes: {looked}", flush=True
        )
        for each in searched.wrong:
            print(f"  {each}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
