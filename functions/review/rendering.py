"""Templates, style and script; the filters that make untrusted text fit to be shown."""

import base64
import hashlib
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mendloop.domain.visible import marked

FOLDER = Path(__file__).parent / "templates"
STYLE = (FOLDER / "style.css").read_text(encoding="utf-8")
SCRIPT = (FOLDER / "page.js").read_text(encoding="utf-8")
LONGEST_TEXT = 400
"""Characters of one production text: a log line, an exception's message."""
BRIEF_TEXT = 120
"""Characters of one on the first screen."""
LONGEST_CITATION = 40
_HASH = re.compile(r"[0-9a-f]{11,40}")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {_hash(STYLE)}; script-src {_hash(SCRIPT)}; connect-src 'self'; img-src data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""What a browser may load or run: our own style and script, each by its hash, and nothing else."""


def render(template: str, **values: Any) -> str:
    """The page as HTML. What is not given is an error."""
    return (
        _environment().get_template(template).render(style=Markup(STYLE), script=Markup(SCRIPT), **values)  # noqa: S704 - our own files
    )


def short(text: str, most: int = LONGEST_TEXT) -> str:
    """Says how much was left out."""
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most} more)"


def day(at: datetime) -> str:
    """`20 Nov 2026, 10:00 UTC`."""
    return f"{at:%d %b %Y, %H:%M} UTC"


def _brief(text: str) -> str:
    """One line for the first screen."""
    line = " ".join(text.split())
    return line if len(line) <= BRIEF_TEXT else f"{line[:BRIEF_TEXT]} …"


def _citation(text: str) -> str:
    """A commit's hash as far as people say it, and of a long path the file's name."""
    if _HASH.fullmatch(text):
        return text[:10]
    return f"…/{text.rsplit('/', 1)[1]}" if len(text) > LONGEST_CITATION and "/" in text else text


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        # Every text, so that none can be forgotten; what is Markup was made by us.
        finalize=lambda value: marked(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "short": short,
        "brief": _brief,
        "citation": _citation,
        "last_name": lambda function: function.rsplit(".", 1)[-1],
        "clock": lambda at: f"{at:%H:%M:%S}",
        "day": day,
    }
    return environment
