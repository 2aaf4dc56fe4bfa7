"""Preparing packs three trees, or says why nothing can be run; it never runs project code."""

import io
import tarfile
from typing import Any

import pytest

from functions.prepare_verification.step import prepare_verification
from mendloop import documents
from mendloop.contracts.approval import Action, DecisionSlot
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.draft import CodeFix, DraftSlot, Edit, Witness
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import PreparationSlot, TestJob
from tests.browser.sample import World
from tests.fakes import house
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.code_host import InMemoryCodeHost

SOURCE = b"def total(order):\n    return order['sum']\n"


def prepared(
    world: World, host: InMemoryCodeHost, fix: CodeFix, *, execution: Execution | None = None, **fields: Any
) -> PreparationSlot:
    ref = documents.store(world.artifacts, "draft.json", fix)
    world.catalogs = FixedCatalog(house.make_catalog(services={"shop": house.make_service(**fields)}))
    return prepare_verification(
        execution or world.execution(draft=DraftSlot(kind="code_fix", ref=ref)),
        artifacts=world.artifacts,
        incidents=world.incidents,
        decisions=world.decisions,
        catalogs=world.catalogs,
        code_host=lambda repository: host,
        clock=world.clock,
        nonce=lambda: "0" * 32,
        runner="sandbox",
    )


def made() -> tuple[InMemoryCodeHost, CodeFix]:
    host = InMemoryCodeHost()
    base = host.commit_files({"shop.py": SOURCE, "tests/test_shop.py": b"def test_a():\n    pass\n"}, "Start")
    edit = Edit(path="shop.py", search="order['sum']", replace="order.get('sum', 0)")
    regression = house.make_code_fix().regression.model_copy(
        update={"path": "tests/test_regression.py", "content": "def test_it():\n    pass\n"}
    )
    fix = house.make_code_fix(base=base, running=base, edits=[edit], regression=regression)
    return host, fix


def names(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {m.name: f.read() for m in tar.getmembers() if (f := tar.extractfile(m))}


def test_three_trees_with_the_regression_test_and_only_the_last_patched() -> None:
    world = World()
    host, fix = made()
    slot = prepared(world, host, fix, test_command="python -m pytest -q")
    assert slot.job is not None, slot.skipped
    job = documents.load(world.artifacts, slot.job, TestJob)
    trees = {name: names(world.artifacts.get(getattr(job, name))) for name in ("running", "base", "patched")}
    assert all("tests/test_regression.py" in tree for tree in trees.values())
    assert trees["base"]["shop.py"] == SOURCE == trees["running"]["shop.py"]
    assert b"get('sum', 0)" in trees["patched"]["shop.py"]
    assert job.nonce == slot.nonce == "0" * 32


def test_witnesses_are_packed_beside_the_regression_test_and_named_in_the_root() -> None:
    world = World()
    host, fix = made()
    witness = Witness(path="app/tests/test_regression_before1.py", content="def test_that():\n    pass\n")
    regression = fix.regression.model_copy(update={"witnesses": [witness]})
    slot = prepared(world, host, fix.model_copy(update={"regression": regression}), root="app")
    assert slot.job
    job = documents.load(world.artifacts, slot.job, TestJob)
    assert job.witnesses == ["tests/test_regression_before1.py"]
    for tree in (job.base, job.patched):
        assert names(world.artifacts.get(tree))[witness.path] == witness.content.encode()


def test_without_a_test_command_nothing_is_packed_and_it_says_so() -> None:
    host, fix = made()
    slot = prepared(World(), host, fix, test_command="")
    assert slot.job is None and "test" in slot.skipped


def decided(world: World, action: Action, adjusted: ArtifactRef | None = None) -> DecisionSlot:
    request = world.decisions.ask(house.make_request())
    made = house.make_decision(request, action=action, adjusted=adjusted)
    world.decisions.decide(made)
    return DecisionSlot.model_validate(made.model_dump())


@pytest.mark.parametrize(
    ("action", "prepared_for", "subject"),
    [
        (Action.ADJUST, 1, "adjusted"),
        (Action.ADJUST, 2, "the draft"),  # a newer draft: the adjustment was of the one before
        (Action.RERUN, 1, "adjusted earlier"),
        (Action.REDRAFT, 2, "the draft"),
    ],
)
def test_what_is_verified_after_a_decision(action: Action, prepared_for: int, subject: str) -> None:
    world, (host, fix) = World(), made()
    refs = {
        name: documents.store(world.artifacts, f"{name}.json", fix.model_copy(update={"title": name}))
        for name in ("the draft", "adjusted", "adjusted earlier")
    }
    execution = world.execution(
        draft=DraftSlot(kind="code_fix", ref=refs["the draft"], attempt=prepared_for),
        preparation=PreparationSlot(attempt=1, draft=refs["adjusted earlier"]),
        decision=decided(world, action, refs["adjusted"] if action is Action.ADJUST else None),
    )
    assert prepared(world, host, fix, execution=execution).draft == refs[subject]
