"""Nothing was chosen: who computes what the choice went by, a step further than what chose."""

from functions.map_code.candidates import Pool
from functions.map_code.errors_said import Said
from functions.map_code.resolve import Resolver
from functions.map_code.search import Hit, Search, add_hits

_MOST = 4


def read_wider(said: Said, pool: Pool, search: Search) -> None:
    """From the functions that gave nothing: what they compare, through one function that only hands it on."""
    chosen = [one for one in pool if "may_return_nothing" in one.clues] if said.kind == "nothing" else []
    resolver = Resolver(search)
    for candidate in chosen[:_MOST]:
        source = search.snapshot.source(candidate.path)
        function = source.named(candidate.function) if source else None
        for hit in _computed(Hit(candidate.path, function), resolver) if function else []:
            further = [hit, *_computed(hit, resolver, returned=True)]
            add_hits(pool, further, "wider", 1.0, f"computes what {function.short if function else ''} goes by")


def _computed(hit: Hit, resolver: Resolver, *, returned: bool = False) -> list[Hit]:
    """What makes the values that a function gives a name, or those that it returns."""
    source = resolver.search.snapshot.source(hit.path)
    facts = source.facts(hit.function) if source else None
    if source is None or facts is None:
        return []
    spans = facts.returns if returned else [one.span for one in facts.assignments]
    calls = [call for call in facts.calls if any(span.start <= call.span.start <= span.end for span in spans)]
    found = [one for call in calls[: _MOST * 2] for one in resolver.called(call, source, hit.path, hit.function)]
    return list(dict.fromkeys(found))[:_MOST]
