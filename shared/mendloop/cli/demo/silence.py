"""Another service that never answers: a port on loopback which takes connections and says nothing."""

import socket
from functools import cache


def silent_address() -> str:
    """`http://127.0.0.1:<port>`, silent for as long as this process lives."""
    return f"http://127.0.0.1:{_listening().getsockname()[1]}"


@cache
def _listening() -> socket.socket:
    """Nobody ever accepts: the kernel completes the connections, and a reader waits for its own time-out."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(512)
    return listening
