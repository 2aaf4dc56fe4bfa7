"""One exchange with Claude through the anthropic SDK: the API, a compatible server, or Bedrock, by setting."""

from collections.abc import Sequence
from typing import Any

import anthropic

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

_ERRORS: tuple[tuple[type[Exception], type[MendloopError]], ...] = (
    # The first row whose class matches counts, so a class stands above its parents.
    (anthropic.RateLimitError, Throttled),
    (anthropic.OverloadedError, Throttled),
    (anthropic.AuthenticationError, AccessDenied),
    (anthropic.PermissionDeniedError, AccessDenied),
    (anthropic.PaymentRequiredError, AccessDenied),
    (anthropic.CredentialsError, AccessDenied),
    (anthropic.NotFoundError, Misconfigured),
    (anthropic.ContentTooLargeError, TooLarge),
    (anthropic.RequestTooLargeError, TooLarge),
    (anthropic.RequestTimeoutError, Unavailable),
    (anthropic.ConflictError, Unavailable),
    (anthropic.InternalServerError, Unavailable),
    (anthropic.APIConnectionError, Unavailable),
    (anthropic.APIResponseValidationError, Unavailable),
    (anthropic.APIStatusError, Rejected),
    (anthropic.AnthropicError, Unavailable),
)
_RETRIES = 1
"""The state machine retries with more patience; a Lambda that waits costs money."""


class Claude:
    """`provider` is `api` or `bedrock`; `base_url` reaches any server that speaks the Messages API."""

    def __init__(self, *, api_key: str, provider: str, model: str, base_url: str = "") -> None:
        self._model = model
        self._client: anthropic.Anthropic | anthropic.AnthropicBedrock
        if provider == "bedrock":
            self._client = anthropic.AnthropicBedrock(base_url=base_url or None, max_retries=_RETRIES)
        elif provider == "api":
            self._client = anthropic.Anthropic(api_key=api_key, base_url=base_url or None, max_retries=_RETRIES)
        else:
            raise Misconfigured(f"model_provider is {provider!r}; it must be api or bedrock")

    def exchange(
        self,
        system: str,
        messages: Sequence[ModelMessage],
        tools: Sequence[dict[str, object]],
        *,
        max_tokens: int,
        timeout_seconds: float,
    ) -> ModelReply:
        """One answer. Cached input counts as input, so that no cost is shown too low."""
        create: Any = self._client.messages.create  # plain dictionaries stand in for the SDK's typed parameters
        try:
            message = create(
                model=self._model,
                max_tokens=max_tokens,
                system=[{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
                messages=[{"role": said.role, "content": said.content} for said in messages],
                tools=list(tools),
                timeout=timeout_seconds,
            )
        except anthropic.AnthropicError as error:
            raise _mapped(error) from error
        return _reply(message)


def _mapped(error: anthropic.AnthropicError) -> MendloopError:
    """Without the vendor's text where that could hold our prompt; its type and request id are enough to ask with."""
    mapped = next(ours for theirs, ours in _ERRORS if isinstance(error, theirs))
    kind = getattr(error, "type", None) or type(error).__name__
    request = getattr(error, "request_id", None)
    return mapped(f"the model's server answered {kind}" + (f" (request {request})" if request else ""))


def _reply(message: Any) -> ModelReply:
    if message.stop_reason == "refusal":
        raise Rejected("the model refused to answer")
    if message.stop_reason == "model_context_window_exceeded":
        raise TooLarge("the conversation exceeds the model's context window")
    usage = message.usage
    cached = (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0)
    return ModelReply(
        content=[block.model_dump(mode="json", exclude_none=True) for block in message.content],
        stop_reason=message.stop_reason or "",
        input_tokens=usage.input_tokens + cached,
        output_tokens=usage.output_tokens,
        model=message.model,
    )
