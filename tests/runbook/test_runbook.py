"""Every task of the runbook, done by its text alone, so that the text cannot rot."""

import re

import pytest

from mendloop.domain.errors import MendloopError, names_of
from mendloop.domain.outgoing_reasons import MACHINE, next_action
from tests.runbook.arrangements import ARRANGEMENTS
from tests.runbook.reading import SAMPLE, Task, missing, tasks, text
from tests.runbook.station import Station

TASKS = tasks()


@pytest.mark.parametrize("task", TASKS, ids=lambda task: f"{task.number}: {task.title}")
def test_the_task_is_done_by_its_text(desk: Station, task: Task) -> None:
    story = ARRANGEMENTS[task.number](desk)
    incident_id = next(story)
    for position, command in enumerate(task.commands):
        if position:
            next(story, None)
        words = [word.replace(SAMPLE, incident_id) for word in command.words]
        assert words[0] == "mendloop", words
        code, answer = desk.run(*words[1:])
        said = f"`{' '.join(words)}` answered with {code}:\n{answer}"
        assert code == command.code, said
        lacking = missing(command.expected, answer, incident_id)
        assert not lacking, f"{lacking!r} is lacking: {said}"


def test_there_are_at_least_twenty_tasks_and_each_has_commands_with_answers() -> None:
    assert [task.number for task in TASKS] == list(range(1, len(TASKS) + 1)) and len(TASKS) >= 20
    assert sorted(ARRANGEMENTS) == [task.number for task in TASKS]
    for task in TASKS:
        assert task.commands and all(command.expected for command in task.commands), task.title


CAUSES = [*names_of(MendloopError), *MACHINE]


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_leads_to_a_task(cause: str) -> None:
    (row,) = [line for line in text().splitlines() if line.startswith("| `") and f"`{cause}`" in line.split("|")[1]]
    number = int(re.findall(r"\[(\d+)\]\(#", row)[0])
    assert number in {task.number for task in TASKS}


def test_every_cause_says_what_to_do_next(desk: Station) -> None:
    for cause in ("Throttled", "NotFound", "PatchRefused", "MoneyExhausted", "States.Timeout", "ExecutionTimedOut"):
        incident = desk.fails(cause, name=f"shop-{cause.lower()}")
        assert f"{cause}: {next_action(cause)}" in desk.run("show", incident.id)[1]


def test_every_link_inside_leads_to_a_heading() -> None:
    headings = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in text().splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text())) <= headings


def test_every_command_that_is_named_exists(desk: Station) -> None:
    for words in sorted(set(re.findall(r"`mendloop ([a-z-]+)", text()))):
        assert desk.run(words, "--help")[0] == 0, words


def test_what_stands_for_anything_does_not_stand_for_nothing_expected() -> None:
    assert missing(["a … c"], "a b c", "") == "" and missing(["a … c"], "a b", "") == "a … c"
    assert missing(["two", "one"], "one\ntwo", "") == "one", "in their order"
    assert missing([f"{SAMPLE} x"], "inc-1 x", "inc-1") == ""
