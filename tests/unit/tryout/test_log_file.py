"""A log file of any form holds the same events."""

import gzip
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mendloop.cli.log_file import MAX_EVENT, read_log
from mendloop.cli.log_lines import Record
from mendloop.domain.errors import Rejected
from mendloop.domain.stack_trace import LogText, extract

AT = datetime(2026, 11, 20, 19, 12, 51, 968000, tzinfo=UTC)
MILLISECONDS = 1795201971968
TRACE = 'Traceback (most recent call last):\n  File "/app/shop.py", line 2, in buy\n    items[3]\nIndexError: none'
STREAM = "2026/11/20/[$LATEST]6a504c00a93026bab7728499f079b93b"
EVENTS = [
    {"timestamp": MILLISECONDS, "message": "INFO before", "logStreamName": STREAM, "eventId": "1"},
    {"timestamp": MILLISECONDS + 1, "message": TRACE, "logStreamName": STREAM, "eventId": "2"},
]
ROWS = [
    [
        {"field": "@timestamp", "value": "2026-11-20 19:12:51.968"},
        {"field": "@message", "value": event["message"]},
        {"field": "@logStream", "value": STREAM},
        {"field": "@ptr", "value": "abc"},
    ]
    for event in EVENTS
]

FORMS = {
    "filter-log-events": json.dumps({"events": EVENTS, "searchedLogStreams": [], "nextToken": "x"}),
    "get-log-events": json.dumps({"events": [{k: e[k] for k in ("timestamp", "message")} for e in EVENTS]}, indent=2),
    "subscription": json.dumps({"messageType": "DATA_MESSAGE", "logGroup": "g", "logEvents": EVENTS}),
    "list": json.dumps(EVENTS),
    "json lines": "\n".join(json.dumps(event) for event in EVENTS) + "\n",
    "insights results": json.dumps({"status": "Complete", "results": ROWS, "statistics": {}}),
    "insights rows": json.dumps([{cell["field"]: cell["value"] for cell in row} for row in ROWS]),
    "aws logs tail": "".join(f"2026-11-20T19:12:51.968000+00:00 {STREAM} {e['message']}\n" for e in EVENTS),
    "plain with times": f"2026-11-20 19:12:51,968 INFO before\n[ERROR] 2026-11-20T19:12:51.968Z {TRACE}\n",
    "plain without times": f"INFO before\n{TRACE}\nINFO after\n",
    "windows line ends": f"\ufeffINFO before\n{TRACE}\nINFO after\n".replace("\n", "\r\n"),
}


def written(tmp_path: Path, text: str) -> list[Record]:
    file = tmp_path / "log"
    file.write_bytes(text.encode())
    return read_log(file)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_failure(form: str, tmp_path: Path) -> None:
    records = written(tmp_path, FORMS[form])
    (found,) = extract([LogText(record.at or AT, record.message, record.stream) for record in records])
    assert (found.trace.type, found.trace.frames[-1].function) == ("IndexError", "buy")
    if "without" not in form and "windows" not in form:
        assert records[0].at == AT


@pytest.mark.parametrize("form", ["filter-log-events", "json lines", "insights results", "aws logs tail"])
def test_streams_are_kept_apart(form: str, tmp_path: Path) -> None:
    assert {record.stream for record in written(tmp_path, FORMS[form])} == {STREAM}


def test_an_applications_own_json_stays_whole(tmp_path: Path) -> None:
    """Its `message` and `timestamp` are its own: the trace stands in another field."""
    line = json.dumps({"timestamp": MILLISECONDS, "level": "ERROR", "message": "failed", "exc_info": TRACE})
    (record,) = written(tmp_path, line + "\n")
    assert json.loads(record.message)["exc_info"] == TRACE


def test_a_packed_file_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "log.gz").write_bytes(gzip.compress(FORMS["filter-log-events"].encode()))
    assert len(read_log(tmp_path / "log.gz")) == 2


def test_a_log_may_come_through_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(gzip.compress(FORMS["filter-log-events"].encode()),))
    writer.start()
    assert len(read_log(pipe)) == 2
    writer.join()


def test_an_event_larger_than_cloudwatch_takes_is_cut_in_parts(tmp_path: Path) -> None:
    records = written(tmp_path, json.dumps([{"timestamp": MILLISECONDS, "message": "x" * (MAX_EVENT + 5)}]))
    assert [len(record.message) for record in records] == [MAX_EVENT, 5]


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff"])
def test_an_empty_log_is_refused_with_what_to_do(text: str, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="is empty") as refused:
        written(tmp_path, text)
    assert "around the failure" in refused.value.next_action


def test_a_missing_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        read_log(tmp_path / "nowhere.log")


@pytest.mark.parametrize("text", ['{"events": "none"}', "[1, 2]", "{broken", '{"a": ' * 3000, "2026-99-99 99:99:99 no"])
def test_what_is_no_known_form_is_text(text: str, tmp_path: Path) -> None:
    assert "\n".join(record.message for record in written(tmp_path, text)) == text


def test_arbitrary_bytes_are_read(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(bytes(range(256)))
    assert read_log(tmp_path / "log")
