"""From an old and a new text to search/replace edits whose anchors stand exactly once."""

from difflib import SequenceMatcher

from mendloop.contracts.draft import Edit


def edits_between(path: str, old: str, new: str) -> list[Edit]:
    """Edits that turn `old` into `new`, each with as many unchanged lines around as its anchor needs to be unique."""
    before, after = _lines(old), _lines(new)
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    changes = [(a, b, (d - c) - (b - a)) for tag, a, b, c, d in opcodes if tag != "equal"]
    ranges = [(a, b) for a, b, _ in changes]
    while True:
        grown = _merged([_grown(old, before, a, b) for a, b in ranges])
        if grown == ranges:
            break
        ranges = grown
    edits = []
    for a, b in ranges:
        # Ranges that touch were merged, so every change lies wholly before, inside or after this one.
        start = a + sum(growth for at, _, growth in changes if at < a)
        end = b + sum(growth for at, _, growth in changes if at <= b)
        edits.append(Edit(path=path, search="".join(before[a:b]), replace="".join(after[start:end])))
    return edits


def _grown(old: str, before: list[str], start: int, end: int) -> tuple[int, int]:
    """Take in lines above and below, in turn, until the anchor stands exactly once."""
    upwards = True
    while (start == end or not _once(old, "".join(before[start:end]))) and (start > 0 or end < len(before)):
        if (upwards and start > 0) or end >= len(before):
            start -= 1
        else:
            end += 1
        upwards = not upwards
    return start, end


def _once(text: str, part: str) -> bool:
    first = text.find(part)
    return first >= 0 and text.find(part, first + 1) < 0


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _lines(text: str) -> list[str]:
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
