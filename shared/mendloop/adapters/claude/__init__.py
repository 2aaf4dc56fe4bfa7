"""One exchange with Claude through the anthropic SDK: the API, a compatible server, or Bedrock, by setting."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import anthropic
import httpx2

from mendloop.adapters.claude.errors import translated
from mendloop.domain.errors import Misconfigured, Throttled, Unavailable
from mendloop.ports import ModelMessage, ModelReply

_CACHED = {"type": "ephemeral"}
_LONGEST_WAIT = 8.0
"""Seconds before the one more try after an overload. The state machine is more patient; a waiting Lambda costs."""
_CONNECT_SECONDS = 10.0


class Claude:
    """`provider` is `api` or `bedrock`; `base_url` reaches any server that speaks the Messages API.

    `transport` stands in for the network, to record or to replay what is said.
    """

    def __init__(
        self,
        *,
        api_key: str,
        provider: str,
        model: str,
        base_url: str = "",
        transport: httpx2.BaseTransport | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = model
        self._wait = wait
        self._bedrock = provider == "bedrock"
        # The SDK's own retries would double the cost of an answer that was lost on its way, and wait as long as told.
        common: dict[str, Any] = {"base_url": base_url or None, "max_retries": 0}
        if transport:
            common["http_client"] = httpx2.Client(transport=transport)
        self._client: anthropic.Anthropic | anthropic.AnthropicBedrock
        with translated():
            if self._bedrock:
                self._client = anthropic.AnthropicBedrock(**common)
            elif provider == "api":
                self._client = anthropic.Anthropic(api_key=api_key, **common)
            else:
                raise Misconfigured(f"model_provider is {provider!r}; it must be api or bedrock")

    def count(self, system: str, messages: Sequence[ModelMessage], tools: Sequence[dict[str, object]]) -> int | None:
        """None on Bedrock, and where a compatible server cannot count: then bytes are."""
        if self._bedrock:
            return None
        count: Any = self._client.messages.count_tokens
        try:
            with translated():
                return int(count(**self._asked(system, messages, tools), timeout=_CONNECT_SECONDS).input_tokens)
        except (Misconfigured, Unavailable, Throttled):
            return None

    def exchange(
        self,
        system: str,
        messages: Sequence[ModelMessage],
        tools: Sequence[dict[str, object]],
        *,
        max_tokens: int,
        timeout_seconds: float,
    ) -> ModelReply:
        """Read as a stream, so that the time is bounded whatever the server does."""
        asked = {**self._asked(system, messages, tools), "max_tokens": max_tokens}
        deadline = time.monotonic() + timeout_seconds
        try:
            return self._answer(asked, deadline)
        except Throttled as error:
            pause = _pause(error)
            if pause > min(_LONGEST_WAIT, deadline - time.monotonic()):
                raise
            self._wait(pause)
            return self._answer(asked, deadline)

    def _answer(self, asked: dict[str, Any], deadline: float) -> ModelReply:
        stream: Any = self._client.messages.stream  # plain dictionaries stand in for the SDK's typed parameters
        seconds = max(1.0, deadline - time.monotonic())
        with translated(), stream(**asked, timeout=httpx2.Timeout(seconds, connect=_CONNECT_SECONDS)) as events:
            for _ in events:
                if time.monotonic() > deadline:
                    raise Unavailable("the model did not come to an end in time")
            return _reply(events.get_final_message())

    def _asked(
        self, system: str, messages: Sequence[ModelMessage], tools: Sequence[dict[str, object]]
    ) -> dict[str, Any]:
        """Tools and system prompt are cached for everybody, the conversation up to here for its next turn."""
        said: list[dict[str, Any]] = [{"role": each.role, "content": [*each.content]} for each in messages]
        if said and said[-1]["content"]:
            said[-1]["content"][-1] = {**said[-1]["content"][-1], "cache_control": _CACHED}
        asked: dict[str, Any] = {
            "model": self.name,
            "system": [{"type": "text", "text": system, "cache_control": _CACHED}],
            "messages": said,
            "tools": [_strict(tool) for tool in tools],
        }
        return {**asked, "tool_choice": {"type": "any"}} if tools else asked


def _strict(tool: dict[str, object]) -> dict[str, object]:
    """The provider keeps to the schema's shape. Bounds become part of its description: they are checked by us."""
    schema: Any = tool["input_schema"]
    return {**tool, "strict": True, "input_schema": anthropic.transform_schema(schema)}


def _pause(error: Throttled) -> float:
    """Seconds that the server asks for; half a second where it says nothing that can be read."""
    headers = getattr(getattr(error.__cause__, "response", None), "headers", {})
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name])) * unit
        except (KeyError, ValueError):
            continue
    return 0.5


def _reply(message: Any) -> ModelReply:
    """Unavailable where the answer broke off: the last event of a whole one says why it ended."""
    if not message.stop_reason:
        raise Unavailable("the model's answer broke off")
    usage = message.usage
    return ModelReply(
        content=[block.model_dump(mode="json", exclude_none=True) for block in message.content],
        stop_reason=message.stop_reason,
        input_tokens=usage.input_tokens or 0,
        cache_write_tokens=usage.cache_creation_input_tokens or 0,
        cache_read_tokens=usage.cache_read_input_tokens or 0,
        output_tokens=usage.output_tokens or 0,
        model=message.model or "",
    )
