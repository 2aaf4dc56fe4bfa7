"""The diff as HTML, made once when it is drafted, so that the page needs no highlighter and no script."""

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import DiffLexer

_INVISIBLE = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200E, 0x200F, 0xFEFF}


def highlighted(diff: str) -> bytes:
    """Escaped HTML with class names only. What would hide or reorder text on a screen is shown by its number."""
    visible = "".join(map(_visible, diff))
    html: str = highlight(visible, DiffLexer(stripnl=False), HtmlFormatter(cssclass="diff"))
    return html.encode()


def _visible(character: str) -> str:
    code = ord(character)
    if code in _INVISIBLE or (code < 0x20 and character not in "\n\t") or 0x7F <= code < 0xA0:
        return f"<U+{code:04X}>"
    return character
