import json
from pathlib import Path
from typing import Any

import anthropic
import pytest

from functions.draft_patch.drafters.tools import definitions
from mendloop.adapters.claude import Claude
from mendloop.adapters.claude.recording import Recorder, Replayer
from mendloop.domain.errors import (
    AccessDenied,
    BadInput,
    MendloopError,
    Misconfigured,
    Rejected,
    Throttled,
    TooLarge,
    Unavailable,
)
from mendloop.ports import ModelMessage, ModelReply
from tests.unit.claude.double import Answer, Broken, Double, error, failure, message, served
from tests.unit.claude.rules import problem_with

ASK = [ModelMessage(role="user", content=[{"type": "text", "text": "Hi"}])]
CALL = {"type": "tool_use", "id": "toolu_1", "name": "read_file", "input": {"path": "a.py"}}
HEADERS = {"authorization": "Bearer k", "anthropic-version": "2026-10-21"}


def client(double: Double, **given: Any) -> Claude:
    return Claude(api_key="test-key", provider="api", model="claude-sonnet-5", base_url=double.url, **given)


def ask(double: Double, seconds: float = 5, **given: Any) -> ModelReply:
    return client(double, **given).exchange("Be brief.", ASK, definitions(), max_tokens=100, timeout_seconds=seconds)


def test_one_exchange_and_all_its_tokens() -> None:
    with served(message()) as double:
        reply = ask(double)
    assert double.refused == []
    assert reply.content == [{"type": "text", "text": "Hello"}]
    assert (reply.input_tokens, reply.output_tokens, reply.stop_reason) == (10, 5, "end_turn")
    assert (reply.cache_write_tokens, reply.cache_read_tokens) == (7, 100)
    sent = double.seen[0]
    assert sent["system"][0]["cache_control"] == {"type": "ephemeral"}
    cached = {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}
    assert sent["messages"] == [{"role": "user", "content": [cached]}]
    assert sent["tool_choice"] == {"type": "any"} and all(tool["strict"] for tool in sent["tools"])
    assert "test-key" in (double.headers[0].get("authorization", "") + double.headers[0].get("x-api-key", ""))


def test_tool_uses_come_back_as_plain_blocks() -> None:
    with served(message(content=[CALL], stop_reason="tool_use")) as double:
        content = ask(double).content
    assert {name: content[0][name] for name in CALL} == CALL


@pytest.mark.parametrize("stop", ["refusal", "max_tokens", "model_context_window_exceeded"])
def test_an_answer_that_ends_otherwise_keeps_its_usage(stop: str) -> None:
    with served(message(stop_reason=stop)) as double:
        reply = ask(double)
    assert (reply.stop_reason, reply.output_tokens) == (stop, 5)


FAILURES: list[tuple[Answer, type[MendloopError]]] = [
    (failure(429, "rate_limit_error"), Throttled),
    (failure(529, "overloaded_error"), Throttled),
    (failure(401, "authentication_error"), AccessDenied),
    (failure(403, "permission_error"), AccessDenied),
    (failure(402, "billing_error"), AccessDenied),
    (failure(404, "not_found_error"), Misconfigured),
    (failure(413, "request_too_large"), TooLarge),
    (failure(400, "invalid_request_error"), Rejected),
    (failure(422, "unprocessable"), Rejected),
    (failure(408, "timeout_error"), Unavailable),
    (failure(409, "conflict"), Unavailable),
    (failure(500, "api_error"), Unavailable),
    (failure(503, "unavailable"), Unavailable),
    (failure(504, "timeout_error"), Unavailable),
    (Broken(message()[1], 3, cut=True), Unavailable),
    (Broken(message()[1], 0, cut=True), Unavailable),
    (Broken(message()[1], 4), Unavailable),
    (Broken(message()[1], 0), Unavailable),
    (Broken(message()[1], 2, b"event: content_block_delta\ndata: {no json\n\n"), Unavailable),
    (Broken(message()[1], 1, b'event: content_block_delta\ndata: {"type": "content_block_delta"}\n\n'), Unavailable),
    (Broken(message()[1], 0, b"<html>a proxy's page</html>"), Unavailable),
    (Broken(message()[1], 2, f"event: error\ndata: {json.dumps(error('overloaded_error'))}\n\n".encode()), Unavailable),
]


@pytest.mark.parametrize(("answer", "error"), FAILURES, ids=range(len(FAILURES)))
def test_every_failure_is_typed_and_repeats_no_text(answer: Answer, error: type[MendloopError]) -> None:
    with served(answer) as double, pytest.raises(error) as raised:
        ask(double)
    assert type(raised.value) is error
    assert "PROMPT ECHO" not in str(raised.value)
    assert double.refused == []


