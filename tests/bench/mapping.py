"""Code mapping in trees of growing size: from a repository that nothing has read yet to ranked targets, and again.

Each measurement is a process of its own, on a repository and a tar.gz of its tree written for it, as a code host would
send it: seconds on the clock for the first mapping and the second one in that process, and the highest memory. What
counts is how they grow with the tree and with the frames.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from mendloop.adapters import git_archive
from mendloop.adapters.local_git import LocalGit
from mendloop.domain.catalog import Repository

FILES = (1_250, 5_000, 20_000)
FRAMES = (5, 50)
"""Distinct own frames of one trace; the larger trees are measured with the fewer."""
_PACKED = "tree.tar.gz"
_MODULE = (
    "def step{n}(value):\n    item = value.get('key{n}')\n    return item.price\n\n\ndef other{n}(value):\n"
    + "".join(f"    total{line} = value + {line}\n" for line in range(30))
)


def measure() -> dict[str, Any]:
    """By size of tree and number of frames; and how much the largest costs beside the smallest."""
    sizes = {f"{files} files, {FRAMES[0]} frames": _run(files, FRAMES[0]) for files in FILES}
    frames = {f"{FILES[0]} files, {FRAMES[1]} frames": _run(FILES[0], FRAMES[1])}
    small, large = list(sizes.values())[0], list(sizes.values())[-1]
    deep = next(iter(frames.values()))
    growth = {
        "tree": {key: _ratio(large[key], small[key]) for key in ("cold_seconds", "warm_seconds", "peak_mb")},
        "frames": {key: _ratio(deep[key], small[key]) for key in ("cold_seconds", "warm_seconds")},
    }
    return {"runs": {**sizes, **frames}, "growth": growth}


def _ratio(large: float, small: float) -> float:
    return round(large / max(small, 0.01), 2)


def _run(files: int, frames: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        write_repository(Path(folder), files)
        (Path(folder) / _PACKED).write_bytes(_packed(files))
        command = [sys.executable, "-m", "tests.bench.mapping", folder, str(frames)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(answer.stdout)
    return measured


def path_of(number: int) -> str:
    """Forty files to a folder."""
    return f"src/shop/part{number // 40:03}/module{number}.py"


def write_repository(folder: Path, files: int) -> None:
    """One commit, straight into a bare repository: no work tree is needed."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
    said = ["commit refs/heads/main\ncommitter Dana <dana@example.com> 1760000000 +0000\ndata 3\nall\n"]
    for number in range(files):
        text = _MODULE.replace("{n}", str(number))
        said.append(f"M 100644 inline {path_of(number)}\ndata {len(text)}\n{text}\n")
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input="".join(said).encode(), check=True)


def _packed(files: int) -> bytes:
    """All below one folder, as GitHub packs it."""
    texts = ((f"top/{path_of(number)}", _MODULE.replace("{n}", str(number)).encode()) for number in range(files))
    return git_archive.pack((path, 0o644, text) for path, text in texts)


class FromArchive(LocalGit):
    """Contents of many files out of the packed tree; history from git."""

    def files(self, repository: Repository, revision: str, paths: Collection[str]) -> dict[str, bytes]:
        packed = (Path(repository.location) / _PACKED).read_bytes()
        return {path: content for path, _, content in git_archive.unpack(packed, wanted=frozenset(paths))}


def trace_through(frames: int) -> str:
    """The last frame crashes."""
    places = (
        f'  File "/var/task/{path_of(n * 7)[4:]}", line 3, in step{n * 7}\n    return item.price\n'
        for n in range(frames)
    )
    return (
        "Traceback (most recent call last):\n"
        + "".join(places)
        + "AttributeError: 'NoneType' has no attribute 'price'\n"
    )


def main(folder: str, frames: str) -> None:
    """Two mappings in this process, as JSON."""
    from datetime import UTC, datetime

    from functions.map_code.kept import Kept
    from mendloop.cli.mapping.case import service_at
    from mendloop.cli.mapping.single import map_events
    from mendloop.domain.stack_trace import LogText

    events = (LogText(at=datetime(2026, 1, 1, tzinfo=UTC), text=trace_through(int(frames)), source="log"),)
    seconds, service, kept = [], service_at(Path(folder), "shop"), Kept()
    for _ in range(2):
        began = time.monotonic()
        found = map_events(service, "main", events, FromArchive(), kept)
        seconds.append(round(time.monotonic() - began, 2))
    peak = int(re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[0]) / 1024
    measured = {"cold_seconds": seconds[0], "warm_seconds": seconds[1], "peak_mb": round(peak, 1)}
    print(json.dumps({**measured, "targets": len(found.targets)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
