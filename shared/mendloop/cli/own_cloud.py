"""A local cloud for the length of one command, which no other command of the checkout can take away meanwhile."""

import fcntl
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from mendloop.cli import local_cloud
from mendloop.cli.demo.deploy import fresh_cloud
from mendloop.cli.local_cloud import LocalCloud
from mendloop.cli.toolbox import Toolbox
from mendloop.domain.errors import Unavailable


@contextmanager
def own_cloud(tools: Toolbox, say: Callable[[str], None], *, keep: bool) -> Iterator[LocalCloud]:
    """A fresh one, stopped however the block ends, unless `keep`; Unavailable while another command has one here."""
    folder = tools.state / "cloud"
    with _alone(tools.state / "cloud.lock"), _ended_by_request():
        if local_cloud.find(folder):
            say("The local cloud that was still running here is replaced.")
        cloud = fresh_cloud(tools, folder)
        try:
            yield cloud
        finally:
            if not keep:
                local_cloud.stop(cloud)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """The lock goes with the process, however that ends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unavailable(
                f"another command is using the local cloud of {file.parent}",
                next_action="Wait until it has ended, or give this one a folder of its own: MENDLOOP_STATE=FOLDER.",
            ) from error
        yield


@contextmanager
def _ended_by_request() -> Iterator[None]:
    """A request to end (`kill`, `timeout`, a closed terminal) unwinds as Ctrl-C does, so that nothing is left running.

    Only the main thread may say so; elsewhere it stays as it is.
    """
    signals = (signal.SIGTERM, signal.SIGHUP)
    try:
        before = [signal.signal(each, _unwind) for each in signals]
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)


def _unwind(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
