"""Rate limits are waited out only where the vendor says how long, and only for a while."""

import pytest

from mendloop.adapters.patience import Patience, retry_after
from mendloop.domain.errors import Throttled


class Vendor:
    """Refuses with these waits, then answers."""

    def __init__(self, *waits: float | None) -> None:
        self.waits, self.asked = list(waits), 0

    def __call__(self) -> str:
        self.asked += 1
        if self.waits:
            limited = Throttled("slow down")
            limited.retry_after = self.waits.pop(0)
            raise limited
        return "done"


def test_short_waits_are_slept_through_and_asked_again() -> None:
    slept, vendor = list[float](), Vendor(2, 3.5)
    assert Patience(sleep=slept.append).send(vendor) == "done"
    assert (slept, vendor.asked) == ([2, 3.5], 3)


@pytest.mark.parametrize("waits", [(None,), (21,), (15, 6), (0,) * 21])
def test_no_time_named_or_too_much_of_it_is_throttled(waits: tuple[float | None, ...]) -> None:
    with pytest.raises(Throttled):
        Patience(20, sleep=lambda _: None).send(Vendor(*waits))


def test_the_waits_of_one_invocation_are_counted_together() -> None:
    patience = Patience(20, sleep=lambda _: None)
    patience.send(Vendor(15))
    with pytest.raises(Throttled):
        patience.send(Vendor(6))


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        ("Wed, 25 Nov 2026 02:00:09 GMT", 9),
        ("Wed, 25 Nov 2026 01:59:00 GMT", 0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(said: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": said}, now=lambda: 1795572000.0) == seconds


def test_without_the_header_nothing_is_known() -> None:
    assert retry_after({"Date": "7"}) is None
