"""What a function is, wherever it was found: its length and name, its file, how many use it."""

import re
from collections import Counter
from math import log1p

from functions.map_code.candidates import Candidate, Pool
from functions.map_code.roles import CHECKS
from functions.map_code.search import Search, is_test
from functions.map_code.trace_clues import Step

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
_SPEAKS = {
    *("called", "answered", "outer"),
    *("makes_value", "makes_nothing", "makes_refused", "makes_deeper", "may_return_nothing"),
    *("built_without", "writes_built", "lacks_attribute"),
    *("quotes", "quotes_elsewhere", "named_in_message", "neighbour_in_message", "word_elsewhere", "class_in_message"),
    *("fills_missing", "spoken_of", "wider", "goes_round", "decides"),
}
"""Clues that by themselves are a reason to look at a function that no frame names."""
_CONSTRUCTORS = {"__init__", "<init>", "constructor"}


def read_nature(pool: Pool, search: Search) -> None:
    """For every candidate."""
    for candidate in pool:
        _file(candidate, search)
        if candidate.frame_line is None and not candidate.clues.keys() & _SPEAKS:
            candidate.add("only_beside")
            if "same_class" in candidate.clues:
                candidate.add("only_of_class")
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


def read_standing(steps: list[Step], pool: Pool) -> None:
    """Beside the others: on the trace, the file that fewest name; off it, what lies in no folder of the crash."""
    traced = [one for one in pool if one.frame_line is not None]
    least = min((one.clues.get("known_file", 0.0) for one in traced), default=0.0)
    if len({one.path for one in traced}) > 1:
        for one in (one for one in traced if one.clues.get("known_file", 0.0) <= least):
            one.add("least_known", 1.0, "of the trace's files the one that fewest others name")
    paths = {step.place.path for step in steps}
    folder = next((_folder(step.place.path) for step in steps if step.beyond == 0), "")
    beside = Counter(one.path for one in pool)
    for one in pool:
        one.add("many_of_file", log1p(beside[one.path]) / 5)
        if one.frame_line is None and one.path not in paths and _folder(one.path) != folder:
            one.add("in_other_folder")


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
