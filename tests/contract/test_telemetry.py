"""Every telemetry: what production recorded, within bounds, and an outage is never "nothing"."""

from datetime import UTC, datetime, timedelta

import pytest

from mendloop.adapters.cloudwatch_logs import MAX_PAGES, read_log_events
from mendloop.adapters.cloudwatch_telemetry import CloudWatchTelemetry
from mendloop.domain.errors import NotFound
from mendloop.ports import Deployed, DeploymentSource
from tests.contract.production import DESCRIBED, AwsProduction, Production, ScriptedProduction
from tests.fakes.house import ALARM, FUNCTION, LOG_GROUP, RUNNING

NOW = datetime.now(UTC).replace(microsecond=0, second=0)
"""Logs are refused when they are older than two weeks."""
START, END = NOW - timedelta(minutes=10), NOW
INSIDE = NOW - timedelta(minutes=5)


@pytest.fixture(params=["memory", "aws"])
def production(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Production:
    if request.param == "memory":
        return ScriptedProduction()
    request.getfixturevalue("aws")
    return AwsProduction(monkeypatch)


def test_an_alarm_is_described(production: Production) -> None:
    production.alarm()
    found = production.telemetry.alarm(ALARM)
    assert found and found.model_copy(update={"state_since": None}) == DESCRIBED


def test_there_is_no_such_alarm(production: Production) -> None:
    production.alarm()
    assert production.telemetry.alarm("shop") is None


def test_events_of_the_window_come_in_time_order(production: Production) -> None:
    production.log(
        LOG_GROUP,
        (END + timedelta(seconds=1), "after"),
        (END, "last"),
        (INSIDE, "middle"),
        (START, "first"),
        (START - timedelta(seconds=1), "before"),
    )
    page = production.telemetry.log_events(LOG_GROUP, START, END)
    assert [event.message for event in page.events] == ["first", "middle", "last"]
    assert [event.at for event in page.events] == [START, INSIDE, END]
    assert (page.events[0].log_group, page.cut) == (LOG_GROUP, "")


@pytest.mark.parametrize("term", ["req-42", "[ERROR] TypeError", 'say "hi"', "?a", "a\\b"])
def test_a_term_is_taken_literally(production: Production, term: str) -> None:
    production.log(LOG_GROUP, (INSIDE, f"x {term} y"), (INSIDE, f"x {term.swapcase()}! y"), (INSIDE, "something else"))
    page = production.telemetry.log_events(LOG_GROUP, START, END, term=term)
    wanted = [f"x {term} y"] if term.swapcase() != term else [f"x {term} y", f"x {term}! y"]
    assert [event.message for event in page.events] == wanted


def test_what_exceeds_the_limit_is_left_out_and_said(production: Production) -> None:
    production.log(LOG_GROUP, *((INSIDE + timedelta(seconds=n), f"{n}" + "ü" * 50) for n in range(5)))
    page = production.telemetry.log_events(LOG_GROUP, START, END, max_bytes=250)
    assert [event.message[0] for event in page.events] == ["0", "1"]
    assert LOG_GROUP in page.cut


def test_an_empty_log_group_is_empty_and_a_missing_one_is_an_error(production: Production) -> None:
    production.log(LOG_GROUP)
    assert production.telemetry.log_events(LOG_GROUP, START, END).events == []
    with pytest.raises(NotFound, match="/aws/lambda/nothing"):
        production.telemetry.log_events("/aws/lambda/nothing", START, END)


def test_the_series_of_an_alarm(production: Production) -> None:
    production.count(INSIDE, 3.0)
    production.count(INSIDE + timedelta(minutes=2), 1.0)
    production.count(START - timedelta(minutes=5), 9.0)
    series = production.telemetry.metric(DESCRIBED, START, END)
    found = [(point.at, point.value) for point in series.points]
    assert found == [(INSIDE, 3.0), (INSIDE + timedelta(minutes=2), 1.0)]
    assert (series.alarm, series.threshold) == (ALARM, 1.0)


def test_the_log_groups_whose_filters_make_a_metric(production: Production) -> None:
    production.log(LOG_GROUP)
    production.filter(LOG_GROUP, "Shop", "Failures")
    assert production.telemetry.metric_log_groups("Shop", "Failures") == [LOG_GROUP]
    assert production.telemetry.metric_log_groups("Shop", "Orders") == []


def test_requests_with_a_fault_of_the_window_come_in_time_order(production: Production) -> None:
    second = timedelta(seconds=1)
    for at in (INSIDE + second, INSIDE, END + second, START - 60 * second):
        production.trace("shop-api", at)
    production.trace("shop-api", INSIDE, fault=False)
    production.trace("billing", INSIDE)
    page = production.telemetry.traces(["shop-api", "unknown"], START, END)
    assert [trace.at for trace in page.traces] == [INSIDE, INSIDE + second] and page.cut == ""
    calls = [(call.name, call.failure, call.exception, call.message) for call in page.traces[0].calls]
    assert calls == [("shop-api", "fault", "", ""), ("orders", "fault", "TypeError", "boom")]
    assert (page.traces[0].seconds, page.traces[0].calls[1].seconds) == (1.5, 0.5)


def test_of_many_traces_the_oldest_are_read_and_the_cut_is_said(production: Production) -> None:
    for number in range(13):
        production.trace("shop-api", INSIDE + timedelta(seconds=number))
    page = production.telemetry.traces(["shop-api"], START, END)
    assert [trace.at - INSIDE for trace in page.traces] == [timedelta(seconds=number) for number in range(10)]
    assert page.cut.startswith("3 more trace")


def test_no_trace_is_no_error(production: Production) -> None:
    assert production.telemetry.traces(["shop-api"], START, END).traces == []
    assert production.telemetry.traces([], START, END).traces == []


def test_the_revision_stands_in_the_environment_first(production: Production) -> None:
    production.deploy(revision=RUNNING, tag="2" * 40)
    revision, source = production.telemetry.running_revision(Deployed(function=FUNCTION))
    assert revision == RUNNING
    assert "GIT_REVISION" in source


def test_the_revision_may_stand_in_a_tag(production: Production) -> None:
    production.deploy(tag=RUNNING)
    revision, source = production.telemetry.running_revision(Deployed(function=FUNCTION))
    assert revision == RUNNING
    assert "mendloop:revision" in source


def test_a_function_without_a_record_has_no_revision(production: Production) -> None:
    production.deploy()
    assert production.telemetry.running_revision(Deployed(function=FUNCTION)) == ("", "")


def test_a_version_is_a_deployment(production: Production) -> None:
    production.deploy(revision=RUNNING)
    around = timedelta(minutes=5)
    now = datetime.now(UTC)
    of = Deployed(function=FUNCTION)
    found = production.telemetry.deployments(DeploymentSource.LAMBDA, of, now - around, now + around)
    assert [(one.what, one.revision) for one in found] == [(f"{FUNCTION} version 1", RUNNING)]
    assert production.telemetry.deployments(DeploymentSource.LAMBDA, of, now - 3 * around, now - around) == []
    assert production.telemetry.deployments(DeploymentSource.LAMBDA, Deployed(), now - around, now + around) == []
    production.name("1", "live")
    (named,) = production.telemetry.deployments(DeploymentSource.LAMBDA, of, now - around, now + around)
    assert named.what == f"{FUNCTION} version 1 (live)"


def test_an_ecs_services_deployment_knows_its_revision(production: Production) -> None:
    production.release("shop", "web", RUNNING)
    around, now = timedelta(minutes=5), datetime.now(UTC)
    of = Deployed(cluster="shop", ecs_service="web")
    (found,) = production.telemetry.deployments(DeploymentSource.ECS, of, now - around, now + around)
    assert found.what.startswith("ECS service web: web:1") and (found.revision, found.succeeded) == (RUNNING, True)


def test_an_ecs_service_leads_to_its_containers_log_groups(production: Production) -> None:
    production.release("shop", "web", RUNNING)
    assert production.telemetry.service_log_groups("shop", "web") == ["/ecs/web"]
    with pytest.raises(NotFound, match="nothing"):
        production.telemetry.service_log_groups("shop", "nothing")


def test_a_missing_function_is_an_error_not_an_unknown_revision(aws: None) -> None:
    with pytest.raises(NotFound, match="nothing"):
        CloudWatchTelemetry().running_revision(Deployed(function="nothing"))
    with pytest.raises(NotFound, match="nothing"):
        CloudWatchTelemetry().deployments(DeploymentSource.LAMBDA, Deployed(function="nothing"), START, END)


def test_a_composite_alarm_names_its_children(aws: None) -> None:
    """Moto has no composite alarms, so the answer is put into its mouth."""
    rule = 'ALARM("shop-errors") OR (ALARM(shop-latency) AND NOT OK("shop quiet"))'

    def answer(parsed: dict[str, object], **_: object) -> None:
        parsed["CompositeAlarms"] = [{"AlarmName": "shop", "AlarmRule": rule, "StateValue": "ALARM"}]

    telemetry = CloudWatchTelemetry()
    telemetry._cloudwatch.meta.events.register("after-call.cloudwatch.DescribeAlarms", answer)
    found = telemetry.alarm("shop")
    assert found and (found.children, found.state) == (["shop-errors", "shop-latency", "shop quiet"], "ALARM")
    assert telemetry.metric(found, START, END).points == []


class Paging(CloudWatchTelemetry):
    """Log events page by page, as AWS does and moto does not; page n holds the event `n`, or none."""

    def __init__(self, pages: int, empty: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.answered = 0

        def answer(parsed: dict[str, object], **_: object) -> None:
            number, self.answered = self.answered, self.answered + 1
            event = {"timestamp": int(INSIDE.timestamp() * 1000), "message": str(number), "logStreamName": "stream"}
            parsed["events"] = [] if number in empty else [event]
            parsed.pop("nextToken", None)
            if number < pages - 1:
                parsed["nextToken"] = f"token-{number}"

        self._logs.meta.events.register("after-call.logs.FilterLogEvents", answer)


def test_every_page_is_read_also_behind_an_empty_one(aws: None) -> None:
    AwsProduction().log(LOG_GROUP)
    page = Paging(5, empty=(1, 2)).log_events(LOG_GROUP, START, END)
    assert [event.message for event in page.events] == ["0", "3", "4"]
    assert page.cut == ""


def test_endless_pages_come_to_an_end_and_say_so(aws: None) -> None:
    AwsProduction().log(LOG_GROUP)
    telemetry = Paging(1_000)
    page = telemetry.log_events(LOG_GROUP, START, END)
    assert len(page.events) == telemetry.answered == MAX_PAGES
    assert str(MAX_PAGES) in page.cut


def test_reading_ends_when_its_time_is_over_and_says_so(aws: None) -> None:
    AwsProduction().log(LOG_GROUP)
    telemetry = Paging(1_000)

    page = read_log_events(telemetry._logs, LOG_GROUP, START, END, term="", max_bytes=1_000, max_seconds=-1)

    assert len(page.events) == telemetry.answered == 1
    assert "its time was over" in page.cut
