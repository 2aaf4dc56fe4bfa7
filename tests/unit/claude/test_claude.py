import pytest

from functions.draft_patch.drafters.tools import definitions
from mendloop.adapters.claude import Claude
from mendloop.domain.errors import (
    AccessDenied,
    MendloopError,
    Misconfigured,
    Rejected,
    Throttled,
    TooLarge,
    Unavailable,
)
from mendloop.ports import ModelMessage, ModelReply
from tests.unit.claude.double import Answer, Double, failure, message, served

ASK = [ModelMessage(role="user", content=[{"type": "text", "text": "Hi"}])]


def ask(double: Double) -> ModelReply:
    client = Claude(api_key="test-key", provider="api", model="claude-sonnet-5", base_url=double.url)
    return client.exchange("Be brief.", ASK, definitions(), max_tokens=100, timeout_seconds=5)


def test_one_exchange_and_all_its_tokens() -> None:
    with served(message()) as double:
        reply = ask(double)
    assert reply.content == [{"type": "text", "text": "Hello"}]
    assert (reply.input_tokens, reply.output_tokens, reply.stop_reason) == (117, 5, "end_turn")
    sent = double.seen[0]
    assert sent["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert sent["messages"] == [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]
    assert "test-key" in (double.headers[0].get("authorization", "") + double.headers[0].get("x-api-key", ""))


def test_tool_uses_come_back_as_plain_blocks() -> None:
    block = {"type": "tool_use", "id": "toolu_1", "name": "read_file", "input": {"path": "a.py"}}
    with served(message(content=[block], stop_reason="tool_use")) as double:
        content = ask(double).content
    assert {name: content[0][name] for name in block} == block


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failure(429, "rate_limit_error"), Throttled),
        (failure(529, "overloaded_error"), Throttled),
        (failure(401, "authentication_error"), AccessDenied),
        (failure(403, "permission_error"), AccessDenied),
        (failure(402, "billing_error"), AccessDenied),
        (failure(404, "not_found_error"), Misconfigured),
        (failure(413, "request_too_large"), TooLarge),
        (failure(400, "invalid_request_error"), Rejected),
        (failure(500, "api_error"), Unavailable),
        (failure(504, "timeout_error"), Unavailable),
        (message(stop_reason="refusal"), Rejected),
        (message(stop_reason="model_context_window_exceeded"), TooLarge),
    ],
)
def test_every_failure_is_typed_and_repeats_no_text(answer: Answer, error: type[MendloopError]) -> None:
    with served(answer) as double, pytest.raises(error) as raised:
        ask(double)
    assert type(raised.value) is error
    assert "PROMPT ECHO" not in str(raised.value)


def test_overload_then_success() -> None:
    with served(failure(529, "overloaded_error"), message()) as double:
        assert ask(double).stop_reason == "end_turn"
    assert len(double.seen) == 2


def test_a_server_that_is_not_there() -> None:
    with served(message()) as double:
        url = double.url
    with pytest.raises(Unavailable):
        ask(Double([], url=url))


def test_an_unknown_provider_is_named() -> None:
    with pytest.raises(Misconfigured, match="must be api or bedrock"):
        Claude(api_key="", provider="other", model="m")
