"""A repository of a few files and one stack trace on it, in any language."""

import re
from datetime import timedelta

from functions.map_code.mapping import make_map
from mendloop.contracts.evidence import Frame, StackTrace
from mendloop.contracts.mapping import CodeMap
from mendloop.running import Running
from tests.fakes.clock import NOW
from tests.fakes.code_host import InMemoryCodeHost
from tests.fakes.house import make_catalog, make_evidence, make_fault, make_service

ROBIN = ("Robin Example", "robin@example.com")


def map_trace(
    files: dict[str, str | bytes], trace: StackTrace, host: InMemoryCodeHost | None = None, **service: str
) -> CodeMap:
    """At a revision whose files are a year old, so that no recent change speaks for any of them."""
    host = host or InMemoryCodeHost()
    revision = host.commit_files(dict(files), "All of it", author=ROBIN, at=NOW - timedelta(days=365))
    fault = make_fault(trace=trace)
    running = Running(revision, "given", False, "main", revision)
    evidence = make_evidence(faults=[fault], deployments=[])
    return make_map(evidence, fault, make_service(**service), make_catalog(), running, host)


def frame(source: str, path: str, function: str, holds: str) -> Frame:
    """A frame whose line is the first one of the source that holds the text."""
    number = next(at for at, line in enumerate(source.split("\n"), 1) if re.search(re.escape(holds), line))
    return Frame(path=path, function=function, line=number)


def names(mapping: CodeMap) -> list[str]:
    """`path::function` of the targets, best first."""
    return [f"{target.path}::{target.function}" for target in mapping.targets]
