"""Running the same thing many times at once, and counting what it costs."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any, TypeVar

Result = TypeVar("Result")
RACERS = 20


def race(do: Callable[[int], Result], racers: int = RACERS) -> list[Result]:
    """`do(0)` … `do(19)`, each in a thread of its own, let go together; the first error is raised."""
    line = Barrier(racers)

    def run(number: int) -> Result:
        line.wait(timeout=30)
        return do(number)

    with ThreadPoolExecutor(racers) as pool:
        return list(pool.map(run, range(racers)))


@contextmanager
def counted(client: Any) -> Iterator[list[str]]:
    """Names of the operations that a client calls meanwhile."""
    calls: list[str] = []

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    client.meta.events.register("before-call", note)
    try:
        yield calls
    finally:
        client.meta.events.unregister("before-call", note)
