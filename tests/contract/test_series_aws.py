"""What alarms on expressions and bands watch, asked from CloudWatch as the alarm itself asks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from mendloop.adapters.cloudwatch_telemetry import CloudWatchTelemetry
from mendloop.adapters.xray_traces import MAX_SUMMARIES
from mendloop.contracts.evidence import TracedRequest
from tests.contract.production import AwsProduction, trace_id

NOW = datetime.now(UTC).replace(microsecond=0, second=0)
START, END = NOW - timedelta(minutes=10), NOW
MINUTES = [START + timedelta(minutes=n) for n in range(3)]


def metric(own_id: str, name: str, *, shown: bool) -> dict[str, Any]:
    dimensions = [{"Name": "FunctionName", "Value": "shop-api"}]
    stat = {"Metric": {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": dimensions}, "Period": 300}
    return {"Id": own_id, "MetricStat": stat | {"Stat": "Sum"}, "ReturnData": shown}


RATE = [
    {"Id": "rate", "Expression": "errors / calls * 100", "ReturnData": True},
    metric("errors", "Errors", shown=False),
    metric("calls", "Invocations", shown=False),
]
BAND = [metric("m1", "Duration", shown=True), {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}]


class Answering(CloudWatchTelemetry):
    """GetMetricData answers these results, in two pages; moto computes no expression."""

    def __init__(self, *results: dict[str, Any]) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []
        pages = [{"MetricDataResults": results[:1], "NextToken": "1"}, {"MetricDataResults": results[1:]}]

        def answer(parsed: dict[str, Any], **_: Any) -> None:
            parsed.clear()
            parsed.update(pages.pop(0))

        def note(params: dict[str, Any], **_: Any) -> None:
            self.asked.append(params)

        self._cloudwatch.meta.events.register("after-call.cloudwatch.GetMetricData", answer)
        self._cloudwatch.meta.events.register("provide-client-params.cloudwatch.GetMetricData", note)


def result(own_id: str, label: str, *values: float) -> dict[str, Any]:
    return {"Id": own_id, "Label": label, "Timestamps": MINUTES[: len(values)], "Values": list(values)}


def alarm_on(queries: list[dict[str, Any]], **more: Any) -> None:
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="shop",
        Metrics=queries,
        EvaluationPeriods=2,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        **more,
    )


def test_the_series_of_an_alarm_on_an_expression_is_the_expressions(aws: None) -> None:
    alarm_on(RATE, Threshold=5.0)
    telemetry = Answering(result("rate", "rate", 1.0, 7.0), result("rate", "rate"))
    alarm = telemetry.alarm("shop")
    assert alarm and (alarm.namespace, alarm.metric, alarm.period_seconds) == ("AWS/Lambda", "Errors", 300)
    assert alarm.dimensions == {"FunctionName": "shop-api"}
    series = telemetry.metric(alarm, START, END)
    assert [point.value for point in series.points] == [1.0, 7.0] and series.threshold == 5.0
    asked = {query["Id"]: query["ReturnData"] for query in telemetry.asked[0]["MetricDataQueries"]}
    assert asked == {"rate": True, "errors": False, "calls": False}


def test_an_anomaly_alarms_series_comes_with_its_band(aws: None) -> None:
    alarm_on(BAND, ThresholdMetricId="band")
    low, high = result("band", "Duration (expected) low", 1.0, 1.0), result("band", "Duration high", 3.0, 3.0)
    telemetry = Answering(result("m1", "Duration", 2.0, 9.0), low, high)
    alarm = telemetry.alarm("shop")
    assert alarm and alarm.threshold is None and alarm.threshold_query == "band"
    series = telemetry.metric(alarm, START, END)
    found = [[point.value for point in line] for line in (series.points, series.upper, series.lower)]
    assert found == [[2.0, 9.0], [3.0, 3.0], [1.0, 1.0]]


@pytest.fixture
def production(aws: None, monkeypatch: pytest.MonkeyPatch) -> AwsProduction:
    return AwsProduction(monkeypatch)


def traced(production: AwsProduction, *services: str) -> list[TracedRequest]:
    return production.telemetry.traces(list(services), START, END).traces


def test_what_services_wrote_about_themselves_is_read_whatever_it_is(production: AwsProduction) -> None:
    began = MINUTES[0].timestamp()
    own = {"name": "shop", "start_time": began, "fault": True}
    deep: dict[str, Any] = {"name": "deepest", "fault": True}
    for _ in range(200):
        deep = {"name": "deep", "subsegments": [deep]}
    strange = [own | {"subsegments": part} for part in ([deep], ["x", None, 3], "text", {"a": 1})]
    strange += [own | {"cause": cause} for cause in ("5b0a", [], {"exceptions": ["x"]}, {"exceptions": []})]
    for number, segment in enumerate([*strange, "{", "[" * 100_000, own | {"end_time": "soon"}]):
        production.xray.put(trace_id(MINUTES[0], 0), segment if isinstance(segment, str) else segment | {"n": number})
    production.xray.put(trace_id(MINUTES[0], 1), "no JSON")
    (found,) = traced(production, "shop")
    assert found.at == MINUTES[0] and {call.name for call in found.calls} == {"shop"}


@pytest.mark.parametrize("name", ['shop") OR service("x', "shop\n", "", "x" * 300])
def test_a_name_that_needs_escapes_is_not_asked_for(production: AwsProduction, name: str) -> None:
    assert traced(production, name) == [] and production.xray.asked == []


def test_endless_summaries_come_to_an_end_and_say_so(production: AwsProduction) -> None:
    for number in range(60):
        production.trace("shop", MINUTES[0] + timedelta(seconds=number))
    page = production.telemetry.traces(["shop"], START, END)
    asked = [name for name, _ in production.xray.asked]
    assert asked.count("GetTraceSummaries") == 10 and len(page.traces) == 10 and MAX_SUMMARIES > 60
    assert page.cut.startswith("more than ")


@pytest.mark.parametrize(
    ("http", "route"),
    [
        ({"request": {"method": "GET", "url": "https://shop.example.com/orders/42?token=x#y"}}, "GET /orders/42"),
        ({"request": {"url": "/orders"}}, "/orders"),
        ({"request": {"method": "GET", "url": "https://[x"}}, ""),
        ({"request": {"url": 7}}, ""),
        ({"request": []}, ""),
        ("GET /orders", ""),
        (None, ""),
    ],
)
def test_a_segment_tells_the_route_it_answered_without_the_query(
    aws: None, monkeypatch: pytest.MonkeyPatch, http: Any, route: str
) -> None:
    production = AwsProduction(monkeypatch)
    began = MINUTES[0].timestamp()
    called = {"name": "rates", "start_time": began, "fault": True, "http": {"request": {"url": "https://a.example/b"}}}
    segment = {"name": "shop", "start_time": began, "end_time": began + 1, "fault": True, "http": http}
    production.xray.put(trace_id(MINUTES[0], 0), segment | {"subsegments": [called]})
    (found,) = production.telemetry.traces(["shop"], START, END).traces
    assert [call.route for call in found.calls] == [route, ""]
