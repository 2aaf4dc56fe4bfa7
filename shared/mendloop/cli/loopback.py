"""The local cloud is reached on loopback and nowhere else."""

from urllib.parse import urlparse

from mendloop.domain.errors import Misconfigured

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def refuse_other_hosts(endpoint: str) -> None:
    """Misconfigured unless the endpoint is plain http on loopback."""
    parts = urlparse(endpoint)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise Misconfigured(f"{endpoint} is not on loopback: the local cloud is only ever reached at 127.0.0.1")
