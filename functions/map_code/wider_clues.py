"""A nothing was made: who computes what its maker went by, a step or two further."""

from functions.map_code.candidates import Pool
from functions.map_code.errors_said import Said
from functions.map_code.resolve import Resolver
from functions.map_code.search import Hit, Search, add_hits

_MOST = 4
_HANDS_ON = 4
"""Lines of a function that does no more than ask another one."""


def read_wider(said: Said, pool: Pool, search: Search) -> None:
    """From what made the nothing that the crash used: the values it went by, through one that only hands them on."""
    if said.kind != "nothing":
        return
    chosen = [one for one in pool if one.clues.get("makes_nothing") == 1.0 and one.frame_line is None]
    resolver = Resolver(search)
    for candidate in chosen[:_MOST]:
        source = search.snapshot.source(candidate.path)
        function = source.named(candidate.function) if source else None
        if function is None:
            continue
        for hit in _computed(Hit(candidate.path, function), resolver):
            further = _computed(hit, resolver, returned=True) if _short(hit) else []
            add_hits(pool, further or [hit], "wider", 1.0, f"computes what {function.short} goes by")


def _short(hit: Hit) -> bool:
    return hit.function.end - hit.function.start < _HANDS_ON


def _computed(hit: Hit, resolver: Resolver, *, returned: bool = False) -> list[Hit]:
    """What makes the values that a function gives a name, or those that it returns."""
    source = resolver.search.snapshot.source(hit.path)
    facts = source.facts(hit.function) if source else None
    if source is None or facts is None:
        return []
    spans = facts.returns if returned else [one.span for one in facts.assignments]
    outer = [call for call in facts.calls if call.innermost == 1]
    calls = [call for call in outer if any(span.start <= call.span.start <= span.end for span in spans)]
    found = [one for call in calls[: _MOST * 2] for one in resolver.called(call, source, hit.path, hit.function)]
    return list(dict.fromkeys(found))[:_MOST]
