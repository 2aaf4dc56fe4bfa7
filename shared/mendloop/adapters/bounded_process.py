"""One program run to its end, with bounds on its time and on what it says."""

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import IO, BinaryIO

_BLOCK = 1 << 16
_MOST_ERRORS = 1 << 16


class TooLong(Exception):
    """The time is over; the program and whatever it started in its group are gone."""


class TooMuch(Exception):
    """The program said more than it may, and is gone as well."""


def run_bounded(
    command: Sequence[str],
    *,
    folder: Path,
    stdin: bytes,
    environment: Mapping[str, str],
    seconds: float,
    most: int,
    output: BinaryIO | None,
) -> subprocess.CompletedProcess[bytes]:
    """Whatever its exit status. `most`: bytes of standard output, where that goes to no file (`output`).

    TooLong and TooMuch as they say; OSError when it cannot be started; ValueError for a zero byte in an argument.
    """
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as errors:
        # Files, not pipes: nobody has to write and read at the same time.
        asked.write(stdin)
        asked.seek(0)
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=asked,
            stdout=output or subprocess.PIPE,
            stderr=errors,
            env=environment,
            start_new_session=True,
        )
        with _ending(process, seconds):
            said = _said(process.stdout, most)
            process.wait()
        errors.seek(-min(errors.tell(), _MOST_ERRORS), os.SEEK_END)
        return subprocess.CompletedProcess(list(command), process.returncode, said, errors.read())


@contextmanager
def _ending(process: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    """TooLong when the time is over first. In any case nothing is left of the program afterwards."""
    late = []

    def stop() -> None:
        late.append(True)
        _kill(process)

    timer = Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _kill(process)
        process.wait()
        if process.stdout:
            process.stdout.close()
    if late:
        raise TooLong


def _said(pipe: IO[bytes] | None, most: int) -> bytes:
    said = bytearray()
    while pipe and (block := pipe.read(_BLOCK)):
        said += block
        if len(said) > most:
            raise TooMuch
    return bytes(said)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
