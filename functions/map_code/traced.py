"""Traced requests without a stack trace: the function that the faulting part names, else its route's handler."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from functions.map_code.candidates import Pool
from functions.map_code.search import Hit, Search
from functions.map_code.snapshot import Snapshot
from mendloop.contracts.evidence import Evidence, TracedCall, TracedRequest
from mendloop.domain.catalog import Service
from mendloop.domain.source_code import SUFFIXES_OF, Function, SourceFile

_NAMED = re.compile(r"^## ([\w.$<>]+)$")
"""How tracing libraries call the part of a function: `## package.module.function`."""
_QUOTED = re.compile(rb"""["'`](?:[A-Z]+ )?(/[^"'`\s]{0,200})["'`]""")
_PLACEHOLDER = re.compile(r"^(?::\w+|[{<\[].*[}>\]]|\*+)$")
_HANDLER = re.compile(r"[\w.]*?(\w+)\s*\)")
_DECORATED = 6
"""Lines between a route and the function that it decorates."""
_MOST_FILES = 200
_MOST_REQUESTS = 10


def read_traced(evidence: Evidence, service: Service, snapshot: Snapshot, pool: Pool) -> None:
    """Adds what the traced requests point to: the more of them agree, the likelier."""
    found: dict[tuple[str, str], tuple[Hit, str, int]] = {}
    requests = evidence.traces[-_MOST_REQUESTS:]
    for request in requests:
        for hit, reason in _pointed(request, service, snapshot):
            key = (hit.path, hit.function.name)
            found[key] = (hit, reason, found.get(key, (hit, reason, 0))[2] + 1)
    for hit, reason, count in found.values():
        candidate = pool.get(hit.path, hit.function.name, (hit.function.start, hit.function.end))
        said = f"{reason} in {count} of {len(requests)} traced requests"
        candidate.add("traced", count / len(requests), said)


def _pointed(request: TracedRequest, service: Service, snapshot: Snapshot) -> list[tuple[Hit, str]]:
    """The innermost named function that failed, else the handler of the innermost route, else the service's own."""
    faulty = [call for call in reversed(request.calls) if call.failure == "fault"]
    for read in (_by_name, _by_route):
        for call in faulty:
            if found := list(read(call, service, snapshot)):
                return found
    entry = _dotted(service.entry_point.replace(":", "."), service, snapshot) if faulty else None
    return [(entry, "handles the requests of the faulting service")] if entry else []


def _by_name(call: TracedCall, service: Service, snapshot: Snapshot) -> Iterator[tuple[Hit, str]]:
    named = _NAMED.match(call.name)
    if named and (hit := _dotted(named.group(1).replace("<locals>.", ""), service, snapshot)):
        yield hit, "the faulting part of the trace is this function:"


def _dotted(name: str, service: Service, snapshot: Snapshot) -> Hit | None:
    """`package.module.Class.method`: as much of it as is a file, the rest a function there; alone: in the entry's."""
    parts = [part for part in name.split(".") if part]
    if len(parts) == 1 and service.entry_point:
        parts = [*service.entry_point.partition(":")[0].split("."), *parts]
    for cut in range(len(parts) - 1, 0, -1):
        tail, function = "/".join(parts[:cut]), ".".join(parts[cut:])
        for path in _files(parts[cut - 1], tail, service, snapshot):
            source = snapshot.source(path)
            if source and (found := source.named(function)):
                return Hit(path, found)
    return None


def _files(stem: str, tail: str, service: Service, snapshot: Snapshot) -> list[str]:
    """Files of that name at the end of such a path; the service's own first."""
    names, root = snapshot.by_name(), f"{service.root.strip('/')}/".lstrip("/")
    suffixes = [suffix for each in SUFFIXES_OF.values() for suffix in each]
    found = [path for suffix in suffixes for path in names.get(f"{stem}{suffix}", ())]
    fitting = [path for path in found if f"/{path.rpartition('.')[0]}".endswith(f"/{tail}")]
    return sorted(fitting, key=lambda path: (not path.startswith(root), len(path)))


def _by_route(call: TracedCall, service: Service, snapshot: Snapshot) -> Iterator[tuple[Hit, str]]:
    wanted = _segments(call.route)
    fixed = next((one for one in wanted if not _PLACEHOLDER.match(one)), "")
    root = f"{service.root.strip('/')}/".lstrip("/")
    for language in SUFFIXES_OF if fixed else ():
        if not any(path.endswith(SUFFIXES_OF[language]) for path in snapshot.paths):
            continue
        search = Search(snapshot, language)
        for path, content in _few(search, fixed.encode()):
            for match in _QUOTED.finditer(content) if path.startswith(root) else ():
                if _fits(_segments(match.group(1).decode("utf-8", "replace")), wanted):
                    hit = _handler(path, content.count(b"\n", 0, match.start()) + 1, search)
                    if hit:
                        yield hit, "handles the route of the faulting part,"


def _few(search: Search, needle: bytes) -> Iterator[tuple[str, bytes]]:
    for count, found in enumerate(search.words.holding(needle)):
        if count >= _MOST_FILES:
            return
        yield found


def _segments(route: str) -> list[str]:
    """Of a path without its method and query."""
    path = route.rpartition(" ")[2].split("?", 1)[0]
    return [unquote(one) for one in path.split("/") if one]


def _fits(written: list[str], asked: list[str]) -> bool:
    """Whether a route in the code answers a path: equal, placeholders apart; something of it must be equal."""
    if len(written) != len(asked) or not set(written) & set(asked):
        return False
    return all(one == other or _PLACEHOLDER.match(one) for one, other in zip(written, asked, strict=True))


def _handler(path: str, line: int, search: Search) -> Hit | None:
    """The decorated function, the one named beside the route, else the one around it."""
    source = search.snapshot.source(path)
    if source is None:
        return None
    text = source.lines[line - 1]
    beside = _HANDLER.search(text.rpartition(",")[2]) if "," in text else None
    named = source.ending(beside.group(1)) if beside else []
    found = _decorated(source, line) or next(iter(named), None) or source.enclosing(line)
    return Hit(path, found) if found else None


def _decorated(source: SourceFile, line: int) -> Function | None:
    """What a decorator or an annotation on that line stands before; nothing but the like may stand between."""
    if not source.lines[line - 1].lstrip().startswith("@"):
        return None
    below = (one for one in source.functions if line <= one.start <= line + _DECORATED)
    return min(below, key=lambda one: one.start, default=None)
