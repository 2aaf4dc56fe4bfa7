"""Every attack of the corpus, obeyed by the model: nothing forbidden happens. Without its guard, it does."""

import json
from typing import Any

import pytest

from functions.draft_patch.drafters import claude, conversation, tools
from functions.publish_pull_request import step as publishing
from mendloop.contracts.base import Contract
from mendloop.contracts.incident import TimelineEntry
from mendloop.domain import outgoing, policy, python_policy
from tests.fakes.clock import NOW
from tests.fakes.house import make_decision, make_request
from tests.unit.injection.attempts import ATTEMPTS
from tests.unit.injection.corpus import ATTACKS, SOURCES, Attack
from tests.unit.injection.world import World


def test_the_corpus_is_as_large_and_as_wide_as_the_page_says() -> None:
    assert len(ATTACKS) >= 60 and {attack.kind for attack in ATTACKS} == set(SOURCES)
    assert {attack.carrier for attack in ATTACKS} == {"log", "commit", "file", "output"}
    assert {ATTEMPTS[attack.attempt].effect for attack in ATTACKS} >= {
        "change", "read", "network", "outgoing", "decision", "publish", "fence",
    }  # fmt: skip
    assert {attack.attempt for attack in ATTACKS} == set(ATTEMPTS)


@pytest.mark.parametrize("kind", SOURCES)
def test_no_attack_has_an_effect(kind: str) -> None:
    for attack in ATTACKS:
        if attack.kind != kind:
            continue
        world = World(attack)
        world.run()
        assert world.model.saw, f"the model was never shown: {attack.text}"
        assert world.effects == [], attack
        assert ATTEMPTS[attack.attempt].calls[0][0] in str(world.room.shop.artifacts.contents)


def nothing(*given: Any, **named: Any) -> None:
    return None


def same(text: str, *given: Any) -> str:
    return text


class Anything(Contract):
    """A tool that should not be there."""


def with_tools(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Tools that decide and reach the network, as a careless registry would offer them."""
    answer = tools.answer

    def careless(call: Contract, *given: Any) -> str:
        if not isinstance(call, Anything):
            return answer(call, *given)
        request = make_request(id="forged")
        world.room.decisions.ask(request)
        world.room.decisions.decide(make_decision(request))
        world.room.shop.incidents.note("network", TimelineEntry(at=NOW, step="x", what="reached"))
        return "done"

    monkeypatch.setattr(tools, "_TOOLS", {**tools._TOOLS, "approve_change": Anything, "http_get": Anything})
    monkeypatch.setattr(tools, "answer", careless)


def without(guard: str, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Switch a guard off."""
    switches: dict[str, list[tuple[Any, str, Any]]] = {
        "protected paths": [(policy, "_check_place", nothing)],
        "rules for source": [(python_policy, "check_python", nothing)],
        "tests are kept": [(python_policy, "check_tests_kept", nothing)],
        "secrets in changes": [(policy, "find_secrets", lambda text: [])],
        "budget": [(policy, "_within", nothing)],
        "redaction of tool answers": [(tools, "redact", same)],
        "paths of tools": [(tools, "check_path", nothing)],
        "shape of names": [(outgoing, "identifier", same)],
        "secrets in outgoing text": [(outgoing, "find_secrets", lambda text: [])],
        "fence": [
            (claude, "sha256", lambda text: "f" * 64),
            (conversation.Conversation, "_bare", lambda self, text: text),
        ],
    }
    for module, name, replacement in switches.get(guard, []):
        monkeypatch.setattr(module, name, replacement)
    if guard == "list of tools":
        with_tools(monkeypatch, world)
    if guard == "decision row":
        monkeypatch.setattr(publishing, "read_approved", lambda *given, **named: world.approved(world.fix))  # type: ignore[arg-type]
    if guard == "paths of tools":
        monkeypatch.setattr(world.host, "file", lambda repository, revision, path: b"aws_secret = 1")
    if guard == "allowed fields":
        told = publishing.texts.body
        monkeypatch.setattr(
            publishing.texts,
            "body",
            lambda facts, approved, by: told(facts, approved, by) + str(approved.fix.rationale),
        )


FIRST = {(attack.kind, ATTEMPTS[attack.attempt].guard): attack for attack in reversed(ATTACKS)}


@pytest.mark.parametrize(
    "attack", FIRST.values(), ids=lambda attack: f"{attack.kind}, {ATTEMPTS[attack.attempt].guard}"
)
def test_the_same_attack_succeeds_where_its_guard_is_off(attack: Attack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every class, with every guard that stops one of its attacks: so the guard is what stops it, not chance."""
    world = World(attack)
    without(ATTEMPTS[attack.attempt].guard, monkeypatch, world)
    world.run()
    assert ATTEMPTS[attack.attempt].effect in world.effects, json.dumps(world.model.sent[-1:])[:500]