def test_only_what_surely_cost_nothing_is_asked_again() -> None:
    for answer, asked in ((failure(529, "overloaded_error"), 2), (failure(500, "api_error"), 1)):
        with served(answer) as double, pytest.raises(MendloopError):
            ask(double)
        assert len(double.seen) == asked


def test_overload_then_success() -> None:
    with served(failure(529, "overloaded_error"), message()) as double:
        assert ask(double).stop_reason == "end_turn"
    assert len(double.seen) == 2


def test_a_server_that_wants_a_long_wait_is_left_to_the_state_machine() -> None:
    waited: list[float] = []
    with served(failure(429, "rate_limit_error"), retry_after_ms="9000") as double, pytest.raises(Throttled):
        ask(double, wait=waited.append)
    assert (waited, len(double.seen)) == ([], 1)


def test_an_answer_that_never_ends_is_given_up() -> None:
    with served(Broken(message()[1], 2, hang=True)) as double, pytest.raises(Unavailable):
        ask(double, seconds=0.2)
    assert len(double.seen) == 1


def test_tokens_are_counted_before_they_are_sent() -> None:
    with served(message()) as double:
        assert client(double).count("Be brief.", ASK, definitions()) == 150
    assert "max_tokens" not in double.counted[0] and double.seen == [] and double.refused == []
    with served(message(), can_count=False) as double:
        assert client(double).count("Be brief.", ASK, definitions()) is None


def test_a_server_that_is_not_there() -> None:
    with served(message()) as double:
        url = double.url
    with pytest.raises(Unavailable):
        ask(Double([], url=url))
    assert client(Double([], url=url)).count("", ASK, definitions()) is None


def test_an_unknown_provider_is_named() -> None:
    with pytest.raises(Misconfigured, match="must be api or bedrock"):
        Claude(api_key="", provider="other", model="m")


def test_a_compatible_server_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(message()) as double:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", double.url)
        reply = Claude(api_key="k", provider="api", model="m").exchange(
            "", ASK, definitions(), max_tokens=9, timeout_seconds=5
        )
    assert reply.stop_reason == "end_turn" and len(double.seen) == 1


def test_bedrock_by_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
    ):
        monkeypatch.setenv(name, value)
    with served(message(content=[CALL], stop_reason="tool_use")) as double:
        model = Claude(api_key="", provider="bedrock", model="eu.anthropic.claude-sonnet-4-6-v1:0", base_url=double.url)
        reply = model.exchange("Be brief.", ASK, definitions(), max_tokens=100, timeout_seconds=5)
        assert model.count("Be brief.", ASK, definitions()) is None
    assert double.refused == [] and double.paths[0].startswith("/model/eu.anthropic.claude-sonnet-4-6-v1")
    assert reply.stop_reason == "tool_use" and reply.used.cache_read == 100
    assert double.headers[0]["authorization"].startswith("AWS4-HMAC-SHA256")


def test_what_was_recorded_is_replayed_without_a_server_and_holds_no_key(tmp_path: Path) -> None:
    file = tmp_path / "talk.jsonl"
    with served(failure(529, "overloaded_error"), message(content=[CALL], stop_reason="tool_use")) as double:
        told = ask(double, transport=Recorder(file))
        url = double.url
    assert "test-key" not in file.read_text() and len(file.read_text().splitlines()) == 2
    assert ask(Double([], url=url), transport=Replayer(file)) == told
    with pytest.raises(Misconfigured, match="something else was asked then"):
        client(Double([], url=url), transport=Replayer(file)).exchange(
            "Other.", ASK, [], max_tokens=1, timeout_seconds=5
        )
    spent = Replayer(file)
    ask(Double([], url=url), transport=spent)
    with pytest.raises(Misconfigured, match="ends before exchange 3"):
        ask(Double([], url=url), transport=spent)
    with pytest.raises(BadInput, match="no recording"):
        Replayer(tmp_path / "nowhere")


GOOD: dict[str, Any] = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}
USED = {"role": "assistant", "content": [CALL]}


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0},
        {"messages": []},
        {"messages": [{"role": "assistant", "content": "x"}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]},
        {"messages": [*GOOD["messages"], USED]},
        {"messages": [*GOOD["messages"], USED, {"role": "user", "content": "no result"}]},
        {"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_9"}]}]},
        {"tool_choice": {"type": "any"}},
        {"tools": [{"name": "f", "input_schema": {"type": "object", "properties": {}}, "strict": True}]},
        {"tools": [{"name": "f"}]},
        {"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}] * 5},
    ],
)
def test_the_double_refuses_what_the_api_refuses(fields: dict[str, Any]) -> None:
    assert problem_with("/v1/messages", HEADERS, GOOD) == ""
    assert problem_with("/v1/messages", HEADERS, {**GOOD, **fields})


def test_the_double_knows_the_sdk_that_is_installed() -> None:
    assert anthropic.__version__.split(".")[0] == "2"
