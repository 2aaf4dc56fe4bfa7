"""Traces that loggers write as objects, frame by frame: told as the language itself prints them, for its reader."""

from typing import Any

MAX_FRAMES = 20_000
MAX_CAUSES = 20
_AND_THEN = "\n\nThe above exception was the direct cause of the following exception:\n\n"

Object = dict[str, Any]


def objects(value: object) -> list[Object]:
    """The objects of a list; none when it holds anything else."""
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return list(value[:MAX_FRAMES])
    return []


def printed_chain(chain: list[Object]) -> str:
    """As structlog's `dict_tracebacks` lists it: the exception, then its causes."""
    told = [text for text in map(_python, chain[:MAX_CAUSES]) if text]
    return _AND_THEN.join(reversed(told))


def printed_thrown(thrown: Object) -> str:
    """As log4j's JSON layouts and JBoss write an exception; "" when it has no such frames."""
    told: list[str] = []
    while isinstance(thrown, dict) and len(told) < MAX_CAUSES:
        frames = [text for text in map(_java, _frames_of(thrown)) if text]
        if not frames:
            break
        name, said = _first(thrown, "name", "exceptionType", "class"), _first(thrown, "message", "localizedMessage")
        head = f"{name}: {said}" if said else name
        told.append("\n".join([f"Caused by: {head}" if told else head, *frames]))
        thrown = thrown.get("cause") or thrown.get("causedBy") or {}
        thrown = thrown.get("exception", thrown) if isinstance(thrown, dict) else {}
    return "\n".join(told)


def printed_calls(calls: list[Object]) -> str:
    """As zerolog writes a stack: `func`, `line`, `source`."""
    told = [
        f"{call['func']}()\n\t{call['source']}:{call['line']}"
        for call in calls
        if isinstance(call.get("func"), str) and isinstance(call.get("source"), str) and str(call.get("line")).isdigit()
    ]
    return "\n".join(told)


def printed_php(thrown: Object) -> str:
    """As Monolog normalises an exception: places without functions."""
    name, trace = thrown.get("class"), thrown.get("trace")
    file = str(thrown.get("file", ""))
    if not (isinstance(name, str) and isinstance(trace, list) and file.rpartition(":")[2].isdigit()):
        return ""
    places = [str(place).rpartition(":") for place in trace[:MAX_FRAMES]]
    calls = [f"#{number} {path}({line}): ?()" for number, (path, _, line) in enumerate(places) if line.isdigit()]
    head = f"PHP Fatal error:  Uncaught {name}: {thrown.get('message', '')} in {file}"
    return "\n".join([head, "Stack trace:", *calls, f"#{len(calls)} {{main}}"])


def _python(one: Object) -> str:
    places = [
        f'  File "{frame.get("filename")}", line {frame.get("lineno")}, in {frame.get("name")}'
        for frame in objects(one.get("frames"))
    ]
    said = f"{one.get('exc_type')}: {one.get('exc_value')}"
    return "\n".join(["Traceback (most recent call last):", *places, said]) if places else ""


def _frames_of(thrown: Object) -> list[Object]:
    return next(filter(None, (objects(thrown.get(key)) for key in ("extendedStackTrace", "stackTrace", "frames"))), [])


def _java(frame: Object) -> str:
    owner, method, line = frame.get("class"), frame.get("method"), frame.get("line")
    if not (isinstance(owner, str) and isinstance(method, str)):
        return ""
    file = frame.get("file") or owner.rpartition(".")[2].split("$")[0] + ".java"
    return f"\tat {owner}.{method}({file}:{line})" if isinstance(line, int) and line > 0 else ""


def _first(thrown: Object, *names: str) -> str:
    return next((thrown[name] for name in names if isinstance(thrown.get(name), str)), "")
