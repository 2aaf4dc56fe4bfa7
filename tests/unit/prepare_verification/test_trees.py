"""Archives from outside are read with bounds; what cannot be tested is said, what is down is an error."""

import gzip
import io
import tarfile
from typing import Any

import pytest

from functions.prepare_verification import trees
from functions.prepare_verification.dependencies import asked
from functions.prepare_verification.trees import pack, unpack
from mendloop import documents
from mendloop.contracts.approval import Action, DecisionSlot
from mendloop.contracts.draft import ActionRecommended, DraftSlot, Edit
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import PreparationSlot, TestJob
from mendloop.domain.errors import ContentChanged, Rejected, TooLarge, Unavailable
from mendloop.domain.test_command import read_test_command
from tests.browser.sample import World
from tests.fakes import house
from tests.unit.prepare_verification.test_prepare_verification import made, names, prepared


def archive(*members: tuple[str, bytes, bytes]) -> bytes:
    """(name, type, content) of each member."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(content), "/etc/passwd"
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def test_links_and_devices_are_left_out() -> None:
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE)
    strange = [(f"strange{number}", kind, b"") for number, kind in enumerate(kinds)]
    assert list(unpack(archive(("a.py", tarfile.REGTYPE, b"1"), *strange), "it")) == ["a.py"]


@pytest.mark.parametrize("name", ["../outside.py", "/etc/cron.d/x", "a/../../b", ".git/hooks/post-checkout"])
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(Rejected):
        unpack(archive((name, tarfile.REGTYPE, b"1")), "it")


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MOST_BYTES", 1_000_000)
    with pytest.raises(TooLarge):
        unpack(archive(*[(f"{n}.bin", tarfile.REGTYPE, bytes(400_000)) for n in range(3)]), "it")


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>busy</html>", gzip.compress(b"no tar"), archive()[:20]],
    ids=["empty", "a page", "no tar", "cut"],  # the archives' bytes hold the time: no names for tests
)
def test_no_archive_is_an_outage_not_an_empty_tree(content: bytes) -> None:
    with pytest.raises(Unavailable):
        unpack(content, "it")


def test_packing_is_repeatable_and_keeps_what_is_executable() -> None:
    tree = {"run.sh": (b"#!", True), "a.py": (b"1", False)}
    assert pack(tree, "it") == pack(dict(reversed(tree.items())), "it")
    assert unpack(pack(tree, "it"), "it") == tree


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("requirements.txt", "# none: standard library only\n\n", ""),
        ("requirements.txt", "pytest==9.0\n", ""),
        ("requirements.txt", "requests==2.32  # http\n", "requirements.txt asks for 1"),
        ("shop/requirements.txt", "a==1\nb==2\n", "requirements.txt asks for 2"),
        ("pyproject.toml", "[project]\ndependencies = []\n", ""),
        ("pyproject.toml", "[project]\ndependencies = ['requests']\n", "pyproject.toml asks for 1"),
        ("pyproject.toml", "not toml at all [", ""),
    ],
)
def test_a_project_that_needs_packages_is_told_so(name: str, text: str, says: str) -> None:
    said = asked({name: (text.encode(), False)}, "shop").said
    assert said.startswith(says) if says else said == ""


@pytest.mark.parametrize("command", ["", "make test", "pytest; rm -rf /tmp/x'", "python -m unittest", "tox"])
def test_only_pytest_can_be_proved_with(command: str) -> None:
    assert read_test_command(command) is None


def test_a_draft_that_is_no_fix_is_not_tested() -> None:
    world = World()
    host, _ = made()
    slot = prepared(world, host, ActionRecommended(reason_code="x", action="y"))  # type: ignore[arg-type]
    assert slot.job is None
    assert slot.skipped == "The draft is no code fix but action recommended."


def test_a_running_revision_that_the_host_has_lost_is_left_out() -> None:
    world = World()
    host, fix = made()
    slot = prepared(world, host, fix.model_copy(update={"running": "9" * 40}))
    assert slot.job is not None
    assert documents.load(world.artifacts, slot.job, TestJob).running is None


def test_the_running_tree_is_that_of_the_running_revision() -> None:
    world = World()
    host, fix = made()
    head = host.commit_files({"later.py": "x = 1\n"}, "Later")
    slot = prepared(world, host, fix.model_copy(update={"base": head}))
    assert slot.job is not None
    job = documents.load(world.artifacts, slot.job, TestJob)
    assert job.running is not None
    assert "later.py" not in names(world.artifacts.get(job.running))
    assert "later.py" in names(world.artifacts.get(job.base))


def test_what_ran_well_is_packed_with_the_test_where_the_test_names_it() -> None:
    world = World()
    host, fix = made()
    head = host.commit_files({"later.py": "x = 1\n"}, "Later")
    test = fix.regression.model_copy(update={"green_at": fix.running})
    slot = prepared(world, host, fix.model_copy(update={"base": head, "regression": test}))
    assert slot.job is not None
    job = documents.load(world.artifacts, slot.job, TestJob)
    assert job.good is not None
    found = names(world.artifacts.get(job.good))
    assert "later.py" not in found and fix.regression.path in found
    gone = fix.regression.model_copy(update={"green_at": "9" * 40})
    slot = prepared(world, host, fix.model_copy(update={"regression": gone}))
    assert slot.job is not None and documents.load(world.artifacts, slot.job, TestJob).good is None


def adjusted(world: World, **decision: Any) -> PreparationSlot:
    host, fix = made()
    other = fix.model_copy(update={"edits": [Edit(path="shop.py", search="order['sum']", replace="0")], "diff": "b"})
    ref = documents.store(world.artifacts, "adjusted.json", other)
    request = world.decisions.ask(house.make_request())
    world.decisions.decide(house.make_decision(request, action=Action.ADJUST, **({"adjusted": ref} | decision)))
    slot = DecisionSlot(
        request_id=request.id, action=Action.ADJUST, by="dana", at=house.NOW, content_sha256=request.content_sha256
    )
    draft = DraftSlot(kind="code_fix", ref=documents.store(world.artifacts, "draft.json", fix))
    execution: Execution = world.execution(draft=draft, decision=slot)
    return prepared(world, host, fix, execution=execution)


def test_what_the_reviewer_made_of_it_is_what_is_tested() -> None:
    world = World()
    slot = adjusted(world)
    assert slot.job is not None and slot.draft is not None
    assert slot.draft.key == "adjusted.json"
    job = documents.load(world.artifacts, slot.job, TestJob)
    assert b"return 0" in names(world.artifacts.get(job.patched))["shop.py"]


def test_an_adjustment_without_a_patch_is_not_replaced_by_the_draft() -> None:
    with pytest.raises(ContentChanged):
        adjusted(World(), adjusted=None)
