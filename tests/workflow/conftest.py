"""The interpreter, started once per module."""

from collections.abc import Iterator

import pytest

from tests.conftest import _TEST_KEYS
from tests.workflow.interpreter import Interpreter, interpreter


@pytest.fixture(scope="module")
def cloud() -> Iterator[Interpreter]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in _TEST_KEYS.items():
            environment.setenv(name, value)
        with interpreter() as started:
            yield started
