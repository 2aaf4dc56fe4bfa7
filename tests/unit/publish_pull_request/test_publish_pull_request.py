"""One branch, one commit, one pull request, of exactly what was approved."""

import pytest

from mendloop.contracts.approval import Action
from mendloop.contracts.mapping import Owner
from mendloop.contracts.publication import Publication
from mendloop.domain.catalog import Autonomy, Catalog
from mendloop.domain.errors import Misconfigured, Paused, TooManyOpen
from mendloop.domain.patch import apply_edits, unified_diff
from mendloop.ports import FileChange
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.house import FAULT, INCIDENT, PATH, make_catalog, make_incident
from tests.fakes.switch import InMemorySwitch
from tests.unit.publish_pull_request.scene import Deaths, Killed, Scene

EFFECTS = (
    ("incidents", "save_publication"),
    ("incidents", "note"),
    ("code", "push_branch"),
    ("code", "open_pull_request"),
)


def test_an_approved_change_becomes_a_draft_pull_request_from_the_pinned_base() -> None:
    scene = Scene()
    request = scene.approve()
    slot = scene.run()
    branch = scene.code.branch(scene.repository, slot.branch)
    assert branch
    assert slot.branch == f"mendloop/{INCIDENT}"
    assert scene.code.commit(scene.repository, branch.head).parents == [scene.base]
    changed = scene.code.file(scene.repository, branch.head, PATH)
    assert changed
    assert b"item.discount or 0" in changed
    assert branch.message.splitlines()[-3:] == [
        f"Mendloop-Incident: {INCIDENT}",
        f"Mendloop-Content: {request.content_sha256}",
        "Approved-by: Dana Example",
    ]
    [opened] = scene.code.requests
    assert opened.draft
    assert opened.url == slot.url
    assert opened.title == "Fix TypeError in order_total"


def test_who_adjusted_the_patch_is_named_as_co_author() -> None:
    scene = Scene()
    scene.fix = scene.make_fix(adjusted_by="robin")
    scene.approve()
    branch = scene.code.branch(scene.repository, scene.run().branch)
    assert branch
    assert branch.message.splitlines()[-1] == "Co-authored-by: Robin Example <robin@example.com>"


def test_a_regression_test_that_stays_out_of_the_change_is_not_pushed() -> None:
    scene = Scene()
    kept_out = scene.fix.regression.model_copy(update={"published": False})
    scene.fix = scene.fix.model_copy(update={"regression": kept_out, "diff": diff_of_the_code(scene)})
    scene.approve()
    branch = scene.code.branch(scene.repository, scene.run().branch)
    assert branch
    assert scene.code.file(scene.repository, branch.head, kept_out.path) is None
    assert b"item.discount or 0" in (scene.code.file(scene.repository, branch.head, PATH) or b"")


def diff_of_the_code(scene: Scene) -> str:
    before = {PATH: scene.code.file(scene.repository, scene.base, PATH)}
    return unified_diff(before, apply_edits(before.get, scene.fix.edits))


def test_the_store_remembers_how_far_it_got() -> None:
    scene = Scene()
    scene.approve()
    slot = scene.run()
    saved = scene.incidents.publication(FAULT, 1)
    assert saved
    assert (saved.number, saved.url, saved.commit) == (slot.number, slot.url, slot.commit)
    assert [entry.what for entry in scene.incidents.timeline(INCIDENT)] == [
        f"Opened pull request 1 on mendloop/{INCIDENT}"
    ]


def test_running_again_changes_nothing() -> None:
    scene = Scene()
    scene.approve()
    first, second = scene.run(), scene.run()
    assert first == second
    assert len(scene.code.requests) == len(scene.branches) == 1


def boundaries() -> int:
    scene, deaths = Scene(), Deaths()
    scene.approve()
    for owner, name in EFFECTS:
        deaths.wrap(getattr(scene, owner), name)
    scene.run()
    return deaths.seen


@pytest.mark.parametrize("at", range(boundaries()))
def test_a_death_at_any_effect_boundary_leaves_one_branch_and_one_pull_request(at: int) -> None:
    scene, deaths = Scene(), Deaths(at)
    scene.approve()
    for owner, name in EFFECTS:
        deaths.wrap(getattr(scene, owner), name)
    with pytest.raises(Killed):
        scene.run()
    scene.clock.advance(minutes=3)
    slot = scene.run()
    print(f"killed {deaths.names[at]} ({at + 1} of {boundaries()})")
    assert scene.branches == [slot.branch] == [f"mendloop/{INCIDENT}"]
    assert [opened.number for opened in scene.code.requests] == [slot.number]
    assert len(scene.incidents.timeline(INCIDENT)) == 1
    saved = scene.incidents.publication(FAULT, 1)
    assert saved
    assert saved.number == slot.number


def test_twelve_boundaries_are_tried() -> None:
    assert boundaries() == 12


def test_a_branch_with_another_content_is_left_alone_and_the_next_name_taken() -> None:
    scene = Scene()
    scene.approve()
    theirs = scene.code.push_branch(
        scene.repository,
        f"mendloop/{INCIDENT}",
        scene.base,
        [FileChange(path=PATH, content=b"theirs\n")],
        "Something else",
        ("a", "a@x"),
    )
    slot = scene.run()
    assert slot.branch == f"mendloop/{INCIDENT}-2"
    assert scene.code.branches[f"mendloop/{INCIDENT}"] == theirs.head


def test_a_forged_trailer_does_not_make_a_branch_ours() -> None:
    scene = Scene()
    request = scene.approve()
    scene.code.push_branch(
        scene.repository,
        f"mendloop/{INCIDENT}",
        scene.base,
        [FileChange(path=PATH, content=b"backdoor\n")],
        f"Fix\n\nMendloop-Content: {request.content_sha256}",
        ("a", "a@x"),
    )
    assert scene.run().branch == f"mendloop/{INCIDENT}-2"


