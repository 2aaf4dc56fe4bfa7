"""The double against thirty conversations recorded with SDK 2.12.

What the installed SDK asks is what it asked then, the double takes it as the API does, and what the SDK makes of the
answers is what it made of them then.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import anthropic
import pytest
from pydantic import BaseModel, Field

from tests.unit.claude.double import Answer, Broken, Double, error, failure, message, served
from tests.unit.claude.rules import problem_with

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "recorded.json").read_text(encoding="utf-8"))
OPUS, SONNET = "claude-opus-5", "eu.anthropic.claude-sonnet-4-6-v1:0"
SAID: Any = [{"role": "user", "content": "x"}]
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}
TOOL: Any = {"name": "f", "description": "d", "strict": True, "input_schema": SCHEMA}
USED = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}}
USAGE = {"input_tokens": 10, "output_tokens": 9}
BOTH = message(content=[{"type": "text", "text": "Hi"}, USED], stop_reason="tool_use", usage=USAGE)
SCRIPTS: dict[str, Answer] = {
    "parse": message(content=[{"type": "text", "text": '{"root_cause": "x", "line": 3}'}]),
    "parse_bad_json": message(content=[{"type": "text", "text": "no json"}]),
    "stream": BOTH,
    "bedrock_stream": BOTH,
    "stream_error_event": Broken(
        BOTH[1], 2, f"event: error\ndata: {json.dumps(error('overloaded_error'))}\n\n".encode()
    ),
    "x_should_retry_false": failure(529, "overloaded_error"),
}


class Out(BaseModel):
    root_cause: str
    line: int = Field(ge=1)


def api(double: Double) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key="sk-test", base_url=double.url)


def bedrock(double: Double, **given: Any) -> anthropic.AnthropicBedrock:
    keys: dict[str, Any] = {"aws_access_key": "AKIDEXAMPLE", "aws_secret_key": "s"}
    return anthropic.AnthropicBedrock(base_url=double.url, aws_region="eu-west-1", **(given or keys))


def short(double: Double) -> Any:
    return api(double).messages.create(model=OPUS, max_tokens=1, messages=SAID).stop_reason


def create(double: Double) -> Any:
    return (
        api(double)
        .messages.create(
            model=OPUS,
            max_tokens=16,
            messages=SAID,
            system=[{"type": "text", "text": "s", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
            thinking={"type": "adaptive"},
            output_config={"effort": "low"},
            tools=[TOOL],
            tool_choice={"type": "tool", "name": "f", "disable_parallel_tool_use": True},
        )
        .stop_reason
    )


def parse(double: Double) -> Any:
    parsed = api(double).messages.parse(model=OPUS, max_tokens=16, messages=SAID, output_format=Out).parsed_output
    return parsed.model_dump() if parsed else None


def stream(double: Double) -> Any:
    with api(double).messages.stream(model=OPUS, max_tokens=16, messages=SAID, tools=[TOOL]) as events:
        kinds, final = [event.type for event in events], events.get_final_message()
    used = next(block.input for block in final.content if block.type == "tool_use")
    return {
        "kinds": kinds, "stop": final.stop_reason, "tool_input": used, "output_tokens": final.usage.output_tokens,
    }  # fmt: skip


def count(double: Double) -> Any:
    return api(double).messages.count_tokens(model=OPUS, messages=SAID, tools=[TOOL]).input_tokens


def batch(double: Double) -> Any:
    params: Any = {"model": OPUS, "max_tokens": 5, "messages": SAID}
    return api(double).messages.batches.create(requests=[{"custom_id": "a", "params": params}]).processing_status


def results(double: Double) -> Any:
    return [each.result.type for each in api(double).messages.batches.results("msgbatch_1")]


def models(double: Double) -> Any:
    return [model.id for model in api(double).models.list()]


def too_long(double: Double) -> Any:
    return api(double).messages.create(model=OPUS, max_tokens=30_000, messages=SAID)


def bedrock_create(double: Double) -> Any:
    return bedrock(double).messages.create(model=SONNET, max_tokens=5, messages=SAID, tools=[TOOL]).stop_reason


def bedrock_stream(double: Double) -> Any:
    with bedrock(double).messages.stream(model=SONNET, max_tokens=5, messages=SAID) as events:
        return [event.type for event in events]


def bedrock_count(double: Double) -> Any:
    return bedrock(double).messages.count_tokens(model=SONNET, messages=SAID)


def bedrock_batch(double: Double) -> Any:
    return bedrock(double).messages.batches.create(requests=[])


def bedrock_bearer(double: Double) -> Any:
    client = bedrock(double, api_key="bedrock-api-key")
    return client.messages.create(model="anthropic.claude-x", max_tokens=5, messages=SAID).stop_reason


def mantle(double: Double) -> Any:
    client = anthropic.AnthropicBedrockMantle(api_key="k", aws_region="eu-west-1", base_url=f"{double.url}/anthropic")
    return client.messages.create(model="anthropic.claude-opus-5", max_tokens=5, messages=SAID).stop_reason


CALLS: dict[str, Callable[[Double], Any]] = {
    "create": create, "parse": parse, "parse_bad_json": parse, "stream": stream, "stream_error_event": stream,
    "count_tokens": count, "batch_create": batch, "batch_results": results, "models_list": models,
    "nonstreaming_too_long": too_long, "bedrock_create": bedrock_create, "bedrock_stream": bedrock_stream,
    "bedrock_count_tokens": bedrock_count, "bedrock_batch": bedrock_batch, "bedrock_bearer": bedrock_bearer,
    "mantle_create": mantle,
}  # fmt: skip


def answers_of(name: str) -> list[Answer]:
    if name == "retry_after_then_ok":
        return [failure(429, "rate_limit_error"), message()]
    if name.startswith("error_"):
        told = RECORDED[name]["result"]
        return [failure(told["status"], told["type"])]
    return [SCRIPTS.get(name, message())]


def came_to(call: Callable[[Double], Any], double: Double) -> Any:
    """What the SDK returned; of an error what a caller can tell it by."""
    try:
        return call(double)
    except Exception as raised:
        names = [base.__name__ for base in type(raised).__mro__[1:4]]
        kind, status = getattr(raised, "type", None), getattr(raised, "status_code", None)
        return {"raised": type(raised).__name__, "mro": names, "type": kind, "status": status}


def test_all_thirty_are_there() -> None:
    assert len(RECORDED) == 30 and CALLS.keys() <= RECORDED.keys()


@pytest.mark.parametrize("name", RECORDED)
def test_the_sdk_asks_and_understands_what_was_recorded(name: str) -> None:
    more = {"x-should-retry": "false"} if name == "x_should_retry_false" else {}
    with served(*answers_of(name), more_headers=more, counts=14) as double:
        result = came_to(CALLS.get(name, short), double)
    assert result == RECORDED[name]["result"]
    assert double.refused == []
    asked = [(method, unquote(path), body) for method, path, _, body in double.requests]
    assert asked == [(one["method"], one["path"], one["body"]) for one in RECORDED[name]["requests"]]
    for (_, _, headers, _), one in zip(double.requests, RECORDED[name]["requests"], strict=True):
        sent = {**headers, "authorization": headers["authorization"].split()[0]}
        assert {header: sent.get(header) for header in one["headers"]} == one["headers"]


POSTED = [(name, one) for name, case in RECORDED.items() for one in case["requests"][:1] if one["body"]]
SPOILED: list[Callable[[dict[str, Any]], Any]] = [
    lambda body: body.pop("messages", body.pop("requests", None)),
    lambda body: body.update(temperature=0) if "messages" in body else body["requests"][0]["params"].update(top_p=1),
]


@pytest.mark.parametrize("spoil", SPOILED, ids=["missing", "gone"])
def test_each_recorded_request_is_refused_once_it_is_spoiled(spoil: Callable[[dict[str, Any]], Any]) -> None:
    for name, one in POSTED:
        headers = {**one["headers"], "authorization": f"{one['headers']['authorization']} k"}
        body = json.loads(json.dumps(one["body"]))
        assert problem_with(one["path"], headers, body) == "", name
        spoil(body)
        assert problem_with(one["path"], headers, body), name
        assert problem_with(one["path"], {**headers, "authorization": ""}, one["body"]) == "no credentials"


@pytest.mark.parametrize(
    ("case", "spoil"),
    [
        ("create", lambda body: body["tool_choice"].update(name="g")),
        ("create", lambda body: body["tool_choice"].update(type="some")),
        ("create", lambda body: body["output_config"].update(effort="most")),
        ("create", lambda body: body["thinking"].update(type="enabled", budget_tokens=10)),
        ("create", lambda body: body["system"][0]["cache_control"].update(ttl="2h")),
        ("stream", lambda body: body["tools"][0]["input_schema"].pop("additionalProperties")),
        ("stream", lambda body: body["tools"][0]["input_schema"]["properties"]["a"].update(minimum=1)),
        ("parse", lambda body: body["output_config"]["format"]["schema"].pop("additionalProperties")),
        ("parse", lambda body: body["output_config"]["format"].update(type="text")),
        ("bedrock_create", lambda body: body.pop("anthropic_version")),
        ("bedrock_create", lambda body: body.update(model="m")),
        ("batch_create", lambda body: body["requests"][0].pop("custom_id")),
        ("batch_create", lambda body: body["requests"][0]["params"].pop("max_tokens")),
    ],
)  # fmt: skip
def test_what_is_checked_of_tools_formats_and_batches(case: str, spoil: Callable[[dict[str, Any]], Any]) -> None:
    one = RECORDED[case]["requests"][0]
    body = json.loads(json.dumps(one["body"]))
    spoil(body)
    headers = {**one["headers"], "authorization": f"{one['headers']['authorization']} k"}
    assert problem_with(one["path"], headers, body)
