"""Every pause switch."""

import json

import boto3
import pytest

from mendloop.adapters.ssm_switch import SsmSwitch
from mendloop.domain.errors import Misconfigured, NotFound
from mendloop.ports import Switch
from tests.fakes.switch import InMemorySwitch

NAME = "/mendloop/pause"


@pytest.fixture(params=["memory", "ssm"])
def kind(request: pytest.FixtureRequest) -> str:
    if request.param == "ssm":
        request.getfixturevalue("aws")
    return str(request.param)


def switch(kind: str, *services: str, everything: bool = False) -> Switch:
    if kind == "memory":
        return InMemorySwitch(*services, everything=everything)
    write(json.dumps({"all": everything, "services": services}))
    return SsmSwitch(NAME)


def test_nothing_is_paused(kind: str) -> None:
    assert not switch(kind).paused("shop")


def test_one_service_is_paused(kind: str) -> None:
    paused = switch(kind, "shop")
    assert paused.paused("shop")
    assert not paused.paused("mail")


def test_everything_is_paused(kind: str) -> None:
    assert switch(kind, everything=True).paused("shop")


@pytest.mark.parametrize("value", ["off", "[]", '{"all": "true", "services": []}', '{"al": true}', '{"services": "x"}'])
def test_what_cannot_be_read_is_never_taken_for_go(aws: None, value: str) -> None:
    write(value)
    with pytest.raises(Misconfigured, match=NAME):
        SsmSwitch(NAME).paused("shop")


def test_a_missing_parameter_is_an_error(aws: None) -> None:
    with pytest.raises(NotFound, match=NAME):
        SsmSwitch(NAME).paused("shop")


def test_a_change_is_seen_at_the_next_question(aws: None) -> None:
    paused = switch("ssm", "shop")
    assert paused.paused("shop")
    write('{"all": false, "services": []}')
    assert not paused.paused("shop")


def write(value: str) -> None:
    boto3.client("ssm").put_parameter(Name=NAME, Value=value, Type="String", Overwrite=True)
