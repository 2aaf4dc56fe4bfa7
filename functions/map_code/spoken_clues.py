"""Functions named after a thing that the message speaks of in plain words: `enum label exists` → `addEnum`."""

import re

from functions.map_code.candidates import Pool
from functions.map_code.errors_said import Said
from functions.map_code.search import Search, add_hits
from functions.map_code.trace_clues import Step

_WORD = re.compile(r"[a-z]{4,}")
_OF_EVERY_MESSAGE = frozenset(
    """
    already argument arguments been bound bounds call called cannot could does error exception exist exists expected
    fail failed false found from given have illegal index invalid less many missing more must name none nothing null
    object only other range same should state than that this true type unable unexpected unknown value values when
    while with without would
    """.split()
)


def read_spoken(said: Said, steps: list[Step], pool: Pool, search: Search) -> None:
    """In the folder of the crash, where few functions bear the word."""
    first = next((step for step in steps if step.beyond == 0), None)
    if first is None:
        return
    folder = first.place.path.rpartition("/")[0]
    for word in sorted(said.words - _OF_EVERY_MESSAGE):
        hits = search.named_after(word, folder) if _WORD.fullmatch(word) else []
        others = [hit for hit in hits if hit.path != first.place.path]
        add_hits(pool, others, "spoken_of", 1.0, f"named after {word}, of which the message speaks")
