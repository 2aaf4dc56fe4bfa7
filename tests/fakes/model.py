"""A model that says what it was told to say."""

from collections.abc import Sequence
from dataclasses import dataclass

from mendloop.domain.errors import MendloopError
from mendloop.ports import ModelMessage, ModelReply


@dataclass(frozen=True)
class Exchange:
    """What one call was made with."""

    system: str
    messages: list[ModelMessage]
    tools: list[dict[str, object]]
    max_tokens: int


class ScriptedModel:
    """Answers in order; an error in the script is raised. A call beyond the script fails the test."""

    def __init__(self, *script: ModelReply | MendloopError) -> None:
        self._script = list(script)
        self.exchanges: list[Exchange] = []
        self.name = "scripted"

    def count(self, system: str, messages: Sequence[ModelMessage], tools: Sequence[dict[str, object]]) -> int | None:
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
        self.exchanges.append(Exchange(system, list(messages), list(tools), max_tokens))
        assert self._script, "the script has no further answer"
        answer = self._script.pop(0)
        if isinstance(answer, MendloopError):
            raise answer
        return answer


def reply(text: str = "", *tools: dict[str, object], input_tokens: int = 100, output_tokens: int = 50) -> ModelReply:
    """An answer of text and tool uses (each `{"id", "name", "input"}`)."""
    content: list[dict[str, object]] = [{"type": "text", "text": text}] if text else []
    content += [{"type": "tool_use", **tool} for tool in tools]
    return ModelReply(
        content=content,
        stop_reason="tool_use" if tools else "end_turn",
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        model="scripted",
    )
