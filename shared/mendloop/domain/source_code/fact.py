"""What is known about one function's lines."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Span:
    """Lines from 1, inclusive."""

    start: int
    end: int

    def holds(self, line: int) -> bool:
        """Whether the line lies inside."""
        return self.start <= line <= self.end


@dataclass(frozen=True)
class Call:
    """One call. `receiver` is what stands before the last dot, empty for a plain call; `creates`: a constructor's."""

    name: str
    receiver: str
    span: Span
    creates: bool = False
    innermost: int = 0
    """How deep the call stands inside others on its line; the deepest runs first."""
    given: frozenset[str] = frozenset()
    """Names among the arguments."""
    always: bool = False
    """No condition, loop or handler stands around it in the function."""


@dataclass(frozen=True)
class Raise:
    """One place that raises."""

    span: Span
    asked: frozenset[str] = frozenset()
    """Names in the nearest condition around it."""
    always: bool = False
    """No condition, loop or handler stands around it: the function cannot do anything else."""
    tried: Span | None = None
    """In a handler: the lines that were tried."""


@dataclass(frozen=True)
class Try:
    """Lines that are tried, and the last names of the exception types that are caught; empty: all of them."""

    span: Span
    caught: frozenset[str]


@dataclass(frozen=True)
class Assignment:
    """Names that get a value (attributes by their last part), and the names the value is made of."""

    names: frozenset[str]
    attributes: frozenset[str]
    """Of `names` those that are an attribute of the object itself, or of another one."""
    used: frozenset[str]
    span: Span


@dataclass
class Facts:
    """Of one function, without the functions that have a name of their own inside it."""

    calls: list[Call] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    raises: list[Raise] = field(default_factory=list)
    returns: list[Span] = field(default_factory=list)
    tries: list[Try] = field(default_factory=list)
    names: list[tuple[int, str]] = field(default_factory=list)
    """Every name with its line."""
    attributes: list[tuple[int, str]] = field(default_factory=list)
    """Names read as an attribute of something, with their line."""

    def names_at(self, span: Span) -> set[str]:
        """Names that stand on the lines."""
        return {name for line, name in self.names if span.holds(line)}

    def attributes_at(self, span: Span) -> set[str]:
        """Attributes that stand on the lines."""
        return {name for line, name in self.attributes if span.holds(line)}
