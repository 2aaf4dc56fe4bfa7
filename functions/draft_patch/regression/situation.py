"""The situation of a failure, made again in a test: the function that raised, called with what is known of its values.

Known are the values that the runtime's message names, and which way the conditions around the line went. Everything
else is a stand-in, or a path below a temporary folder where a parameter's name asks for one.
"""

import ast
import re
from dataclasses import dataclass, field

from functions.draft_patch.regression.around import conditions, made_without
from functions.draft_patch.regression.known import SAMPLES, Known, known_values
from functions.draft_patch.regression.reach import reached
from functions.draft_patch.regression.signature import Callee, callee_at
from functions.draft_patch.site import Site

_PATH = re.compile(r"(^|_)(path|file|filename|src|source|dst|dest|destination)$")
_FOLDER = re.compile(r"(^|_)(dir|directory|folder)$")
_OWN = re.compile(r"^'(?P<kind>\w+)' object has no attribute '(?P<name>\w+)'")
STAND_IN = "MagicMock()"


@dataclass
class Situation:
    """`lines` stand in the test's body; `said` tells in words what of it is known."""

    callee: Callee
    said: list[str]
    values: dict[str, str] = field(default_factory=dict)
    """Literals by parameter."""
    settings: list[str] = field(default_factory=list)
    """Attributes of stand-ins, as statements."""
    receiver: str = STAND_IN
    paths: list[str] = field(default_factory=list)
    real: bool = False
    """Whether the receiver is an object of the class, and no stand-in."""
    quotes: bool = False
    """Whether a value is production's own, and no sample of its type."""

    def lines(self) -> list[str]:
        """Statements: stand-ins, what is known of them, the call."""
        callee = self.callee
        named = [name for name in callee.parameters if any(one.startswith(f"{name}.") for one in self.settings)]
        made = [f"{callee.own} = {self.receiver}"] if callee.own else []
        made += [f"{name} = {STAND_IN}" for name in named]
        given = {name: name if name in named else self._value(name) for name in callee.asked(self.values, named)}
        if self.paths:
            made += ['first = tmp_path / "first"', 'first.write_text("text")']
        return [*made, *self.settings, callee.call(given)]

    def _value(self, name: str) -> str:
        if name in self.values:
            return self.values[name]
        if _FOLDER.search(name):
            return "str(tmp_path)"
        if _PATH.search(name):
            return self._path(name)
        return "1" if self.callee.counts(name) else STAND_IN

    def _path(self, name: str) -> str:
        """The first is there; what is named after it is a place to write to, in a folder that is not there yet."""
        self.paths += [] if name in self.paths else [name]
        return "str(first)" if self.paths[0] == name else f'str(tmp_path / "new" / "{name}")'


def situation_of(site: Site) -> Situation | None:
    """None where the message says nothing of a value that the caller gives, or the function cannot be called."""
    try:
        tree = ast.parse(site.text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    callee = callee_at(tree, site.function, site.line)
    if callee is None:
        return None
    if own := _own_attribute(site, callee, tree):
        return own
    nodes = [node for node in ast.walk(callee.node) if _on(node, site.line)]
    found = Situation(callee, [])
    for one in known_values(site, nodes):
        if _put(found, one):
            found.quotes = found.quotes or one.value not in {*SAMPLES.values(), "0", '""'}
            found.said.append(f"{ast.unparse(one.expression)} = {one.value}")
    if not found.said:
        return None
    for condition in conditions(callee, site.line):
        _put(found, condition)
    return found


def _put(found: Situation, one: Known) -> bool:
    """Whether it can be given: it comes from a parameter of which nothing else is known."""
    at = reached(one.expression, found.callee)
    if at is None or at.root in found.values or (at.root == found.callee.own and not at.steps):
        return False
    if not at.steps:
        found.values[at.root] = at.wrapped(one.value)
        return True
    place = f"{at.root}{at.steps} = "
    if any(line.startswith(place) for line in found.settings):
        return False
    found.settings.append(place + at.wrapped(one.value))
    return True


def _own_attribute(site: Site, callee: Callee, tree: ast.Module) -> Situation | None:
    """An attribute that the function's own class lacks: a real object, made so that it is not set."""
    missing = _OWN.search(site.message) if site.error == "AttributeError" else None
    if missing is None or not callee.own or missing["kind"] != callee.owner:
        return None
    made = made_without(missing["name"], callee, tree)
    return Situation(callee, [f"an object that has no {missing['name']}"], receiver=made, real=True) if made else None


def _on(node: ast.AST, line: int) -> bool:
    if isinstance(node, ast.comprehension):
        return node.iter.lineno <= line <= (node.iter.end_lineno or 0)
    first = getattr(node, "lineno", 0)
    last = node.iter.end_lineno if isinstance(node, ast.For) else getattr(node, "end_lineno", 0)
    return bool(first <= line <= (last or first))
