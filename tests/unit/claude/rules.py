"""What the Messages API refuses in a request, by the wire of SDK 2.12 and the API's reference."""

import re
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
_EFFORTS = {"low", "medium", "high", "xhigh", "max"}
_LEAST_THOUGHT = 1_024
_BEDROCK = re.compile(r"/model/[^/]+/invoke(-with-response-stream)?")


def problem_with(path: str, headers: dict[str, str], body: dict[str, Any]) -> str:
    """The first thing that is wrong; empty when nothing is."""
    return next(_problems(path, headers, body), "")


def _problems(path: str, headers: dict[str, str], body: dict[str, Any]) -> Iterator[str]:
    bedrock, path = _BEDROCK.fullmatch(path) is not None, path.removeprefix("/anthropic")
    yield from _head(headers, bedrock=bedrock)
    if path == "/v1/messages/batches":
        yield from _batch(body)
    elif bedrock or path in {"/v1/messages", "/v1/messages/count_tokens"}:
        yield from _message(body, bedrock=bedrock, counting="count" in path)
    else:
        yield f"no such path {path}"


def _head(headers: dict[str, str], *, bedrock: bool) -> Iterator[str]:
    credentials = headers.get("authorization", "")
    if not ("x-api-key" in headers or credentials.startswith(("Bearer ", "AWS4-HMAC-SHA256 ")[: 1 + bedrock])):
        yield "no credentials"
    if not bedrock and "anthropic-version" not in headers:
        yield "anthropic-version is missing"


def _batch(body: dict[str, Any]) -> Iterator[str]:
    asked = body.get("requests") or [{}]
    if len({each.get("custom_id") for each in asked}) < len(asked) or not all(each.get("custom_id") for each in asked):
        yield "requests: each needs a custom_id of its own"
    for each in asked:
        yield from _message(each.get("params", {}), bedrock=False, counting=False)


def _message(body: dict[str, Any], *, bedrock: bool, counting: bool) -> Iterator[str]:
    needed = {"messages", "anthropic_version" if bedrock else "model"} | (set() if counting else {"max_tokens"})
    for name in sorted(needed - body.keys()):
        yield f"{name}: field required"
    for name in sorted(body.keys() - _FIELDS):
        yield f"{name}: extra inputs are not permitted"
    if bedrock and "model" in body:
        yield "model: it stands in the path"
    if not counting and not isinstance(body.get("max_tokens"), int):
        yield "max_tokens: not a number"
    yield from _tools(body)
    yield from _output(body)
    yield from _said(body.get("messages", []))
    cached = [block["cache_control"] for block in _blocks(body) if "cache_control" in block]
    if len(cached) > 4:
        yield "a maximum of 4 blocks with cache_control may be provided"
    if any(mark.get("type") != "ephemeral" or mark.get("ttl", "5m") not in {"5m", "1h"} for mark in cached):
        yield "cache_control: ephemeral, for 5m or 1h"


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
    if choice and choice.keys() - {"type", "name", "disable_parallel_tool_use"}:
        yield "tool_choice: extra inputs are not permitted"
    if choice and choice.get("type") == "tool" and choice.get("name") not in names:
        yield "tool_choice: no such tool"


def _output(body: dict[str, Any]) -> Iterator[str]:
    wanted, thinking = body.get("output_config", {}), body.get("thinking", {"type": "disabled"})
    if wanted.get("effort", "low") not in _EFFORTS or wanted.keys() - {"effort", "format"}:
        yield "output_config: invalid"
    if "format" in wanted:
        kind, schema = wanted["format"].get("type"), wanted["format"].get("schema")
        if kind != "json_schema" or not isinstance(schema, dict):
            yield "output_config.format: json_schema with a schema"
        else:
            yield from _strict(schema, "output_config.format")
    if thinking.get("type") not in {"adaptive", "enabled", "disabled", "between_tools"}:
        yield "thinking: invalid"
    if thinking.get("type") == "enabled" and not thinking.get("budget_tokens", 0) >= _LEAST_THOUGHT:
        yield "thinking.budget_tokens: at least 1024"


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
