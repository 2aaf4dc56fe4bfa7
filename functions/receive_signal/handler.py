"""Lambda: any event → the signals queue."""

from typing import Any

from functions.receive_signal.step import receive_signal
from mendloop.runtime.entry import entry
from mendloop.runtime.wiring import Wiring


@entry("receive_signal")
def handler(event: dict[str, Any], wiring: Wiring) -> dict[str, int]:
    """Bytes enqueued."""
    return receive_signal(event, queue=wiring.signals)
