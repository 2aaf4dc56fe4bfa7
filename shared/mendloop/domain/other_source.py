"""The gate's rules about files that are no Python: source is refused, since what it may do is checked nowhere."""

import json
import re
import tomllib

from mendloop.domain.errors import PatchRefused

_SOURCE = (
    r"bash|bat|c|cc|cjs|clj|cpp|cs|dart|erl|ex|exs|fs|go|groovy|h|hpp|java|jl|js|jsx|kt|kts|lua|m|mjs|mm|php|pl|pm|ps1|pyx"
    r"|r|rb|rs|scala|sh|sql|svelte|swift|ts|tsx|vb|vue|zsh"
)


def check_other(path: str, content: bytes, old: bytes) -> None:
    """Raise PatchRefused for source of another language, and for JSON or TOML that could be read and no more can."""
    if re.search(rf"\.({_SOURCE})$", path, re.IGNORECASE) or content.startswith(b"#!"):
        raise PatchRefused(f"unchecked source: {path} is no Python, and nothing here knows what it may do")
    if _read(path, old) and not _read(path, content):
        raise PatchRefused(f"does not parse: {path}")


def _read(path: str, content: bytes) -> bool:
    """True also for what is neither JSON nor TOML."""
    try:
        if path.endswith(".json"):
            json.loads(content)
        elif path.endswith(".toml"):
            tomllib.loads(content.decode())
    except (ValueError, RecursionError):
        return False
    return True
