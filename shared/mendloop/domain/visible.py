"""Makes untrusted text harmless to read: what a terminal or a browser would obey becomes something one can see."""

import re
import unicodedata

_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
_WORD, _LATIN = re.compile(r"[^\W\d]\w*"), re.compile(r"[A-Za-z]")
_ALIKE = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "FULLWIDTH", "MATHEMATICAL")


def visible(text: str) -> str:
    """Control, zero-width and direction-changing characters as ⟦names⟧; tabs and line ends stay."""
    return _HIDDEN.sub(_name, text.replace("\r\n", "\n"))


def marked(text: str) -> str:
    """`visible`, and letters that pass for Latin ones within a Latin word as ⟦names⟧ too: it is another word."""
    shown = visible(text)
    return shown if shown.isascii() else _WORD.sub(_letters, shown)


def mixes_letters(word: str) -> bool:
    """Latin letters, and others that look like them."""
    return not word.isascii() and bool(_LATIN.search(word)) and any(_alike(letter) for letter in word)


def words(text: str) -> set[str]:
    """All words and names in it."""
    return set(_WORD.findall(text))


def _letters(found: re.Match[str]) -> str:
    word = found.group()
    if not mixes_letters(word):
        return word
    return "".join(f"⟦{unicodedata.name(letter)}⟧" if _alike(letter) else letter for letter in word)


def _alike(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_ALIKE)


def _name(found: re.Match[str]) -> str:
    character = found.group()
    if character == "\x1b":
        return "⟦ESC⟧"
    return f"⟦{unicodedata.name(character, f'U+{ord(character):04X}')}⟧"
