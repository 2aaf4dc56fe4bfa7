"""Reading stack traces out of logs of 20 and 200 MB, beside a public detector of multi-line errors (`exception`).

Each reading is a process of its own: its processor seconds and its highest memory. What counts is how both grow with
the log; the public detector knows one language and no interleaving, so its seconds are a measure of the machine.
"""

import fileinput
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.evals.redaction_plants import ORDINARY, Drawn

MEGABYTES = (20, 200)
ONE_TRACE_IN = 500
"""Lines."""
TRACES = (
    'Traceback (most recent call last):\n  File "/var/task/shop/entry.py", line 12, in handler\n    total(cart)\n'
    '  File "/var/task/shop/cart.py", line 31, in total\n    return sum(prices)\nTypeError: unsupported operand',
    "java.lang.IllegalStateException: no price\n\tat com.shop.Cart.total(Cart.java:12)\n"
    "\tat com.shop.Entry.run(Entry.java:9)\nCaused by: java.util.NoSuchElementException: tea\n"
    "\tat com.shop.Prices.find(Prices.java:33)\n\t... 1 more",
    "TypeError: Cannot read properties of undefined\n    at Cart.total (/var/task/src/cart.js:12:7)\n"
    "    at handler (/var/task/src/index.js:9:3)",
    "panic: runtime error: index out of range [3] with length 3\n\ngoroutine 7 [running]:\n"
    "main.total(0xc000012345)\n\t/var/task/cart.go:12 +0x1d\nmain.main()\n\t/var/task/main.go:9 +0x2f",
)


def measure() -> dict[str, Any]:
    """By detector and size: seconds, peak MB, traces found; and how much ten times the log costs."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        logs = {size: _written(Path(folder) / f"{size}.log", size) for size in MEGABYTES}
        for detector in ("mendloop", "exception"):
            by_size = {size: _run(detector, log) for size, log in logs.items()}
            small, large = (by_size[size] for size in MEGABYTES)
            growth = {key: round(large[key] / small[key], 2) for key in ("seconds", "peak_mb")}
            found[detector] = {"sizes": by_size, "growth": growth}
    return found


def _written(file: Path, megabytes: int) -> Path:
    """A log with the same mixture at every size."""
    chance, left = random.Random(1), megabytes * 1_000_000
    lines = [template.format_map(Drawn(chance)) for template in ORDINARY if template[0].strip() for _ in range(500)]
    with file.open("w", encoding="utf-8") as out:
        while left > 0:
            failed = chance.randrange(ONE_TRACE_IN) == 0
            line = f"{chance.choice(TRACES)} {chance.randrange(10**6)}" if failed else chance.choice(lines)
            out.write(line + "\n")
            left -= len(line) + 1
    return file


def _run(detector: str, log: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.extraction", detector, str(log)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(answer.stdout)
    return measured


def _mendloop(log: str) -> int:
    from mendloop.cli.extraction import exceptions
    from mendloop.cli.log_stream import stream_log

    found, _ = exceptions(stream_log(log))
    return sum(one.count for one in found)


def _exception(log: str) -> int:
    from exception.exception import extract_errors

    with fileinput.input([log]) as lines:
        return sum(1 for _ in extract_errors(lines, ""))


def main(detector: str, log: str) -> None:
    """One reading, as JSON."""
    began = time.process_time()
    traces = {"mendloop": _mendloop, "exception": _exception}[detector](log)
    peak = int(re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[0]) / 1024
    seconds = time.process_time() - began
    print(json.dumps({"seconds": round(seconds, 2), "peak_mb": round(peak, 1), "traces": traces}))


if __name__ == "__main__":
    main(*sys.argv[1:])
