"""Functions beside the trace: what the message names, the crash's neighbours in its class, who calls the entry."""

from functions.map_code.candidates import Candidate, Pool
from functions.map_code.errors_said import Said
from functions.map_code.resolve import Resolver
from functions.map_code.search import Hit, Search, add_hits, is_test
from functions.map_code.trace_clues import Step
from mendloop.domain.source_code import Function


def read_message(said: Said, steps: list[Step], pool: Pool, search: Search) -> None:
    """What the message names: a function called wrongly, the class of an object."""
    resolver = Resolver(search)
    near = [step.place.path for step in steps[:3]]
    for name in said.called:
        hits = resolver.any_named(name, near)
        add_hits(pool, hits, "named_in_message", 1.0, f"the message names {name}()")
    for name in said.classes:
        for path, source, one in search.classes(name):
            for built in source.constructors(one.name):
                add_hits(pool, [Hit(path, built)], "builds_named", 1.0, f"builds the {name} of the message")
    for step in steps:
        function = step.place.function
        if function and len(function.short) > 3 and function.short.lower() in said.words:
            step.candidate.add("word_in_message", 1.0)


def read_neighbours(steps: list[Step], said: Said, pool: Pool, search: Search) -> None:
    """Other functions of the crash's class and file whose names share words with the message or the crash."""
    for step in steps[:1]:
        source = search.snapshot.source(step.place.path)
        for function in source.functions if source else ():
            if step.place.function and function.name == step.place.function.name:
                continue
            same = bool(step.place.function and function.owner and function.owner == step.place.function.owner)
            candidate: Candidate | None = None
            if function.short.lower() in said.words and len(function.short) > 4:
                candidate = pool.get(step.place.path, function.name, (function.start, function.end))
                candidate.add("neighbour_in_message", 1.0, "the message names it")
            if same and candidate is None and _near(function, step.place.function):
                pool.get(step.place.path, function.name, (function.start, function.end)).add("neighbour", 1.0)


def _near(function: Function, crash: Function | None) -> bool:
    """Overloads and functions of nearly the same name."""
    if crash is None:
        return False
    a, b = function.short.lower().strip("_"), crash.short.lower().strip("_")
    return a == b or (min(len(a), len(b)) > 4 and (a.startswith(b) or b.startswith(a)))


def read_callers(steps: list[Step], pool: Pool, search: Search) -> None:
    """Who calls the outermost own frame, where the trace does not reach them; and what a caller's other calls do."""
    if not steps:
        return
    outermost = max(steps, key=lambda step: step.depth)
    if outermost.depth > 1 or outermost.place.function is None:
        return
    hits = [hit for hit in search.callers(outermost.place.function.short) if not is_test(hit.path)]
    add_hits(pool, hits[:6], "calls_outermost", 1 / (1 + outermost.depth), f"calls {outermost.place.function.short}")
