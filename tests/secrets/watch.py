"""The processes that a command starts, looked at while it runs."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from tests.secrets.look import Found, finds

_SECONDS = 0.2


class Watched(threading.Thread):
    """Every descendant of `root`, and whoever shares a session with one, is asked for environment and command line.

    The command itself holds the caller's variables, as any command does: it is left out by its number.
    """

    def __init__(self, root: int, marks: Mapping[str, bytes]) -> None:
        super().__init__(daemon=True)
        self._root, self._marks = root, marks
        self._over = threading.Event()
        self._sessions: set[int] = set()
        self.found: set[str] = set()
        self.seen: set[int] = set()

    def run(self) -> None:
        """Until `finish`."""
        while not self._over.wait(_SECONDS):
            found, _ = finds(self._shown(), self._marks)
            self.found.update(found)

    def finish(self) -> None:
        """No more looks."""
        self._over.set()
        self.join()

    def _shown(self) -> Iterator[Found]:
        parents = dict(_parents())
        for process in [each for each in parents if each not in {self._root, os.getpid()}]:
            with suppress(OSError):
                session = os.getsid(process)
                if session not in self._sessions and not _descends(process, self._root, parents):
                    continue
                if session != os.getsid(self._root):
                    self._sessions.add(session)
                # Between fork and exec a child still shows the command and the environment of its parent.
                if (command := _read(process, "cmdline")) == _read(self._root, "cmdline"):
                    continue
                self.seen.add(process)
                name = command.replace(b"\0", b" ")[:60].decode(errors="replace")
                yield f"process {process} ({name}) environ", _read(process, "environ")
                yield f"process {process} ({name}) cmdline", command


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            yield int(folder.name), int((folder / "stat").read_text().rpartition(")")[2].split()[1])


def _descends(process: int, root: int, parents: Mapping[int, int]) -> bool:
    while process > 1:
        process = parents.get(process, 0)
        if process == root:
            return True
    return False


def _read(process: int, name: str) -> bytes:
    return Path(f"/proc/{process}/{name}").read_bytes()
