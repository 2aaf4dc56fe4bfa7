"""What vendors answer, read with distrust: in its shape, within a time, up to a size."""

import time
from typing import Any, TypeVar

import requests
from pydantic import TypeAdapter, ValidationError
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from mendloop.domain.errors import Unavailable

MOST_BYTES = 20_000_000
CHUNK = 1 << 16
T = TypeVar("T")


def readable(vendor: str, shape: TypeAdapter[T], document: object) -> T:
    """Unavailable when the vendor, or whatever answered in its place, sent something else."""
    try:
        return shape.validate_python(document)
    except ValidationError as error:
        what = f"{error.error_count()} fields are not as described"
        raise Unavailable(f"{vendor}'s answer cannot be read: {what}") from None


class BoundedHTTP(HTTPAdapter):
    """A body that drips ends `seconds` after the request was sent: a client's time-out starts anew at each byte."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """The whole answer; ReadTimeout when it takes too long, ConnectionError when it is too large."""
        until = time.monotonic() + self._seconds
        answer = super().send(request, *args, **{**options, "stream": True})
        content = bytearray()
        try:
            while chunk := answer.raw.read1(CHUNK, decode_content=True):
                content += chunk
                if time.monotonic() > until:
                    raise requests.ReadTimeout("the answer took too long")
                if len(content) > MOST_BYTES:
                    raise requests.ConnectionError("the answer is too large")
        except requests.RequestException:
            raise
        except (OSError, HTTPError) as error:
            raise requests.ConnectionError(type(error).__name__) from error
        finally:
            answer.close()
        answer._content, answer._content_consumed = bytes(content), True  # type: ignore[attr-defined]
        return answer
