"""The alarm's series as an inline picture: numbers only, no production text."""

from collections.abc import Sequence

from markupsafe import Markup

from mendloop.contracts.evidence import MetricPoint

WIDTH, HEIGHT, EDGE = 600, 90, 4
MAX_POINTS = 500


def chart(points: Sequence[MetricPoint], threshold: float | None) -> Markup:
    """An SVG of the newest points with the threshold as a dashed line; empty for fewer than two points."""
    shown = points[-MAX_POINTS:]
    if len(shown) < 2:
        return Markup()
    values = [point.value for point in shown] + ([threshold] if threshold is not None else [])
    low, high = min(0.0, *values), max(values)
    began, length = shown[0].at, (shown[-1].at - shown[0].at).total_seconds() or 1.0

    def height(value: float) -> float:
        return round(HEIGHT - EDGE - (value - low) / ((high - low) or 1.0) * (HEIGHT - 2 * EDGE), 1)

    line = " ".join(
        f"{EDGE + (point.at - began).total_seconds() / length * (WIDTH - 2 * EDGE):.1f},{height(point.value)}"
        for point in shown
    )
    limit = Markup()
    if threshold is not None:
        at = height(threshold)
        limit = Markup('<line class="limit" x1="0" x2="{}" y1="{}" y2="{}"/>').format(WIDTH, at, at)
    said = f"The alarm's metric from {began:%H:%M} to {shown[-1].at:%H:%M} UTC: highest {max(p.value for p in shown):g}"
    said += f", threshold {threshold:g}" if threshold is not None else ""
    return Markup(
        '<figure><svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}<polyline points="{}"/></svg>'
        '<figcaption class="faint">{}.</figcaption></figure>'
    ).format(WIDTH, HEIGHT, said, limit, line, said)
