"""What the Messages API refuses in a request, by the wire of SDK 2.12 and the API's reference."""

from collections.abc import Iterator
from typing import Any


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FIELDS = _words(
    "model max_tokens messages system tools tool_choice thinking output_config cache_control metadata "
    "stop_sequences service_tier speed container diagnostics inference_geo user_profile_id workspace_id stream "
    "anthropic_version"
)
_UNSUPPORTED = _words("minimum maximum minLength maxLength multipleOf pattern maxItems uniqueItems default")
_BLOCKS = {"text": ("text",), "tool_use": ("id", "name", "input"), "tool_result": ("tool_use_id",)}


def problem_with(path: str, headers: dict[str, str], body: dict[str, Any]) -> str:
    """The first thing that is wrong; empty when nothing is."""
    return next(_problems(path, headers, body), "")


def _problems(path: str, headers: dict[str, str], body: dict[str, Any]) -> Iterator[str]:
    bedrock = path.startswith("/model/") and path.endswith("/invoke-with-response-stream")
    if not bedrock and path not in {"/v1/messages", "/v1/messages/count_tokens"}:
        yield f"no such path {path}"
    if not bedrock and not ("x-api-key" in headers or headers.get("authorization", "").startswith("Bearer ")):
        yield "no credentials"
    if not bedrock and "anthropic-version" not in headers:
        yield "anthropic-version is missing"
    needed = {"messages"} | (set() if bedrock else {"model"}) | (set() if "count" in path else {"max_tokens"})
    for name in sorted(needed - body.keys()):
        yield f"{name}: field required"
    for name in sorted(body.keys() - _FIELDS):
        yield f"{name}: extra inputs are not permitted"
    if "count" not in path and not isinstance(body.get("max_tokens"), int):
        yield "max_tokens: not a number"
    yield from _tools(body)
    yield from _said(body.get("messages", []))
    if sum(1 for block in _blocks(body) if "cache_control" in block) > 4:
        yield "a maximum of 4 blocks with cache_control may be provided"


def _tools(body: dict[str, Any]) -> Iterator[str]:
    tools = body.get("tools", [])
    names = [tool.get("name") for tool in tools]
    if len(set(names)) != len(names):
        yield "tools: names must be unique"
    for tool in tools:
        if not {"name", "input_schema"} <= tool.keys():
            yield "tools: name and input_schema are required"
        elif tool.get("strict"):
            yield from _strict(tool["input_schema"], tool["name"])
    choice = body.get("tool_choice")
    if choice and (not tools or choice.get("type") not in {"auto", "any", "tool", "none"}):
        yield "tool_choice: invalid"
    if choice and choice.get("type") == "tool" and choice.get("name") not in names:
        yield "tool_choice: no such tool"


def _strict(schema: dict[str, Any], at: str) -> Iterator[str]:
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield f"{at}: additionalProperties must be false"
    for name in sorted(_UNSUPPORTED & schema.keys()):
        yield f"{at}: {name} is not supported"
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", [])]
    for each in [*inner, *([schema["items"]] if "items" in schema else [])]:
        yield from _strict(each, at)


def _said(messages: list[dict[str, Any]]) -> Iterator[str]:
    if not messages or messages[0].get("role") != "user":
        yield "messages: first message must use the user role"
    open_calls: list[str] = []
    for number, said in enumerate(messages):
        blocks = said.get("content")
        blocks = [{"type": "text", "text": blocks}] if isinstance(blocks, str) else blocks
        if said.get("role") not in {"user", "assistant"} or not blocks:
            yield f"messages.{number}: role or content is wrong"
            return
        yield from _content(number, blocks)
        answered = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        if sorted(answered) != sorted(open_calls):
            yield f"messages.{number}: tool_use ids were found without tool_result blocks, or the other way round"
        open_calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
    if open_calls:
        yield "messages: tool_use without tool_result"


def _content(number: int, blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        for name in _BLOCKS.get(block.get("type", ""), ("a known type",)):
            if name not in block:
                yield f"messages.{number}: {name} is missing"
        if block.get("type") == "text" and not block["text"].strip():
            yield f"messages.{number}: text content blocks must be non-empty"
        if block.get("type") == "tool_use" and not isinstance(block["input"], dict):
            yield f"messages.{number}: tool_use input must be an object"


def _blocks(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    system = body.get("system", [])
    yield from (system if isinstance(system, list) else [])
    yield from body.get("tools", [])
    for said in body.get("messages", []):
        yield from (said["content"] if isinstance(said.get("content"), list) else [])
