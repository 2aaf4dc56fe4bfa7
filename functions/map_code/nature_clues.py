"""What a function is, wherever it was found: its length and name, its file, how many use it."""

import re
from math import log1p

from functions.map_code.candidates import Candidate, Pool
from functions.map_code.roles import CHECKS
from functions.map_code.search import Search, is_test

_DISPATCHES = re.compile(
    r"^(wrapper|wrapped|inner|__call__|dispatch\w*|invoke\w*|call\w*|run|_?execute\w*|apply|handle\w*|main|process|exec|"
    r"decorated\w*|traverse\w*|visit|accept|next|emit|__exit__|__enter__|decorate\w*|__run_method|do|perform\w*)$"
)
_GENERAL = re.compile(
    r"(^|/)(\w*util(s|ities)?|common|helpers?|core|lib|shared|compat|excutils|_utils)(/|\.|$)|Utils?\.java$|Helper|"
    r"Preconditions"
)
_BASE = re.compile(r"(^|/)(Abstract|Base)[A-Z]\w*\.|(^|/)_?base\.|Base\.java$")
_SMALL = 4
_WEAK = {"same_class", "alike", "called_earlier"}
_CONSTRUCTORS = {"__init__", "<init>", "constructor"}


def read_nature(pool: Pool, search: Search) -> None:
    """For every candidate."""
    for candidate in pool:
        _file(candidate, search)
        if candidate.clues.keys() <= _WEAK | {"known_file", "general_file", "base_class", "test_file"}:
            candidate.add("only_beside")
        if candidate.function:
            _function(candidate, search)


def _file(candidate: Candidate, search: Search) -> None:
    path = candidate.path
    if is_test(path):
        candidate.add("test_file", 1.0, "lies in a test or an example")
    if _GENERAL.search(path):
        candidate.add("general_file")
    if _BASE.search(path):
        candidate.add("base_class")
    candidate.add("known_file", min(log1p(search.mentions(path)) / 6, 1.2))
    if not candidate.function:
        candidate.add("module_level")


def _function(candidate: Candidate, search: Search) -> None:
    short = candidate.function.rsplit(".", 1)[-1]
    lines = candidate.span[1] - candidate.span[0] + 1
    candidate.add("length", min(log1p(lines) / 5, 1.2))
    candidate.add("popular", min(log1p(search.calls(short)) / 8, 1.0))
    clues = {
        "small": lines <= _SMALL,
        "dispatches": _DISPATCHES.match(short),
        "checks": CHECKS.match(short),
        "constructor": short in _CONSTRUCTORS,
    }
    for clue in (clue for clue, holds in clues.items() if holds):
        candidate.add(clue)
