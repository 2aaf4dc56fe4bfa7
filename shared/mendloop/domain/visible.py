"""Makes untrusted text harmless to read: what a terminal or a browser would obey becomes something one can see."""

import re
import unicodedata

_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


def visible(text: str) -> str:
    """Control, zero-width and direction-changing characters as ⟦names⟧; tabs and line ends stay."""
    return _HIDDEN.sub(_name, text.replace("\r\n", "\n"))


def _name(found: re.Match[str]) -> str:
    character = found.group()
    if character == "\x1b":
        return "⟦ESC⟧"
    return f"⟦{unicodedata.name(character, f'U+{ord(character):04X}')}⟧"
