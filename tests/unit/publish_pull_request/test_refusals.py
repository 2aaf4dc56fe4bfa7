"""What was not approved, or is not what was approved, is refused by name."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mendloop.contracts.approval import Action
from mendloop.contracts.draft import Edit
from mendloop.domain.errors import BadDecision, BaseMoved, ContentChanged
from tests.fakes.clock import NOW
from tests.fakes.house import (
    INCIDENT,
    PATH,
    make_catalog,
    make_decision,
    make_execution,
    make_request,
    make_verification,
)
from tests.unit.publish_pull_request.scene import SOURCE, Scene


def test_nothing_was_asked() -> None:
    with pytest.raises(BadDecision, match="nobody was ever asked"):
        Scene().run()


def test_nothing_was_decided() -> None:
    scene = Scene()
    scene.ask()
    with pytest.raises(BadDecision, match="nobody has decided"):
        scene.run()


@pytest.mark.parametrize("action", [action for action in Action if action is not Action.APPROVE])
def test_every_other_decision_is_no_approval(action: Action) -> None:
    scene = Scene()
    scene.approve(action=action)
    with pytest.raises(BadDecision, match=action.value):
        scene.run()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"by": "mallory"}, "not asked"),
        ({"at": NOW + timedelta(hours=25)}, "expired"),
    ],
)
def test_an_approval_by_the_wrong_person_or_too_late(fields: dict[str, object], said: str) -> None:
    scene = Scene()
    scene.approve(**fields)
    with pytest.raises(BadDecision, match=said):
        scene.run()


def test_a_decision_on_another_content() -> None:
    scene = Scene()
    scene.approve(content_sha256="0" * 64)
    with pytest.raises(ContentChanged, match="another content"):
        scene.run()


def test_an_older_question_than_the_newest() -> None:
    from mendloop.contracts.approval import DecisionSlot

    scene = Scene()
    old = scene.approve()
    newer = make_request(id=f"{INCIDENT}.1-aaaaaaaa", asked_at=NOW + timedelta(hours=1))
    scene.decisions.ask(newer)
    slot = DecisionSlot(request_id=old.id, action=Action.APPROVE, by="dana", at=NOW, content_sha256=old.content_sha256)
    with pytest.raises(ContentChanged, match="newest question"):
        scene.run(make_execution(decision=slot))


def swap_draft(scene: Scene) -> None:
    ref = next(key for key in scene.artifacts.contents if key.endswith("draft.json"))
    scene.artifacts.contents[ref] = scene.artifacts.contents[ref].replace(b"or 0", b"or 9")


def swap_evidence(scene: Scene) -> None:
    ref = next(key for key in scene.artifacts.contents if key.endswith("evidence.json"))
    scene.artifacts.contents[ref] += b" "


def swap_verification(scene: Scene) -> None:
    ref = next(key for key in scene.artifacts.contents if key.endswith("verification.json"))
    scene.artifacts.contents[ref] = scene.artifacts.contents[ref].replace(b"proved", b"failed")


def swap_catalog(scene: Scene) -> None:
    scene.catalogs.catalog = make_catalog(approvers=["dana"])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (swap_draft, "draft"),
        (swap_evidence, "evidence"),
        (swap_verification, "verification"),
        (swap_catalog, "the catalog"),
    ],
)
def test_a_changed_part_is_refused_by_name(change: Callable[[Scene], None], named: str) -> None:
    scene = Scene()
    scene.approve()
    change(scene)
    with pytest.raises(ContentChanged, match=named):
        scene.run()
    assert not scene.branches


@pytest.mark.parametrize(
    ("field", "named"),
    [("diff_sha256", "the diff"), ("base", "the base revision"), ("draft_sha256", "the draft")],
)
def test_a_question_whose_content_is_not_its_parts(field: str, named: str) -> None:
    from mendloop.domain.identity import content_hash

    scene = Scene()
    good = scene.ask()
    content = good.content.model_copy(update={field: "0" * 64})
    bad = good.model_copy(
        update={
            "id": f"{INCIDENT}.1-bbbbbbbb",
            "asked_at": NOW + timedelta(minutes=1),
            "content": content,
            "content_sha256": content_hash(content),
        }
    )
    scene.decisions.ask(bad)
    scene.decisions.decide(make_decision(bad))
    with pytest.raises(ContentChanged, match=named):
        scene.run()


def test_a_diff_that_the_edits_do_not_make() -> None:
    scene = Scene()
    scene.fix = scene.make_fix(diff="diff --git a/x b/x\n")
    scene.approve()
    with pytest.raises(ContentChanged, match="do not make the diff"):
        scene.run()


def test_a_verification_of_another_draft() -> None:
    scene = Scene()
    request = scene.ask()
    from mendloop import documents
    from mendloop.domain.identity import content_hash

    other = documents.store(scene.artifacts, "other.json", make_verification(draft_sha256="e" * 64))
    content = request.content.model_copy(update={"verification_sha256": other.sha256})
    update = {
        "id": f"{INCIDENT}.1-cccccccc",
        "asked_at": NOW + timedelta(minutes=1),
        "verification": other,
        "content": content,
        "content_sha256": content_hash(content),
    }
    asked = scene.decisions.ask(request.model_copy(update=update))
    scene.decisions.decide(make_decision(asked))
    with pytest.raises(ContentChanged, match="another draft"):
        scene.run()


class TestBase:
    def test_commits_elsewhere_do_not_matter(self) -> None:
        scene = Scene()
        scene.approve()
        scene.code.commit_files({"README": "more", PATH: SOURCE.replace("return 1", "return 2")}, "Elsewhere")
        slot = scene.run()
        assert scene.code.commit(scene.repository, slot.commit).parents == [scene.base]

    def test_a_commit_inside_the_touched_function(self) -> None:
        scene = Scene()
        scene.approve()
        scene.code.commit_files({PATH: SOURCE.replace("total = 0", "total = 1")}, "Inside")
        with pytest.raises(BaseMoved, match="order_total"):
            scene.run()
        assert not scene.branches

    def test_a_file_that_is_gone(self) -> None:
        scene = Scene()
        scene.approve()
        scene.code.commit_files({PATH: None}, "Gone")
        with pytest.raises(BaseMoved, match=PATH):
            scene.run()

    def test_a_file_that_came_where_the_test_would_stand(self) -> None:
        scene = Scene()
        scene.approve()
        scene.code.commit_files({"tests/test_regression_f.py": "x = 1\n"}, "Came")
        with pytest.raises(BaseMoved, match="test_regression_f"):
            scene.run()

    def test_a_rewritten_history(self) -> None:
        scene = Scene()
        scene.approve()
        scene.code.commit_files({PATH: SOURCE}, "Another start", parents=[])
        with pytest.raises(BaseMoved, match="rewritten"):
            scene.run()

    def test_a_text_that_stands_twice_now(self) -> None:
        scene = Scene()
        scene.fix = scene.make_fix(
            edits=[Edit(path=PATH, search="total += item.discount\n", replace="total += item.discount or 0\n")]
        )
        scene.approve()
        more = SOURCE + "\n\ndef more(item, total):\n    total += item.discount\n"
        scene.code.commit_files({PATH: more}, "Twice")
        with pytest.raises(BaseMoved, match="moved"):
            scene.run()

    def test_a_branch_that_was_pushed_already_goes_on(self) -> None:
        scene = Scene()
        scene.approve()
        slot = scene.run()
        scene.code.requests.clear()
        scene.code.commit_files({PATH: SOURCE.replace("total = 0", "total = 1")}, "Inside")
        assert scene.run().branch == slot.branch


@pytest.mark.parametrize("decided", [None, Action.REJECT])
def test_a_forged_start_that_claims_an_approval_publishes_nothing(decided: Action | None) -> None:
    from mendloop.contracts.approval import DecisionSlot

    scene = Scene()
    request = scene.ask()
    if decided:
        scene.decisions.decide(make_decision(request, action=decided))
    hashed = request.content_sha256
    slot = DecisionSlot(request_id=request.id, action=Action.APPROVE, by="dana", at=NOW, content_sha256=hashed)
    with pytest.raises(BadDecision):
        scene.run(make_execution(decision=slot))
    assert not scene.branches and not scene.code.requests
