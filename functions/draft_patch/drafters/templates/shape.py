"""What a template is, and how the place of a failure is found in a syntax tree."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from functions.draft_patch.site import Site

Kind = TypeVar("Kind", bound=cst.CSTNode)


@dataclass(frozen=True)
class Cure:
    """The file as it should read, and what was done in words."""

    text: str
    what: str
    risk: str


@dataclass(frozen=True)
class Hiding:
    """The shape fits, but the change would only hide the failure: what somebody should do instead."""

    why: str


@dataclass(frozen=True)
class Template:
    """`cure` is None where the shape does not fit. `origin`: a fix of this shape in a public repository."""

    name: str
    origin: str
    cure: Callable[[Site], Cure | Hiding | None]


class Parsed:
    """A file's syntax tree with positions."""

    def __init__(self, text: str) -> None:
        wrapper = MetadataWrapper(cst.parse_module(text))
        self.module = wrapper.module
        self._positions = wrapper.resolve(PositionProvider)

    def lines(self, node: cst.CSTNode) -> tuple[int, int]:
        """First and last line, from 1."""
        where = self._positions[node]
        return where.start.line, where.end.line

    def all(self, kind: type[Kind], within: cst.CSTNode | None = None) -> Iterator[Kind]:
        """Nodes of a kind, outer before inner."""
        left: list[cst.CSTNode] = [within or self.module]
        while left:
            node = left.pop()
            if isinstance(node, kind):
                yield node
            left += reversed(node.children)

    def on(self, kind: type[Kind], line: int) -> list[Kind]:
        """Nodes of a kind that begin on a line."""
        return [node for node in self.all(kind) if self.lines(node)[0] == line]

    def around(self, kind: type[Kind], line: int) -> Kind | None:
        """The innermost node of a kind that holds a line."""
        found = [node for node in self.all(kind) if self.lines(node)[0] <= line <= self.lines(node)[1]]
        return found[-1] if found else None

    def code(self, node: cst.CSTNode) -> str:
        """As written."""
        return self.module.code_for_node(node).strip()

    def changed(self, old: cst.CSTNode, new: cst.CSTNode) -> str:
        """The file with one node in another's place."""
        module = self.module.deep_replace(old, new)
        assert isinstance(module, cst.Module)  # noqa: S101 - a module with another node in it stays a module
        return module.code
