"""Functions named after a thing that the message speaks of in plain words: `enum label exists` → `addEnum`."""

from functions.map_code.candidates import Pool
from functions.map_code.errors_said import Said
from functions.map_code.search import Search, add_hits
from functions.map_code.trace_clues import Step


def read_spoken(said: Said, steps: list[Step], pool: Pool, search: Search) -> None:
    """In the other files of the crash's folder, where few functions bear the word."""
    first = next((step for step in steps if step.beyond == 0), None)
    folder = first.place.path.rpartition("/")[0] if first else ""
    for word in sorted(said.spoken) if first else ():
        hits = [hit for hit in search.named_after(word, folder) if first and hit.path != first.place.path]
        add_hits(pool, hits, "spoken_of", 1.0, f"named after {word}, of which the message speaks")
