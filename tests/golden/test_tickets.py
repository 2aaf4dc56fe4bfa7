"""Eight tickets as reviewers read them: GitHub's and Linear's Markdown, Jira's document. Read them in `tickets/`."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mendloop.adapters.jira.document import document, markdown
from mendloop.domain import outgoing_tickets
from mendloop.domain.errors import SecretFound
from mendloop.domain.outgoing import Facts
from tests.contract import specifications
from tests.golden.incidents import INCIDENTS, SITE

FOLDER = Path(__file__).parent / "tickets"
WRITE = bool(os.environ.get("MENDLOOP_WRITE_SNAPSHOTS"))  # read at import: the tests' environment is cleaned
ALLOWED = {
    *("incident_id", "service", "address", "public", "signal", "resource", "at", "recovered_at", "exception", "count"),
    *("requests", "gaps", "target", "code_path", "revision", "last_good", "revision_assumed", "suspect", "owner"),
    "linked",
}
SECRETS = ("AKIAIOSFODNN7EXAMPLE", "ghp_" + "a1B2" * 9, "xoxb-123456789012-abcdefghijklmnopqrstuvwx")


def _facts(name: str, **more: Any) -> Facts:
    _, facts, _, added = INCIDENTS[name]
    number = list(INCIDENTS).index(name) + 1
    incident = f"inc-{number:016x}"
    told = Facts(**{"incident_id": incident, "address": f"{SITE}/{incident}", **facts, **more})
    public = bool(added.get("public"))
    return outgoing_tickets.allowed(told, anybody_reads=public, of_public_code=public)


def _text(name: str, **more: Any) -> str:
    _, _, why, added = INCIDENTS[name]
    facts = _facts(name, **more)
    standing = outgoing_tickets.standing(facts, added.get("seen", 1), added.get("pull_request", ""))
    body = outgoing_tickets.body(
        facts, why.reason, why.error, by=why.by, standing=standing, earlier=added.get("earlier", "")
    )
    return f"{outgoing_tickets.title(facts)}\n\n{body}"


def _as_sent(name: str) -> tuple[str, str]:
    """File name and content: what the tracker is sent."""
    tracker, text = INCIDENTS[name][0], _text(name)
    if tracker != "jira":
        return f"{name}.{tracker}.md", text
    title, _, body = text.partition("\n\n")
    sent = {"summary": title, "description": document(body)}
    return f"{name}.jira.json", json.dumps(sent, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", INCIDENTS)
def test_a_ticket_reads_as_it_was_reviewed(name: str) -> None:
    file, text = _as_sent(name)
    if WRITE:
        (FOLDER / file).write_text(text, encoding="utf-8")
    assert text == (FOLDER / file).read_text(encoding="utf-8")


def test_nothing_else_lies_there() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {_as_sent(name)[0] for name in INCIDENTS}


@pytest.mark.parametrize("name", [name for name in INCIDENTS if INCIDENTS[name][0] == "jira"])
def test_jiras_documents_are_as_atlassian_describes_them_and_lose_nothing(name: str) -> None:
    body = _text(name).partition("\n\n")[2]
    made = document(body)
    assert markdown(made).split() == body.split()
    specifications.folder()
    specifications.check_document(made)


def test_only_these_facts_may_leave() -> None:
    assert set(Facts.model_fields) == ALLOWED, "a new field needs a look at every text that leaves"


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("field", ["resource", "target", "exception", "service"])
@pytest.mark.parametrize("name", INCIDENTS)
def test_a_planted_secret_never_passes(name: str, field: str, secret: str) -> None:
    """It is refused, or squeezed out on the way; in no case is it in the text."""
    try:
        text = _text(name, **{field: secret})
    except SecretFound:
        return
    assert secret not in text


def test_a_public_ticket_holds_type_frames_and_counts_only() -> None:
    text = _text("java-public")
    for told in ("java.lang.ArrayIndexOutOfBoundsException", "CSVRecord.putIn", "41 times"):
        assert told in text
    for hidden in ("importer", "alarm", "02:03", SITE, "dana"):
        assert hidden not in text
