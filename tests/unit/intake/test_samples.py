"""Our own sample events, one file per case, say what the readers make of them."""

import json
from pathlib import Path

import pytest

from functions.intake.readers import Verdict, read
from mendloop.contracts.incident import SignalKind
from mendloop.domain.errors import BadEvent
from mendloop.runtime.entry import read_execution

EVENTS = Path(__file__).parents[3] / "events"
SIGNALS = {
    "cloudwatch/metric_alarm": (SignalKind.ALARM, "shop-errors"),
    "cloudwatch/metric_math_alarm": (SignalKind.ALARM, "shop-error-rate"),
    "cloudwatch/composite_alarm": (SignalKind.ALARM, "shop-unwell"),
    "cloudwatch/slo_alarm": (SignalKind.ALARM, "shop-slo"),
    "cloudwatch/own_alarm": (SignalKind.ALARM, "mendloop-dead-letters"),
    "cloudwatch/autoscaling_alarm": (SignalKind.ALARM, "TargetTracking-table/shop-AlarmHigh-1f2e"),
    "alarm_action/metric_alarm": (SignalKind.ALARM, "shop-errors"),
    "sns/metric_alarm_in_queue": (SignalKind.ALARM, "shop-errors"),
    "sns/metric_alarm_raw": (SignalKind.ALARM, "shop-errors"),
    "sns/metric_alarm_to_function": (SignalKind.ALARM, "shop-errors"),
    "logs/errors": (SignalKind.LOG_ERRORS, "/aws/lambda/shop-api"),
    "logs/errors_decoded": (SignalKind.LOG_ERRORS, "/aws/lambda/shop-api"),
    "ecs/deployment_failed": (SignalKind.ECS_DEPLOYMENT, "shop"),
    "ecs/deployment_rolling_back": (SignalKind.ECS_DEPLOYMENT, "shop"),
    "ecs/task_failed": (SignalKind.ECS_TASK, "shop"),
    "codedeploy/deployment_failed": (SignalKind.CODEDEPLOY, "d-ABCDEF123"),
    "codepipeline/pipeline_failed": (SignalKind.CODEPIPELINE, "shop"),
    "codebuild/build_failed": (SignalKind.CODEBUILD, "shop"),
    "cloudformation/stack_rolled_back": (SignalKind.CLOUDFORMATION, "shop"),
    "lambda_destination/retries_exhausted": (SignalKind.LAMBDA_FAILURE, "shop-worker"),
    "lambda_destination/through_eventbridge": (SignalKind.LAMBDA_FAILURE, "shop-worker"),
    "synthetics/canary_failed": (SignalKind.CANARY, "shop-checkout"),
    "health/issue": (SignalKind.HEALTH, "shop-api"),
    "mendloop/rehearsal": (SignalKind.REHEARSAL, "shop"),
    "mendloop/replay": (SignalKind.ALARM, "shop-errors"),
}
RECOVERED = {"cloudwatch/metric_alarm_recovers"}
IGNORED = {
    "cloudwatch/metric_alarm_no_data",
    "cloudwatch/alarm_edited",
    "logs/no_errors",
    "logs/control_message",
    "ecs/deployment_completed",
    "ecs/task_scaled_in",
    "cloudformation/stack_updated",
}
NOT_UNDERSTOOD = {"logs/truncated", "unknown/ec2_state_change"}
ONE_STATE_CHANGE = [
    "cloudwatch/metric_alarm",
    "alarm_action/metric_alarm",
    "sns/metric_alarm_in_queue",
    "sns/metric_alarm_raw",
    "sns/metric_alarm_to_function",
    "mendloop/replay",
]


def sample(name: str) -> object:
    return json.loads((EVENTS / f"{name}.json").read_text())


def test_every_sample_is_spoken_for() -> None:
    files = {path.relative_to(EVENTS).with_suffix("").as_posix() for path in EVENTS.glob("*/*.json")}

    assert {name for name in files if not name.startswith("steps/")} == {
        *SIGNALS,
        *RECOVERED,
        *IGNORED,
        *NOT_UNDERSTOOD,
    }


@pytest.mark.parametrize("name", SIGNALS)
def test_failing_samples_are_signals(name: str) -> None:
    (reading,) = read(sample(name))

    assert reading.verdict is Verdict.SIGNAL and reading.signal is not None
    assert (reading.kind, reading.resource) == SIGNALS[name]
    assert (reading.signal.kind, reading.signal.resource, reading.signal.time) == (*SIGNALS[name], reading.time)


@pytest.mark.parametrize("name", [*RECOVERED, *IGNORED])
def test_healthy_samples_start_nothing(name: str) -> None:
    (reading,) = read(sample(name))

    assert reading.verdict is (Verdict.RECOVERED if name in RECOVERED else Verdict.IGNORED)


@pytest.mark.parametrize("name", NOT_UNDERSTOOD)
def test_what_no_reader_understands_is_a_bad_event(name: str) -> None:
    with pytest.raises(BadEvent):
        read(sample(name))


def test_one_state_change_has_one_identity_however_it_is_delivered() -> None:
    assert len({read(sample(name))[0].identity for name in ONE_STATE_CHANGE}) == 1


def test_a_deployment_that_fails_and_rolls_back_is_one_happening() -> None:
    both = ("ecs/deployment_failed", "ecs/deployment_rolling_back")

    assert len({read(sample(name))[0].identity for name in both}) == 1


def test_an_alarms_dimensions_and_children_are_read() -> None:
    (rate,), (composite,) = read(sample("cloudwatch/metric_math_alarm")), read(sample("cloudwatch/composite_alarm"))

    assert rate.signal and rate.signal.dimensions == {"FunctionName": "shop-api"}
    assert composite.signal and composite.signal.children == ["shop-errors"]
    assert rate.signal.console_url.endswith("#alarmsV2:alarm/shop-error-rate")


@pytest.mark.parametrize("path", sorted((EVENTS / "steps").glob("*.json")), ids=lambda path: path.stem)
def test_each_steps_sample_is_an_execution_document_that_a_room_is_named_after(path: Path) -> None:
    execution = read_execution(json.loads(path.read_text()))

    assert execution.model_dump(mode="json") == json.loads(path.read_text())
    assert (EVENTS.parent / "functions" / path.stem).is_dir()
