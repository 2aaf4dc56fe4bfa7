"""Watches one process from outside: time, output and report are bounded, and nothing of it outlives the run."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mendloop.domain.errors import Misconfigured

MOST_OUTPUT = 5_000_000
MOST_REPORT = 8_000_000
TAIL = 16_000
_GRACE_SECONDS = 2.0


@dataclass
class Ended:
    """How it ended. `exit_code` is None when it had to be stopped; `contained` says by which limit."""

    exit_code: int | None = None
    seconds: float = 0
    tail: bytes = b""
    report: bytes = b""
    contained: str = ""


@dataclass
class _Watch:
    process: subprocess.Popen[bytes]
    report: int
    deadline: float
    seen: int = 0
    tail: bytes = b""
    lines: bytearray = field(default_factory=bytearray)

    def until_it_ends(self) -> str:
        """Empty when it closed both of its pipes, else the limit that it reached."""
        with selectors.DefaultSelector() as selector:
            assert self.process.stdout  # noqa: S101 - it was started with a pipe
            output = self.process.stdout.fileno()
            for descriptor in (output, self.report):
                selector.register(descriptor, selectors.EVENT_READ)
            while selector.get_map():
                if limit := self._reached():
                    return limit
                for ready, _ in selector.select(timeout=0.2):
                    data = os.read(ready.fd, 65_536)
                    if not data:
                        selector.unregister(ready.fd)
                    elif ready.fd == output:
                        self.seen, self.tail = self.seen + len(data), (self.tail + data)[-TAIL:]
                    else:
                        self.lines += data
        return self._until_gone()

    def _reached(self) -> str:
        if time.monotonic() >= self.deadline:
            # The program itself may be over while something that it left behind still holds its pipes.
            return "timeout" if self.process.poll() is None else "left processes behind"
        if self.seen > MOST_OUTPUT:
            return "output"
        return "report" if len(self.lines) > MOST_REPORT else ""

    def _until_gone(self) -> str:
        try:
            self.process.wait(timeout=max(0.0, self.deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return "timeout"
        return ""


def supervise(
    command: Sequence[str],
    *,
    descriptors: tuple[int, int],
    line: bytes,
    folder: Path,
    environment: dict[str, str],
    seconds: float,
) -> Ended:
    """Run to the end or to a limit. `descriptors` are the report's (reading, writing) ends; both are closed here."""
    reading, writing = descriptors
    begun = time.monotonic()
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(writing,),
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        os.close(reading)
        raise Misconfigured(f"the sandbox cannot start {command[0]}: {error.strerror}") from error
    finally:
        os.close(writing)
    watch = _Watch(process, reading, begun + seconds)
    try:
        _tell(process, line)
        contained = watch.until_it_ends()
    finally:
        _stop(process)
        os.close(reading)
    code = process.returncode if not contained else None
    return Ended(code, time.monotonic() - begun, watch.tail, bytes(watch.lines), contained)


def _tell(process: subprocess.Popen[bytes], line: bytes) -> None:
    assert process.stdin  # noqa: S101 - it was started with a pipe
    with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
        pipe.write(line)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group. In the jail everything else dies with its first process: the namespace is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_GRACE_SECONDS)
    if process.stdout:
        process.stdout.close()
