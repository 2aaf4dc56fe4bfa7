"""What the command line prints of untrusted text, on a terminal that obeys colours and cursor movements."""

import io
from types import SimpleNamespace

import pytest
import typer
from botocore.exceptions import ClientError, EndpointConnectionError
from rich.console import Console

from mendloop.cli import errors
from mendloop.cli.commands import incidents
from mendloop.cli.demo import show
from mendloop.cli.plain import plain
from mendloop.domain.errors import BadEvent
from tests.fakes.house import FAULT, INCIDENT, make_incident, make_publication
from tests.fakes.incidents import InMemoryIncidents

HOSTILE = [
    "\x1b[2J\x1b[H all clear",
    "[/bold] [link=https://evil.example]approve[/link]",
    "ends in \\",
    "\u202etxt.exe",
]


def test_show_names_linked_incidents_and_the_pull_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = InMemoryIncidents()
    store.claim(make_incident(fault=FAULT, generation=2, linked=["inc-00000000000000bb"]))
    store.save_publication(make_publication(fault=FAULT, generation=2))
    place = SimpleNamespace(wiring=SimpleNamespace(incidents=store), incident=store.load)
    monkeypatch.setattr(incidents, "here", lambda aws: place)
    incidents.show(INCIDENT)
    shown = " ".join(capsys.readouterr().out.split())
    assert "Linked, other faults behind the same signal: inc-00000000000000bb" in shown
    assert make_publication().url in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_not_obeyed(text: str) -> None:
    terminal = io.StringIO()
    Console(file=terminal, force_terminal=True, highlight=False, soft_wrap=True).print(f"[bold]{plain(text)}[/]")
    shown = terminal.getvalue()
    assert "\x1b[2J" not in shown and "\x1b]8" not in shown and "\u202e" not in shown
    assert text.lstrip("\x1b\u202e")[-6:] in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_an_error_that_quotes_hostile_text_is_told(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(errors, "console", Console(file=terminal, force_terminal=True, soft_wrap=True))
    with pytest.raises(typer.Exit) as ended, errors.told():
        raise BadEvent(f"no event: {text}")
    assert ended.value.exit_code == 2
    assert "\x1b[2J" not in terminal.getvalue() and "no event" in terminal.getvalue()


def test_a_pull_request_is_shown_as_text() -> None:
    terminal = io.StringIO()
    request = {
        "branch": "mendloop/x",
        "base_revision": "0" * 40,
        "body": HOSTILE[1],
        "title": HOSTILE[2],
        "diff": f"-a\n+{HOSTILE[0]}\n",
    }
    report = {"outcome": "pull_request", "reason": HOSTILE[0], "pull_request": request, "ticket": None}
    show.outcome(Console(file=terminal, force_terminal=True), report)
    assert "\x1b[2J" not in terminal.getvalue() and "⟦ESC⟧" in terminal.getvalue()


@pytest.mark.parametrize(
    ("failure", "says", "code"),
    [
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ReceiveMessage"), "AccessDenied", 3),
        (EndpointConnectionError(endpoint_url="http://localhost:1"), "Unavailable", 4),
        (ClientError({"Error": {"Code": "ThrottlingException"}}, "SendMessage"), "Throttled", 4),
    ],
)
def test_a_command_whose_own_call_to_aws_fails_says_so_in_one_line(
    failure: Exception, says: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(errors, "console", Console(file=terminal, soft_wrap=True))
    with pytest.raises(typer.Exit) as ended, errors.told():
        raise failure
    assert ended.value.exit_code == code
    assert terminal.getvalue().startswith(f"{says}: AWS")


def test_a_defect_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), errors.told():
        _ = 1 / 0
