"""Functions beside the trace: what the message names, the crash's neighbours in its class, who calls the entry."""

from functions.map_code.candidates import Pool
from functions.map_code.errors_said import Said
from functions.map_code.resolve import Resolver
from functions.map_code.search import Hit, Search, add_hits, is_test, name_words
from functions.map_code.trace_clues import Step


def read_message(said: Said, steps: list[Step], pool: Pool, search: Search) -> None:
    """What the message names: a function called wrongly, a class, a name that few files hold."""
    resolver = Resolver(search)
    near = [step.place.path for step in steps[:3]]
    for name in said.called:
        hits = resolver.any_named(name, near)
        add_hits(pool, hits, "named_in_message", 1.0, f"the message names {name}()")
    for name in said.classes:
        _read_object(name, said, pool, search)
    for word in said.identifiers:
        hits = _of_owner(word, search.holding(word), said, search)
        add_hits(pool, hits, "word_elsewhere", 1.0, f"uses {word}, which the message names")
    for step in steps:
        function = step.place.function
        if function and len(function.short) > 3 and function.short.lower() in said.words:
            step.candidate.add("word_in_message", 1.0)
    _read_files(said, pool, search)


def _of_owner(word: str, hits: list[Hit], said: Said, search: Search) -> list[Hit]:
    """Where the message says whose it is (`Factory.afterResolve`): those that speak of the owner too, if any do."""
    owners = [name.rpartition(".")[0].rpartition(".")[2].lower() for name in said.dotted if name.endswith(f".{word}")]
    sources = [(hit, search.snapshot.source(hit.path)) for hit in hits if owners]
    return [hit for hit, source in sources if source and owners[0] in source.text(hit.function).lower()] or hits


def _read_files(said: Said, pool: Pool, search: Search) -> None:
    """A class or module that the message names with its package: the file, whatever function of it."""
    for name in said.dotted:
        for path, span in search.file_of(name):
            pool.get(path, "", span).add("class_in_message", 1.0, f"the message names {name}")


def _read_object(name: str, said: Said, pool: Pool, search: Search) -> None:
    """Who builds the object that the message is about, and gives it no such attribute."""
    built = [Hit(path, one) for path, source, kind in search.classes(name) for one in source.constructors(kind.name)]
    for hit in built:
        add_hits(pool, [hit], "built_without", 1.0, f"builds the {name} of the message")
        if said.attributes:
            add_hits(pool, [hit], "lacks_attribute", 1.0, f"the {name} that it builds has no {said.attributes[0]}")


def read_quotes(said: Said, steps: list[Step], pool: Pool, search: Search) -> None:
    """Functions that write what the message quotes, on the trace, or in few files of the tree."""
    for quoted in said.quoted:
        for step in steps:
            source = search.snapshot.source(step.place.path)
            if step.beyond > 0 and source and step.place.function and quoted in source.text(step.place.function):
                step.candidate.add("quotes", 1.0, f"writes {quoted}, which the message quotes")
        hits = search.writing(quoted)
        add_hits(pool, hits, "quotes_elsewhere", 1.0, f"writes {quoted}, which the message quotes")


def read_neighbours(steps: list[Step], said: Said, pool: Pool, search: Search) -> None:
    """Other functions of the crash's file: of the same class, of nearly the same name, named in the message."""
    first = next((step for step in steps if step.beyond == 0), None)
    source = search.snapshot.source(first.place.path) if first else None
    crash = first.place.function if first else None
    if first is None or source is None or crash is None:
        return
    traced = {step.place.function.name for step in steps if step.place.function}
    for function in source.functions:
        if function.name == crash.name:
            continue
        clues = {
            "neighbour_in_message": function.short.lower() in said.words and len(function.short) > 4,
            "same_class": bool(function.owner) and function.owner == crash.owner and function.name not in traced,
            "alike": _alike(function.short, crash.short),
        }
        if any(clues.values()):
            candidate = pool.get(first.place.path, function.name, (function.start, function.end))
            for clue in (clue for clue, holds in clues.items() if holds):
                candidate.add(clue, 1.0, _WHY[clue].format(crash.short))


_WHY = {
    "neighbour_in_message": "the message names it",
    "same_class": "of the class of {}",
    "alike": "bears nearly the name of {}",
}


def _alike(left: str, right: str) -> bool:
    """Overloads, getters, opposites: at least two words in common, or all but one of few."""
    a, b = name_words(left), name_words(right)
    common = len(a & b)
    return bool(a) and (a == b or common >= 2 or (common == 1 and len(a | b) == 2))


def read_callers(steps: list[Step], pool: Pool, search: Search) -> None:
    """Who calls the outermost own frame, where the trace does not reach them; and what a caller's other calls do."""
    if not steps:
        return
    outermost = max(steps, key=lambda step: step.depth)
    if outermost.depth > 1 or outermost.place.function is None:
        return
    hits = [hit for hit in search.callers(outermost.place.function.short) if not is_test(hit.path)]
    add_hits(pool, hits[:6], "calls_outermost", 1 / (1 + outermost.depth), f"calls {outermost.place.function.short}")
