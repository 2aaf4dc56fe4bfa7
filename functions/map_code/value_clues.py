"""Where the value came from: functions that no frame names, one or two steps from the crash.

From the line of a frame: what it calls, what made the names on it, who writes the attributes it reads, who builds the
object.
"""

import re

from functions.map_code.candidates import Pool
from functions.map_code.errors_said import Said
from functions.map_code.lines import DEEP, Line, lines
from functions.map_code.resolve import Resolver
from functions.map_code.search import Hit, Search, add_hits
from functions.map_code.trace_clues import Step
from mendloop.domain.source_code import Call, Function, SourceFile, Span

_STEPS_BACK = 2
_DECIDED = 2
"""Frames above the first suspicious one whose conditions are looked at."""
_NEAR = 15
"""Lines from a condition to what it raises."""
_NOTHING = re.compile(r"\breturn\s*(None|null|nil|undefined|;|$)", re.MULTILINE)


class Values:
    """Candidates from the frames nearest to the crash."""

    def __init__(self, steps: list[Step], said: Said, pool: Pool, search: Search) -> None:
        self.steps = steps
        self.said = said
        self.pool = pool
        owners = [step.place.function.owner for step in steps if step.place.function]
        self.resolver = Resolver(search, frozenset(owner.rsplit(".", 1)[-1] for owner in owners if owner))
        self.search = search

    def read(self) -> None:
        """All of them."""
        for line in lines(self.steps, self.search):
            _parameters(line)
            self._called(line)
            self._properties(line)
            self._makers(line)
            self._deciders(line)
            self._outer(line)
            if line.step.depth <= 1 or 0 <= line.step.beyond <= 1:
                self._attributes(line)

    def _hits(self, line: Line, call: Call) -> list[Hit]:
        return self.resolver.called(call, line.source, line.step.place.path, line.function)

    def _called(self, line: Line) -> None:
        """On the line, in what was tried before the handler that raised, or earlier in the function."""
        below = self._below(line.step)
        tried = line.raised.tried if line.raised else None
        endless = self.said.kind == "endless"  # where it goes round, what stands below ran before, too
        for call in line.facts.calls:
            if call.name == below and call.span.holds(line.step.place.line):
                continue
            if line.raised and call.name in line.raised.asked and 0 <= line.span.start - call.span.start <= _NEAR:
                answered = f"its answer led to the exception on {line.where}"
                add_hits(self.pool, self._hits(line, call), "answered", line.weight, answered)
            if _meets(call.span, line.span) or (tried and _meets(call.span, tried)):
                hits = self._hits(line, call)
                if line.step.beyond == 0 and line.step.depth > 0:
                    add_hits(self.pool, hits, "makes_refused", 1.0, f"makes what was refused on {line.where}")
                add_hits(self.pool, hits, "called", line.weight, f"called on {line.where}")
                self._may_be_nothing(hits, line.weight)
                self._deeper(line, hits)
            elif endless and line.step.beyond == 0:
                reason = f"called where it went round, {line.where}"
                add_hits(self.pool, self._hits(line, call), "goes_round", 1.0, reason)
            elif call.span.end < line.span.start and 0 <= line.step.beyond <= 2:
                add_hits(
                    self.pool, self._hits(line, call), "called_earlier", line.weight, f"called before {line.where}"
                )

    def _properties(self, line: Line) -> None:
        """Methods that the line reads like values: Python's properties."""
        owner = line.function.owner
        if line.source.language != "python" or not owner:
            return
        read = line.facts.attributes_at(line.span) - {call.name for call in line.facts.calls}
        for function in (one for one in line.source.functions if one.owner == owner and one.short in read):
            hit = Hit(line.step.place.path, function)
            add_hits(self.pool, [hit], "called", line.weight, f"read as a property on {line.where}")

    def _below(self, step: Step) -> str:
        """The function that this frame called, by the trace."""
        under = (one.place.function for one in self.steps if one.depth == step.depth - 1)
        return next((function.short for function in under if function), "")

    def _makers(self, line: Line) -> None:
        """Functions whose results were assigned to what the line uses."""
        names = line.names
        for back in range(1, _STEPS_BACK + 1):
            made = [one for one in line.facts.assignments if one.names & names and one.span.start <= line.span.end]
            for one in made:
                reason = f"makes {min(one.names & names)}, used at {line.where}"
                for call in (call for call in line.facts.calls if _inside(call.span, one.span)):
                    hits = self._hits(line, call)
                    self._may_be_nothing(hits, line.weight / back)
                    self._deeper(line, hits)
                    if line.step.beyond == 0 and line.step.depth > 0:
                        add_hits(self.pool, hits, "makes_refused", 1.0 / back, reason)
                    clue = "makes_nothing" if self.said.kind == "nothing" else "makes_value"
                    add_hits(self.pool, hits, clue, line.weight / back, reason)
            names = names | {name for one in made for name in one.used}

    def _deeper(self, line: Line, hits: list[Hit]) -> None:
        """What makes the value that a called function gives back."""
        for hit in hits[:DEEP] if line.step.beyond == 0 else ():
            source = self.search.snapshot.source(hit.path)
            facts = source.facts(hit.function) if source else None
            if source is None or facts is None:
                continue
            calls = [call for call in facts.calls if any(_meets(call.span, span) for span in facts.returns)]
            for call in calls[:DEEP]:
                found = self.resolver.called(call, source, hit.path, hit.function)
                add_hits(self.pool, found, "makes_deeper", 1.0, f"makes what {hit.function.short} gives back")

    def _may_be_nothing(self, hits: list[Hit], weight: float) -> None:
        """Where nothing was found where something was expected: makers that can return nothing."""
        for hit in hits if self.said.kind == "nothing" else ():
            source = self.search.snapshot.source(hit.path)
            if source and _can_be_nothing(source, hit.function):
                add_hits(self.pool, [hit], "may_return_nothing", weight, "may return nothing")

    def _deciders(self, line: Line) -> None:
        """Who answered the conditions under which the line was reached, at once or by a name that was given before."""
        if not 0 <= line.step.beyond <= _DECIDED:
            return
        asked = line.source.conditions_around(line.step.place.line, line.function)
        names = {name for span in asked for name in line.facts.names_at(span)}
        spans = [*asked, *(one.span for one in line.facts.assignments if one.names & names)]
        for call in (one for one in line.facts.calls if any(_inside(one.span, span) for span in spans)):
            reason = f"its answer led to {line.where}"
            add_hits(self.pool, self._hits(line, call), "decides", line.weight, reason)

    def _outer(self, line: Line) -> None:
        """A function inside a function gets its values from the outer one."""
        outer = line.source.named(line.function.name.rpartition(".")[0])
        if outer and outer.start <= line.function.start and line.function.end <= outer.end:
            hit = Hit(line.step.place.path, outer)
            add_hits(self.pool, [hit], "outer", line.weight, f"{line.function.short} stands inside it")

    def _attributes(self, line: Line) -> None:
        """Who writes the attributes that the line reads, and who builds the object they belong to."""
        java = line.source.language == "java"
        read = line.facts.attributes_at(line.span) | set(self.said.attributes)
        read |= (line.names - set(line.function.parameters)) if java else set()
        read -= {call.name for call in line.facts.calls}
        path, owner = line.step.place.path, line.function.owner
        missing = self.said.kind in {"nothing", "missing"}
        built = line.source.constructors(owner) if owner else []
        for function in (one for one in line.source.functions if one.name != line.function.name):
            assigned = line.source.facts(function).assignments
            both = read & {name for one in assigned for name in (one.names if java else one.attributes)}
            if both and ((owner and function.owner == owner) or line.source.language in {"go", "javascript"}):
                clue = ("built_without" if missing else "writes_built") if function in built else "writes"
                add_hits(self.pool, [Hit(path, function)], clue, line.weight, f"gives {min(both)} its value")
        clue = "builds_missing" if missing else "builds"
        reason = f"builds the object of {line.function.name}"
        for one in built:
            add_hits(self.pool, [Hit(path, one)], clue, line.weight, reason)


def _meets(left: Span, right: Span) -> bool:
    return left.start <= right.end and right.start <= left.end


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _parameters(line: Line) -> None:
    """A value that came in as a parameter was made by the caller."""
    if line.step.beyond != 0:
        return
    given = line.names & (set(line.function.parameters) - line.source.grammar.itself)
    made = {name for one in line.facts.assignments for name in one.names}
    if given and not (line.names & made):
        line.step.candidate.add("uses_parameter", 1.0, f"uses what it was given: {min(given)}")
    if line.names & made:
        line.step.candidate.add("uses_own_value", 1.0)


def _can_be_nothing(source: SourceFile, function: Function) -> bool:
    if _NOTHING.search(source.text(function)):
        return True
    facts = source.facts(function)
    ends = [span.end for span in (*facts.returns, *(one.span for one in facts.raises))]
    # Python returns None where a function ends without saying what.
    return source.language == "python" and bool(facts.returns) and max(ends) < function.end