def test_what_nobody_approved_beside_what_was_approved_does_not_make_a_branch_ours() -> None:
    scene = Scene()
    scene.approve()
    slot = scene.run()
    approved = scene.code.file(scene.repository, scene.code.branches[slot.branch], PATH)
    message = scene.code.branch(scene.repository, slot.branch)
    assert approved is not None and message is not None
    again = Scene()
    again.approve()
    files = {
        one.path: again_file
        for one in scene.code.tree(scene.repository, message.head)
        if (again_file := scene.code.file(scene.repository, message.head, one.path)) is not None
    }
    files[".github/workflows/steal.yml"] = b"on: push\n"
    changes = [FileChange(path=path, content=content) for path, content in files.items()]
    again.code.push_branch(again.repository, slot.branch, again.base, changes, message.message, ("a", "a@x"))
    assert again.run().branch == f"mendloop/{INCIDENT}-2"


@pytest.mark.parametrize("state", ["closed", "merged"])
def test_one_that_a_person_ended_is_not_opened_again(state: str) -> None:
    scene = Scene()
    scene.approve()
    slot = scene.run()
    scene.code.end("1", state=state)
    assert scene.run() == slot.model_copy(update={"state": state})
    assert len(scene.code.requests) == 1


def test_a_person_who_pushes_on_top_or_forces_gets_no_second_one_beside_it() -> None:
    scene = Scene()
    scene.approve()
    slot = scene.run()
    scene.code.commit_files({PATH: "theirs\n"}, "Mine", branch=slot.branch)
    assert scene.run() == slot
    scene.code.commit_files({PATH: "other\n"}, "Forced", branch=slot.branch, parents=[scene.base])
    assert scene.run() == slot
    assert scene.branches == [slot.branch]


def test_a_default_branch_that_was_renamed_is_the_base_under_its_new_name() -> None:
    scene = Scene()
    scene.approve()
    scene.code.branches["trunk"] = scene.code.branches.pop("main")
    scene.code.default = "trunk"
    scene.run()
    assert scene.code.requests[0].base == "trunk"


def test_the_owner_is_asked_to_review_by_their_login_and_it_is_said_where_they_cannot_be() -> None:
    scene = Scene()
    owner = {"name": "Dana", "catalog_name": "dana", "reason": "wrote it"}
    scene.mapping = scene.mapping.model_copy(update={"owner": Owner.model_validate(owner)})
    catalog = make_catalog().model_dump()
    catalog["approvers"]["dana"]["logins"] = {"local_git": "dweber"}
    scene.catalogs = FixedCatalog(Catalog.model_validate(catalog))
    scene.approve()
    scene.code.refused = {"dweber"}
    scene.run()
    assert scene.code.asked == [(f"mendloop/{INCIDENT}", ("mendloop",), ("dweber",))]
    [entry] = scene.incidents.timeline(INCIDENT)
    assert entry.what.endswith("; dweber could not be asked to review it")


def test_a_paused_service_publishes_nothing() -> None:
    scene = Scene()
    scene.approve()
    scene.switch = InMemorySwitch("shop")
    with pytest.raises(Paused, match="shop is paused"):
        scene.run()
    assert not scene.branches


@pytest.mark.parametrize("autonomy", [Autonomy.EXPLAIN, Autonomy.DRAFT])
def test_only_the_highest_autonomy_publishes(autonomy: Autonomy) -> None:
    scene = Scene(autonomy=autonomy)
    scene.approve()
    with pytest.raises(Misconfigured, match="autonomy"):
        scene.run()
    assert not scene.branches


def test_the_cap_on_open_pull_requests_holds() -> None:
    scene = Scene(limits={"open_pull_requests": 1})
    scene.approve()
    scene.code.push_branch(scene.repository, "mendloop/inc-other", scene.base, [], "Other", ("a", "a@x"))
    scene.code.open_pull_request(scene.repository, "mendloop/inc-other", "t", "b")
    with pytest.raises(TooManyOpen, match="1 pull requests"):
        scene.run()
    assert not [name for name in scene.branches if INCIDENT in name]


def test_an_earlier_generation_that_is_still_open_stands_in_the_way() -> None:
    scene = Scene()
    scene.approve()
    slot = scene.run()
    saved = scene.incidents.publication(FAULT, 1)
    assert saved
    scene.incidents.save(make_incident(fault=FAULT, generation=2))
    scene.code.branches.pop(slot.branch)
    scene.code.requests[0] = scene.code.requests[0].model_copy(update={"branch": "mendloop/inc-earlier"})
    with pytest.raises(TooManyOpen, match="same fault"):
        scene.run()


def test_a_publication_of_another_incident_is_not_taken_over() -> None:
    from mendloop.domain.errors import ContentChanged

    scene = Scene()
    scene.approve()
    other: Publication | None = Publication(
        fault=FAULT,
        generation=1,
        incident_id="inc-aaaaaaaaaaaaaaaa",
        repository="x",
        branch="mendloop/x",
        base_revision=scene.base,
        content_sha256="0" * 64,
    )
    assert other
    scene.incidents.save_publication(other)
    with pytest.raises(ContentChanged, match="inc-aaaaaaaaaaaaaaaa"):
        scene.run()


def test_the_approver_is_named_from_the_catalog() -> None:
    scene = Scene()
    scene.approve(by="robin", action=Action.APPROVE)
    scene.run()
    assert "Robin Example" in scene.code.requests[0].body
