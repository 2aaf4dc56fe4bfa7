"""The replayed request: red where the entry point raises production's failure, or logs it and answers for it."""

import logging
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from tests.unit.draft_patch.drafting import Drafting
from tests.unit.map_code.shop import Shop

Entry = Callable[[dict[str, object], object], object]


def order_total(items: object) -> int:
    """Fails as production did."""
    return len(items)  # type: ignore[arg-type]


def answering(log: Callable[[Exception], None], fails: bool = True) -> Entry:
    """An entry point that lets nothing out."""

    def handler(event: dict[str, object], context: object) -> object:
        try:
            return {"statusCode": 200, "body": order_total(event["items"] if fails else [])}
        except Exception as error:
            log(error)
            return {"statusCode": 500}

    return handler


def logger(name: str) -> logging.Logger:
    """One whose records reach no handler of the root's, as some libraries make them."""
    found = logging.getLogger(f"tests.replay.{name}")
    found.propagate = False
    return found


def with_traceback(error: Exception) -> None:
    logger("own").exception("failed: %s", error)


def as_a_warning(error: Exception) -> None:
    logger("own").warning("tried again", exc_info=True)


def without_traceback(error: Exception) -> None:
    logger("own").error("failed: %s", error)


def of_another_type(error: Exception) -> None:
    try:
        raise LookupError("no such order") from error
    except LookupError:
        logger("own").exception("failed")


def replay(handler: Entry, monkeypatch: pytest.MonkeyPatch) -> Exception | None:
    """What the drafted test raises when this is the service's entry point."""
    test = Drafting(shop := Shop(), shop.break_it()).fix().regression
    module = ModuleType("shop.entry")
    module.handler = handler  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shop", ModuleType("shop"))
    monkeypatch.setitem(sys.modules, "shop.entry", module)
    names: dict[str, Any] = {}
    exec(compile(test.content, test.path, "exec"), names)
    with pytest.MonkeyPatch.context() as inner:
        try:
            names["test_request_that_failed_in_production"](inner)
        except Exception as error:
            return error
    return None


def test_a_failure_that_is_logged_and_answered_with_500_is_the_same_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    error = replay(answering(with_traceback), monkeypatch)
    assert isinstance(error, TypeError)
    assert [frame.name for frame in traceback.extract_tb(error.__traceback__)][-2:] == ["handler", "order_total"]


def test_a_failure_that_is_raised_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(replay(lambda event, context: order_total(event["items"]), monkeypatch), TypeError)


@pytest.mark.parametrize("log", [as_a_warning, without_traceback, of_another_type])
def test_other_log_lines_are_no_failure(log: Callable[[Exception], None], monkeypatch: pytest.MonkeyPatch) -> None:
    assert replay(answering(log), monkeypatch) is None


def test_what_is_mended_is_green(monkeypatch: pytest.MonkeyPatch) -> None:
    assert replay(answering(with_traceback, fails=False), monkeypatch) is None
