"""Pytest plugin in the jail: says which tests there are and how each ended, in signed and numbered lines.

The key lives in this process, so code that goes looking for it can still lie: that is named on the review page. Code
that merely writes to every descriptor, exits early or forks is caught. Runs on the project's own Python, from 3.7 on.
"""

from __future__ import annotations

import ast
import hmac
import json
import os
from pathlib import Path
from typing import Any, Callable  # noqa: UP035 - an older Python cannot subscript the other one

import pytest

_WORST = ("passed", "skipped", "failed", "error")
_LONGEST = 1_000


class Report:
    """One session's report. `tree` is the folder whose files count as frames, `first` the files to begin with."""

    def __init__(self, descriptor: int, key: str, tree: str, first: list[str] | None = None) -> None:
        os.set_inheritable(descriptor, False)
        self._say = _speaker(descriptor, key)
        self._tree = tree + os.sep
        self._status: dict[str, str] = {}
        self._failure: dict[str, dict[str, Any]] = {}
        self._first = {path: at for at, path in enumerate(first or [])}
        self._say({"event": "started"})

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Tests that name what was changed, then all others, each in the order of the project."""
        items.sort(key=lambda item: self._first.get(item.nodeid.partition("::")[0], len(self._first)))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The ids that are going to run."""
        for item in session.items:
            self._say({"event": "collected", "id": item.nodeid})

    def pytest_exception_interact(
        self, node: pytest.Item | pytest.Collector, call: pytest.CallInfo[Any], report: Any
    ) -> None:
        """The first exception of each test: type and the frames inside the tree, crash last."""
        error = call.excinfo.value if call.excinfo else None
        if error is not None and node.nodeid not in self._failure:
            text = str(getattr(report, "longreprtext", ""))[-_LONGEST:]
            self._failure[node.nodeid] = {"type": _name(error), "frames": self._frames(error), "message": text}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be imported."""
        if report.failed:
            self._say({"event": "test", "id": report.nodeid, "status": "error", **self._failure.get(report.nodeid, {})})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Setup, call, teardown and subtests each report: the worst counts."""
        status = report.outcome if report.when == "call" or not report.failed else "error"
        known = self._status.get(report.nodeid, "passed")
        self._status[report.nodeid] = max(known, status, key=_WORST.index)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """One line for each test, when it is over."""
        status = self._status.get(nodeid, "error")
        self._say({"event": "test", "id": nodeid, "status": status, **self._failure.get(nodeid, {})})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """The last line; without it the session ended early."""
        self._say({"event": "finished", "exit": int(exitstatus)})

    def _frames(self, error: BaseException) -> list[str]:
        found, at = [], error.__traceback__
        while at is not None:
            code = at.tb_frame.f_code
            if code.co_filename.startswith(self._tree):
                found.append(f"{code.co_filename[len(self._tree) :]}:{_qualified(code)}:{at.tb_lineno}")
            at = at.tb_next
        return found[-50:]


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _qualified(code: Any) -> str:
    """`Class.method`, `outer.<locals>.inner`. Before 3.11 the code does not know it, so its source is asked."""
    known = getattr(code, "co_qualname", "")
    if known:
        return str(known)
    try:
        tree = ast.parse(Path(code.co_filename).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return str(code.co_name)
    names: list[str] = []
    around: list[ast.stmt] = [node for node in ast.walk(tree) if isinstance(node, _NAMED) and _holds(node, code)]
    for node in sorted(around, key=lambda node: node.lineno):
        names.append(node.name)  # type: ignore[attr-defined]
        if not isinstance(node, ast.ClassDef):
            names.append("<locals>")
    own = names[:-1] if names[-1:] == ["<locals>"] else names
    return ".".join(own if own[-1:] == [code.co_name] else [*names, code.co_name])


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _holds(node: Any, code: Any) -> bool:
    first = min([node.lineno, *[decorator.lineno for decorator in node.decorator_list]])
    last = max(getattr(inner, "lineno", first) for inner in ast.walk(node))
    return bool(first <= code.co_firstlineno <= last)


def _speaker(descriptor: int, key: str) -> Callable[[dict[str, Any]], None]:
    number, owner = 0, os.getpid()

    def say(event: dict[str, Any]) -> None:
        nonlocal number
        if os.getpid() != owner:
            return
        number += 1
        line = json.dumps({"n": number, **event}).encode()
        whole = memoryview(hmac.digest(key.encode(), line, "sha256").hex().encode() + b" " + line + b"\n")
        while whole:
            whole = whole[os.write(descriptor, whole) :]

    return say
