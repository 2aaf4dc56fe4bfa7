"""What CloudWatch says of an alarm, and the series that the alarm watches."""

import re
from collections.abc import Sequence
from typing import Any

from mendloop.contracts.evidence import MetricPoint, Series
from mendloop.ports import AlarmDescription

_CHILD = re.compile(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*[\"']?([^\"')]+?)[\"']?\s*\)")


def description(alarm: dict[str, Any]) -> AlarmDescription:
    """Of a metric or composite alarm; one on an expression names its metrics in its queries alone."""
    made = alarm.get("Metrics", [])
    stats = [query["MetricStat"] for query in made if "MetricStat" in query]
    metrics = [alarm, *(stat["Metric"] for stat in stats)]
    dimensions = {pair["Name"]: pair["Value"] for metric in metrics[::-1] for pair in metric.get("Dimensions", [])}
    return AlarmDescription(
        name=alarm["AlarmName"],
        namespace=_first("Namespace", metrics),
        metric=_first("MetricName", metrics),
        dimensions=dimensions,
        statistic=alarm.get("Statistic") or alarm.get("ExtendedStatistic") or "",
        threshold=alarm.get("Threshold"),
        period_seconds=alarm.get("Period") or max((stat["Period"] for stat in stats), default=60),
        evaluation_periods=alarm.get("EvaluationPeriods") or 1,
        queries=made,
        threshold_query=alarm.get("ThresholdMetricId", ""),
        children=_CHILD.findall(alarm.get("AlarmRule", "")),
        state=alarm.get("StateValue", ""),
        state_since=alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp"),
    )


def queries(alarm: AlarmDescription) -> list[Any]:
    """What to ask the metrics for; nothing for a composite alarm.

    Of an expression all its queries, returning what the alarm itself looks at, and the band that it is held against.
    """
    if alarm.queries:
        return [dict(query, ReturnData=_returned(query, alarm)) for query in alarm.queries]
    if not alarm.metric:
        return []
    pairs = [{"Name": name, "Value": value} for name, value in alarm.dimensions.items()]
    stat = {
        "Metric": {"Namespace": alarm.namespace, "MetricName": alarm.metric, "Dimensions": pairs},
        "Period": alarm.period_seconds,
        "Stat": alarm.statistic or "Sum",
    }
    return [{"Id": "series", "MetricStat": stat}]


def _returned(query: dict[str, object], alarm: AlarmDescription) -> bool:
    return query.get("ReturnData", True) is not False or query.get("Id") == alarm.threshold_query


def series_of(alarm: AlarmDescription, results: Sequence[Any]) -> Series:
    """An answer may come in pages. A band is two series with one id: the higher is the upper."""
    lines: dict[tuple[str, str], list[MetricPoint]] = {}
    for result in results:
        points = zip(result["Timestamps"], result["Values"], strict=True)
        line = lines.setdefault((result["Id"], result.get("Label", "")), [])
        line += [MetricPoint(at=at, value=value) for at, value in points]
    ordered = {key: sorted(points, key=lambda point: point.at) for key, points in lines.items()}
    band = [points for (own, _), points in ordered.items() if own == alarm.threshold_query]
    others = [points for (own, _), points in ordered.items() if own != alarm.threshold_query]
    band.sort(key=lambda points: sum(point.value for point in points) / max(1, len(points)), reverse=True)
    return Series(
        alarm=alarm.name,
        points=others[0] if others else [],
        threshold=alarm.threshold,
        upper=band[0] if len(band) == 2 else [],
        lower=band[1] if len(band) == 2 else [],
    )


def _first(name: str, metrics: Sequence[dict[str, Any]]) -> str:
    return next((str(metric[name]) for metric in metrics if metric.get(name)), "")
