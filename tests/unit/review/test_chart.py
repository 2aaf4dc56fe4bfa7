"""The alarm's series is drawn inside the picture, whatever its numbers."""

import re
from datetime import timedelta

import pytest

from functions.review.chart import HEIGHT, WIDTH, chart
from mendloop.contracts.evidence import MetricPoint
from tests.fakes.clock import NOW


def series(*values: float) -> list[MetricPoint]:
    return [MetricPoint(at=NOW + timedelta(minutes=n), value=value) for n, value in enumerate(values)]


@pytest.mark.parametrize("values", [(0, 0, 3), (5, 5, 5), (-2, 4), (1e12, 1), (0, 0)])
@pytest.mark.parametrize("threshold", [None, 1.0, -7.5])
def test_every_point_lies_in_the_picture(values: tuple[float, ...], threshold: float | None) -> None:
    drawn = str(chart(series(*values), threshold))

    points = re.findall(r"([-\d.]+),([-\d.]+)", re.findall(r'points="([^"]*)"', drawn)[0])
    assert len(points) == len(values)
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)
    assert ("limit" in drawn) is (threshold is not None)
    assert f"highest {max(values):g}" in drawn


def test_a_lone_point_is_no_series() -> None:
    assert chart(series(3), 1.0) == chart([], None) == ""
