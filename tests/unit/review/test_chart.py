"""The alarm's series is drawn inside the picture, whatever its numbers."""

import re
from datetime import timedelta

import pytest

from functions.review.chart import HEIGHT, WIDTH, chart
from mendloop.contracts.evidence import Deployment, MetricPoint, Series
from tests.fakes.clock import NOW


def points(*values: float) -> list[MetricPoint]:
    return [MetricPoint(at=NOW + timedelta(minutes=n), value=value) for n, value in enumerate(values)]


def series(*values: float, threshold: float | None = None, **band: list[MetricPoint]) -> Series:
    return Series(alarm="<b>", points=points(*values), threshold=threshold, **band)


@pytest.mark.parametrize("values", [(0, 0, 3), (5, 5, 5), (-2, 4), (1e12, 1), (0, 0)])
@pytest.mark.parametrize("threshold", [None, 1.0, -7.5])
def test_every_point_lies_in_the_picture(values: tuple[float, ...], threshold: float | None) -> None:
    band = {"upper": points(*[9.0 for _ in values]), "lower": points(*[-9.0 for _ in values])}
    drawn = str(chart(series(*values, threshold=threshold, **band)))

    places = [re.findall(r"([-\d.]+),([-\d.]+)", found) for found in re.findall(r'points="([^"]*)"', drawn)]
    assert [len(found) for found in places] == [2 * len(values), len(values)]
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for found in places for x, y in found)
    assert ("limit" in drawn) is (threshold is not None)
    assert f"highest {max(values):g}" in drawn


def test_a_lone_point_is_no_series() -> None:
    assert chart(series(3, threshold=1.0)) == chart(series()) == ""


def test_each_deployment_meanwhile_is_marked_at_its_time_and_no_name_is_in_the_picture() -> None:
    deployed = [
        Deployment(at=NOW + timedelta(minutes=each), what="<script>", revision="<i>") for each in (-60, 1, 2, 60)
    ]
    drawn = str(chart(series(0, 1, 5, 4), deployed))
    marks = [float(x) for x in re.findall(r'class="mark" x1="([\d.]+)"', drawn)]
    assert len(marks) == 2 and 0 < marks[0] < marks[1] < WIDTH
    assert f"Deployed at {NOW + timedelta(minutes=1):%H:%M}, {NOW + timedelta(minutes=2):%H:%M} (upright)." in drawn
    assert "<script>" not in drawn and "<i>" not in drawn and "<b>" not in drawn
