"""One trace of a million frames through `mendloop extract`: what is kept, the processor's seconds, the highest memory.

`python -m tests.evals.million [--frames N]`; 1 when a trace is lost, or grows with its frames.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

MOST_KEPT = 500
MOST_MEGABYTES = 120


@dataclass(frozen=True)
class Printed:
    """How a language prints a trace; `frame` holds `{n}`, the number of the frame."""

    head: str
    frame: str
    end: str = ""


LANGUAGES = {
    "python": Printed(
        "Traceback (most recent call last):\n",
        '  File "/var/task/shop/tree.py", line {n}, in walk{n}\n    return walk(node)\n',
        "RecursionError: maximum recursion depth exceeded\n",
    ),
    "java": Printed("java.lang.StackOverflowError: deep\n", "\tat com.shop.Tree.walk{n}(Tree.java:{n})\n"),
    "javascript": Printed(
        "RangeError: Maximum call stack size exceeded\n", "    at walk{n} (/var/task/tree.js:{n}:7)\n"
    ),
    "go": Printed(
        "panic: deep\n\ngoroutine 1 [running]:\n", "main.walk{n}(0x1)\n\t/app/tree.go:{n} +0x1d\n", "exit status 2\n"
    ),
}


def main() -> int:
    """A line per language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000)
    frames, wrong = parser.parse_args().frames, 0
    with tempfile.TemporaryDirectory() as folder:
        for language, printed in LANGUAGES.items():
            log = Path(folder) / f"{language}.log"
            write(log, printed, frames)
            kept, seconds, megabytes = measure(log)
            size = log.stat().st_size / 1_000_000
            print(f"{language:10} {size:5.0f} MB  {kept} frames kept  {seconds:5.1f} s  {megabytes} MB", flush=True)
            wrong += not 0 < kept <= MOST_KEPT or megabytes > MOST_MEGABYTES
    return int(wrong > 0)


def write(log: Path, printed: Printed, frames: int) -> None:
    """The trace as a log file."""
    with log.open("w", encoding="utf-8") as file:
        file.write(printed.head)
        file.writelines(printed.frame.format(n=number) for number in range(1, frames + 1))
        file.write(printed.end)


def measure(log: Path) -> tuple[int, float, int]:
    """(frames kept of the one trace, processor seconds, megabytes); ValueError when it is not one trace."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [str(Path(sys.executable).parent / "mendloop"), "extract", "--log", str(log), "--json"]
    answer = subprocess.run(command, capture_output=True, check=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    (trace,) = json.loads(answer.stdout)
    return len(trace["frames"]), used.ru_utime - before, used.ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
