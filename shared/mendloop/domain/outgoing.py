"""Text that leaves the house: pull requests, commits, tickets, mails. Built only from the allowed fields of `Facts`.

Nothing that production, a model or a person typed freely is a field here, so none of it can be quoted by mistake. What
remains (names of exceptions, functions, files, alarms) is squeezed into harmless shapes, and the result is scanned.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from mendloop.domain.errors import SecretFound
from mendloop.domain.redaction import find_secrets

MAX_BODY_BYTES = 65_000
"""GitHub refuses bodies above 65,536 characters; bytes are measured, which is the stricter of the two."""

MAX_TITLE = 120
MAX_LISTED = 20
AUTHOR = ("mendloop", "mendloop@noreply.invalid")
CUT = "\n\n(The rest was cut for its length.)\n"

_IDENTIFIER = re.compile(r"^[A-Za-z_$][\w.$]{0,99}$", re.ASCII)
_CODE = re.compile(r"^[\w.$/:<>\-+\[\] ]{1,200}$")
_SENTENCE = re.compile(r"^[\w .,;:/()'=%+\-]{1,300}$")


class _Fields(BaseModel):
    model_config = ConfigDict(frozen=True)


class Facts(_Fields):
    """What may be told about an incident. Empty fields are left out of the text."""

    incident_id: str
    service: str
    address: str = Field(default="", description="The incident's page; holds no key")
    public: bool = Field(default=False, description="Then only exception type, own frames and counts are told")
    signal: str = Field(default="", description="The kind of signal, e.g. alarm")
    resource: str = Field(default="", description="Name of the alarm, log group, deployment …")
    at: datetime | None = None
    recovered_at: datetime | None = None
    exception: str = ""
    count: int = 0
    requests: int = 0
    gaps: int = Field(default=0, description="Sources that could not be read")
    target: str = Field(default="", description="`path::function`")
    code_path: list[str] = Field(default_factory=list, description="`path::function`, entry first")
    revision: str = Field(default="", description="The running revision's hash")
    last_good: str = Field(default="", description="Of a failed deployment: the hash of what ran before it")
    revision_assumed: bool = Field(default=False, description="No record of what runs: the default branch's head")
    suspect: str = Field(default="", description="Hash of the first suspect commit")
    owner: str = Field(default="", description="Catalog name")
    linked: list[str] = Field(default_factory=list, description="Incidents of other faults behind the same signal")


def identifier(text: str, otherwise: str = "an error") -> str:
    """The text when it has the shape of a name in code, else `otherwise`: a type's name can be forged in a log."""
    return text if _IDENTIFIER.fullmatch(text) else otherwise


def code(text: str) -> str:
    """As Markdown code; a text that is not shaped like a path or a name is not repeated."""
    return f"`{text}`" if _CODE.fullmatch(text) else "(a name that is not repeated here)"


def sentence(text: str) -> str:
    """A sentence of mendloop's own making, or nothing when it holds any character that mark-up could use."""
    flat = " ".join(unicodedata.normalize("NFKC", text).split())
    return flat if _SENTENCE.fullmatch(flat) else ""


def short(revision: str) -> str:
    """The first twelve digits of a hash."""
    return revision[:12] if re.fullmatch(r"[0-9a-f]{7,64}", revision) else ""


def plural(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(items: Iterable[str]) -> list[str]:
    """Markdown list lines, at most 20; the rest is counted."""
    every = [item for item in items if item]
    more = len(every) - MAX_LISTED
    return [f"- {item}" for item in every[:MAX_LISTED]] + ([f"- and {more} more"] if more > 0 else [])


def document(sections: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Markdown of headed sections; empty ones are left out."""
    return "\n\n".join(f"## {head}\n\n" + "\n".join(lines) for head, lines in sections if any(lines)) + "\n"


def title_of(text: str) -> str:
    """One line, at most 120 characters, checked for secrets."""
    return checked(" ".join(text.split())[:MAX_TITLE])


def checked(text: str, limit: int = MAX_BODY_BYTES) -> str:
    """The text cut to `limit` bytes; SecretFound when it holds anything like a secret, never masked and sent."""
    found = find_secrets(text)
    if found:
        raise SecretFound(f"outgoing text holds {plural(len(found), 'secret-like value')}; it is not sent")
    if len(text.encode()) <= limit:
        return text
    kept = text.encode()[: limit - len(CUT.encode())].decode(errors="ignore")
    return kept.rsplit("\n", 1)[0] + CUT


def headline(facts: Facts) -> str:
    """`TypeError in cart.total`, as much of it as is known."""
    function = facts.target.rpartition("::")[2]
    return f"{failure(facts)} in {function}" if _IDENTIFIER.fullmatch(function) else failure(facts)


def failure(facts: Facts) -> str:
    """The exception's type, or what failed where none is known."""
    return identifier(facts.exception, "a failed deployment" if facts.last_good else "a failure")


def observed(facts: Facts) -> list[str]:
    """What was seen in production, as list lines."""
    lines = [
        f"{identifier(facts.exception, 'An error')} was logged {plural(facts.count, 'time')}." if facts.count else ""
    ]
    if not facts.public:
        seen = f" at {facts.at:%Y-%m-%d %H:%M} UTC" if facts.at else ""
        lines.insert(0, f"{_signal(facts)} {code(facts.resource)} {_did(facts)}{seen}." if facts.signal else "")
        lines.append(f"It recovered at {facts.recovered_at:%Y-%m-%d %H:%M} UTC." if facts.recovered_at else "")
        lines.append(f"{plural(facts.requests, 'failing request')} kept as evidence." if facts.requests else "")
        lines.append(f"{plural(facts.gaps, 'source')} could not be read." if facts.gaps else "")
    return listed(lines)


def _signal(facts: Facts) -> str:
    return f"The {facts.signal.replace('_', ' ')}".replace(" ecs ", " ECS ")


def _did(facts: Facts) -> str:
    """An alarm fires; a deployment, a task or a build fails."""
    return "fired" if facts.signal in {"alarm", "log_errors"} else "failed"


def where(facts: Facts) -> list[str]:
    """Which code, as list lines."""
    path = " → ".join(code(step) for step in facts.code_path[:MAX_LISTED])
    return listed(
        [
            f"The failure's place: {code(facts.target)}." if facts.target else "",
            f"The way there: {path}." if len(facts.code_path) > 1 else "",
            _mapped_at(facts),
            f"The failed deployment brought what came after {short(facts.last_good)}."
            if short(facts.last_good)
            else "",
            f"Most likely brought in by {short(facts.suspect)}." if short(facts.suspect) else "",
        ]
    )


def _mapped_at(facts: Facts) -> str:
    if not short(facts.revision):
        return ""
    if facts.revision_assumed:
        return f"Mapped at {short(facts.revision)}, assumed to be what runs: nothing records it."
    return f"Mapped at the running revision {short(facts.revision)}."


def pointer(facts: Facts) -> list[str]:
    """Where the whole evidence stands, and the linked incidents; on a public repository only the incident's id."""
    if facts.public:
        return [facts.incident_id]
    linked = [f"Another fault behind the same signal: {incident}" for incident in facts.linked]
    return [f"Evidence and proof: {facts.address}" if facts.address else facts.incident_id, "", *listed(linked)]
