"""The diff as HTML, made once when it is drafted, so that the page needs no highlighter and no script.

Each file is a figure with its path as caption; each line a span with its numbers before and after the change. A line of
the old side carries an id, `line-<file>-<number>`, that a claim about `path:number` can point to.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import groupby

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Keyword, Name, Number, String, _TokenType, is_token_subtype
from pygments.util import ClassNotFound

from mendloop.domain.visible import marked

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_KINDS = ((Comment, "c"), (String, "s"), (Number, "m"), (Keyword, "k"), (Name.Function, "f"), (Name.Class, "f"))
_TAKEN = {" ": 2, "-": 1, "+": 1, "\\": 0}
"""By a line's sign, of the lines that its hunk's header promises."""
_SHOWN_ALREADY = ("diff --git ", "index ", "--- ", "+++ ", "new file mode ")


@dataclass
class _File:
    """One file's lines. `hunks`: the header, then what follows it."""

    header: list[str]
    hunks: list[list[str]] = field(default_factory=list)

    @property
    def path(self) -> str:
        named = [line[6:] for line in self.header if line.startswith(("+++ b/", "--- a/"))]
        return named[-1].rstrip("\t") if named else self.header[0].removeprefix("diff --git ")

    @property
    def new(self) -> bool:
        return any(line.startswith("new file mode ") for line in self.header)


def highlighted(diff: str) -> bytes:
    """Escaped HTML with class names only. What would hide, reorder or fake text on a screen is shown by its name."""
    files = "".join(_figure(number, file) for number, file in enumerate(_files(marked(diff)), 1))
    return f'<div class="diff">{files}</div>'.encode()


def _files(diff: str) -> Iterator[_File]:
    """By the hunks' own counts, so that a removed `-- a/x` is no file header. No line is left out."""
    file, left = _File([]), 0
    for line in diff.removesuffix("\n").split("\n"):
        header = _HUNK.match(line) if left <= 0 else None
        if header:
            left = int(header[2] or 1) + int(header[4] or 1)
            file.hunks.append([line])
        elif file.hunks and line[:1] in _TAKEN and (left > 0 or line[:1] == "\\"):
            left -= _TAKEN[line[:1]]
            file.hunks[-1].append(line)
        else:
            left = 0
            if file.hunks:
                yield file
                file = _File([])
            file.header.append(line)
    if file.header or file.hunks:
        yield file


def _figure(number: int, file: _File) -> str:
    lexer = _lexer(file.path)
    beside = ' <span class="faint">new file</span>' if file.new else ""
    told = [line for line in file.header if not line.startswith(_SHOWN_ALREADY)]
    lines = [f'<span class="gh">{escape(line)}</span>' for line in told]
    for hunk in file.hunks:
        lines += _hunk(number, hunk, lexer)
    caption = f"<figcaption><code>{escape(file.path)}</code>{beside}</figcaption>"
    body = "".join(f"{line}\n" for line in lines)
    return f'<figure id="file-{number}">{caption}<pre tabindex="0">{body}</pre></figure>'


def _hunk(number: int, hunk: list[str], lexer: Lexer) -> Iterator[str]:
    header, lines = hunk[0], hunk[1:]
    yield f'<span class="gu">{escape(header)}</span>'
    found = _HUNK.match(header)
    old, new = (int(found[1]), int(found[3])) if found else (0, 0)
    before, after = (iter(_coloured(side, lexer)) for side in (_side(lines, "+"), _side(lines, "-")))
    for line in lines:
        sign = line[:1]
        if sign == "-":
            yield f'<span class="gd" id="line-{number}-{old}" data-o="{old}">-{next(before)}</span>'
            old += 1
        elif sign == "+":
            yield f'<span class="gi" data-n="{new}">+{next(after)}</span>'
            new += 1
        elif sign == "\\":
            yield f'<span class="gh">{escape(line)}</span>'
        else:
            next(before)
            yield f'<span id="line-{number}-{old}" data-o="{old}" data-n="{new}"> {next(after)}</span>'
            old, new = old + 1, new + 1


def _side(lines: list[str], other: str) -> list[str]:
    """The text before or after the change."""
    return [line[1:] for line in lines if line[:1] not in {other, "\\"}]


def _coloured(lines: list[str], lexer: Lexer) -> list[str]:
    """Each line as HTML; plain where the lexer does not give back what it was given."""
    text = "\n".join(lines)
    tokens = list(lexer.get_tokens(text))
    if "".join(value for _, value in tokens).removesuffix("\n") != text.removesuffix("\n"):
        return [escape(line) for line in lines]
    runs = groupby(tokens, key=lambda token: _class(token[0]))
    html = "".join(_run(name, "".join(value for _, value in run)) for name, run in runs)
    found = html.split("\n")[: len(lines)]
    return found + [""] * (len(lines) - len(found))


def _class(kind: _TokenType) -> str:
    return next((name for parent, name in _KINDS if is_token_subtype(kind, parent)), "")


def _run(name: str, value: str) -> str:
    if not name or not value.strip():
        return escape(value)
    # One span a line, so that a line stands for itself.
    return "\n".join(f'<span class="{name}">{escape(part)}</span>' if part else "" for part in value.split("\n"))


def _lexer(path: str) -> Lexer:
    try:
        return get_lexer_for_filename(path.rsplit("/", 1)[-1], stripnl=False, ensurenl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False, ensurenl=False)
