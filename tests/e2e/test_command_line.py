"""The command line against the deployed house: what an operator types, and what it answers."""

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mendloop.cli.main import app
from tests.e2e.conftest import House

pytestmark = [pytest.mark.cloud, pytest.mark.timeout(420)]


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_doctor_finds_the_way_open(house: House) -> None:
    code, text = run("doctor", house.production.service)
    assert code == 0, text
    for words in ("is readable", "runs", "reaches mendloop", "receives mail", "test command", "not paused"):
        assert words in text


def test_doctor_says_what_to_mend_when_paused(house: House) -> None:
    assert run("pause", house.production.service)[0] == 0
    try:
        code, text = run("doctor", house.production.service)
        assert code == 3 and "mendloop resume" in text
    finally:
        assert run("resume", house.production.service)[0] == 0
    assert run("doctor", house.production.service)[0] == 0


def test_a_paused_service_takes_nothing_in(house: House, tmp_path: Path) -> None:
    assert run("pause", house.production.service)[0] == 0
    try:
        event = json.loads((Path(__file__).parents[2] / "events/cloudwatch/metric_alarm.json").read_text())
        event["detail"]["alarmName"] = house.production.alarm_name
        event["id"], event["detail"]["state"]["timestamp"] = "paused", "2026-11-23T07:00:00.000+0000"
        (tmp_path / "event.json").write_text(json.dumps(event))
        assert run("replay", str(tmp_path / "event.json"))[0] == 0
        deadline = time.monotonic() + 30
        while "is paused" not in run("incidents", "--skipped")[1]:
            assert time.monotonic() < deadline, run("incidents", "--skipped")[1]
            time.sleep(0.5)
    finally:
        assert run("resume", house.production.service)[0] == 0


def test_a_rehearsal_reaches_the_mail(house: House) -> None:
    assert run("test-alarm", house.production.service)[0] == 0
    deadline = time.monotonic() + 120
    mails = []
    while not any("rehearsal" in (mail.subject + mail.body).lower() for mail in mails):
        assert time.monotonic() < deadline, [mail.subject for mail in mails]
        mails += house.inbox.take()
        time.sleep(0.5)
    found = [incident for incident in house.place.wiring.incidents.incidents() if incident.signal.kind == "rehearsal"]
    assert len(found) == 1
    code, text = run("show", found[0].id)
    assert code == 0 and "intake" in text and "announce_outcome" in text


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["show", "inc-0000000000000000"], 3, "there is no incident"),
        (["test-alarm", "nobody"], 3, "the catalog has no service 'nobody'"),
        (["replay", "not-there.json"], 2, "holds no JSON"),
        (["catalog", "check", "not-there.yaml"], 2, "is not there"),
    ],
)
def test_wrong_words_say_what_to_do(house: House, words: list[str], code: int, says: str) -> None:
    exit_code, text = run(*words)
    assert exit_code == code and says in text.replace("\n", " ")


def test_catalog_check_and_show(house: House) -> None:
    code, text = run("catalog", "check", str(house.cloud.folder / "mendloop.yaml"))
    assert code == 0 and "valid" in text
    code, text = run("catalog", "show")
    assert code == 0 and house.production.service in text
