"""`mendloop extract`: every form of a log, grouped, crash frame last, secrets out, hostile input cut or refused."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mendloop.cli.main import app
from tests.unit.domain_signal.test_stack_trace_languages import GO, JAVA, NODE

PYTHON = """\
Traceback (most recent call last):
  File "/var/task/app/orders.py", line 12, in total
    return price["tea"]
KeyError: 'tea for dana@example.com'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/var/task/app/entry.py", line 3, in handler
    total(cart)
  File "/var/task/app/orders.py", line 14, in total
    raise OrderError("no price") from error
app.orders.OrderError: no price"""
KEYS = {"language", "type", "message", "count", "first_seen", "last_seen", "frames", "causes"}


def run(log: str, **given: Any) -> Any:
    return CliRunner().invoke(app, ["extract", "--log", log, "--json"], **given)


def found(tmp_path: Path, content: str | bytes) -> list[dict[str, Any]]:
    file = tmp_path / "one.log"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    answer = run(str(file))
    assert answer.exit_code == 0, answer.output
    shown: list[dict[str, Any]] = json.loads(answer.stdout)
    return shown


def events(*texts: str, start: int = 1_763_632_800_000) -> list[dict[str, Any]]:
    return [
        {"timestamp": start + 1000 * n, "ingestionTime": start, "logStreamName": "s", "message": text}
        for n, text in enumerate(texts)
    ]


def test_plain_text(tmp_path: Path) -> None:
    (shown,) = found(tmp_path, PYTHON)

    assert shown.keys() >= KEYS
    assert (shown["language"], shown["type"], shown["message"]) == ("python", "app.orders.OrderError", "no price")
    assert [(f["path"], f["function"], f["module"], f["line"]) for f in shown["frames"]][-1] == (
        "/var/task/app/orders.py",
        "total",
        "orders",
        14,
    )
    assert [cause["type"] for cause in shown["causes"]] == ["KeyError"]
    assert "dana@example.com" not in json.dumps(shown)
    assert (shown["count"], shown["first_seen"], shown["last_seen"]) == (1, None, None)


def test_events_as_json_lines_are_counted_and_dated(tmp_path: Path) -> None:
    lines = [json.dumps(one) for one in events(JAVA, "quiet", JAVA.replace("tea", "salt"), *NODE.split("\n"))]

    java, node = found(tmp_path, "\n".join(lines))

    assert (java["language"], java["count"]) == ("java", 2)
    assert (java["first_seen"], java["last_seen"]) == ("2025-11-20T10:00:00Z", "2025-11-20T10:00:02Z")
    assert (node["language"], node["count"]) == ("javascript", 1)


@pytest.mark.parametrize(
    "document",
    [
        json.dumps({"events": events(GO)}),
        json.dumps({"events": events(GO)}, indent=2),
        json.dumps(events(GO), indent=2),
        gzip.compress("\n".join(json.dumps(one) for one in events(*GO.split("\n"))).encode()),
        "\ufeff\n\n" + GO,
        GO.replace("\n", "\r\n"),
    ],
)
def test_every_form_of_a_log(document: str | bytes, tmp_path: Path) -> None:
    (shown,) = found(tmp_path, document)

    assert (shown["language"], shown["frames"][-2]["line"]) == ("go", 12)


def test_standard_input() -> None:
    answer = run("-", input=PYTHON)

    assert json.loads(answer.stdout)[0]["type"] == "app.orders.OrderError"


def test_a_log_whose_lines_are_the_services_own_json(tmp_path: Path) -> None:
    line = {"level": "ERROR", "timestamp": "2026-11-20T10:00:00Z", "message": "failed", "exception": PYTHON}

    (shown,) = found(tmp_path, f"{json.dumps(line)}\n" * 3)

    assert (shown["count"], shown["first_seen"]) == (3, "2026-11-20T10:00:00Z")


def test_a_line_of_ten_megabytes_deep_json_and_broken_bytes_stop_nothing(tmp_path: Path) -> None:
    hostile = [b"x" * 10_000_000, b'{"a":' * 100_000, b"[" * 100_000, b"\xff\xfe\x00 \x80", b'{"timestamp": 9e999}']

    (shown,) = found(tmp_path, b"\n".join([*hostile, PYTHON.encode()]))

    assert shown["type"] == "app.orders.OrderError"


def test_a_truncated_archive_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "cut.log.gz"
    file.write_bytes(gzip.compress(PYTHON.encode())[:-20])

    for name in (str(file), str(tmp_path / "none")):
        answer = run(name)
        assert (answer.exit_code, answer.exception.__class__) == (2, SystemExit)
        assert "BadInput" in answer.output


def test_without_json_it_is_for_people(tmp_path: Path) -> None:
    file = tmp_path / "one.log"
    file.write_text("\x1b[2J" + PYTHON + "\nnothing else")

    answer = CliRunner().invoke(app, ["extract", "--log", str(file)])

    assert "OrderError" in answer.stdout and "orders.py:14 total" in answer.stdout
    file.write_text("all is well")
    assert "No stack trace" in CliRunner().invoke(app, ["extract", "--log", str(file)]).stdout


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_what_other_systems_write(tmp_path: Path, encoding: str) -> None:
    (shown,) = found(tmp_path, PYTHON.replace("\n", "\r\n").encode(encoding))

    assert shown["type"] == "app.orders.OrderError"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04rest", "a zip archive"), (b"BZh9rest", "bzip2"), (b"\x7fELF\0\0\0", "no text")],
)
def test_what_is_no_log_is_refused_with_its_name(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "one.log"
    file.write_bytes(content)

    answer = run(str(file))

    assert answer.exit_code == 2 and said in answer.output.replace("\n", " ")


def test_a_folder_is_called_a_folder_and_an_empty_log_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.log").touch()

    assert "is a folder" in run(str(tmp_path)).output.replace("\n", " ")
    empty = run(str(tmp_path / "empty.log"))
    assert (empty.exit_code, json.loads(empty.stdout)) == (0, []) and "the log is empty" in empty.stderr
