"""An alarm's series as an inline picture: numbers and times only, no production text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from mendloop.contracts.evidence import Deployment, MetricPoint, Series

WIDTH, HEIGHT, EDGE = 600, 90, 4
MAX_POINTS = 500
MAX_MARKS = 20


def chart(series: Series, deployments: Sequence[Deployment] = ()) -> Markup:
    """An SVG of the newest points, dashed the threshold, shaded the band, upright each deployment meanwhile.

    Empty for fewer than two points.
    """
    shown = series.points[-MAX_POINTS:]
    if len(shown) < 2:
        return Markup()
    began, ended, threshold = shown[0].at, shown[-1].at, series.threshold
    upper, lower = ([p for p in edge if began <= p.at <= ended][-MAX_POINTS:] for edge in (series.upper, series.lower))
    values = [point.value for point in (*shown, *upper, *lower)] + ([threshold] if threshold is not None else [])
    place = _Scale(began, (ended - began).total_seconds() or 1.0, min(0.0, *values), max(values))
    marks = [each.at for each in deployments if began <= each.at <= ended][-MAX_MARKS:]
    drawn = [
        Markup('<polygon class="band" points="{}"/>').format(place.points([*upper, *reversed(lower)])) if upper else "",
        place.level(threshold) if threshold is not None else "",
        *(Markup('<line class="mark" x1="{0}" x2="{0}" y1="0" y2="{1}"/>').format(place.x(at), HEIGHT) for at in marks),
        Markup('<polyline points="{}"/>').format(place.points(shown)),
    ]
    said = f"The alarm's metric from {began:%H:%M} to {ended:%H:%M} UTC: highest {max(p.value for p in shown):g}"
    said += (
        f", threshold {threshold:g} (dashed)"
        if threshold is not None
        else ", with the band of what was expected (shaded)" * bool(upper)
    )
    said += f". Deployed at {', '.join(f'{at:%H:%M}' for at in marks)} (upright)" if marks else ""
    return Markup(
        '<figure><svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
        '<figcaption class="faint">{}.</figcaption></figure>'
    ).format(WIDTH, HEIGHT, said, Markup().join(drawn), said)


@dataclass(frozen=True)
class _Scale:
    """From times and values to the picture's coordinates."""

    began: datetime
    seconds: float
    low: float
    high: float

    def x(self, at: datetime) -> float:
        return round(EDGE + (at - self.began).total_seconds() / self.seconds * (WIDTH - 2 * EDGE), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - EDGE - (value - self.low) / ((self.high - self.low) or 1.0) * (HEIGHT - 2 * EDGE), 1)

    def points(self, points: Sequence[MetricPoint]) -> str:
        return " ".join(f"{self.x(point.at)},{self.y(point.value)}" for point in points)

    def level(self, value: float) -> Markup:
        return Markup('<line class="limit" x1="0" x2="{}" y1="{}" y2="{}"/>').format(
            WIDTH, self.y(value), self.y(value)
        )
