from datetime import timedelta

import pytest

from functions.map_code.step import map_code
from mendloop.contracts.evidence import Deployment, Frame, StackTrace
from mendloop.contracts.mapping import Correction, Outcome
from mendloop.domain.catalog import Catalog, Repository
from mendloop.domain.errors import AccessDenied, NotFound, Permanent, Unavailable
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.code_host import InMemoryCodeHost
from tests.fakes.house import FAULT, INCIDENT, make_approver, make_catalog
from tests.unit.map_code.shop import BAD, ENTRY, GOOD, LATER, PATH, Shop


def test_the_broken_function_its_suspect_and_the_way_to_it() -> None:
    shop = Shop()
    broken = shop.break_it()
    head = shop.commit({"README.md": "Shop!\n"}, days=0.1)
    slot, mapping = shop.map(shop.execution(broken))
    assert slot.target == f"{PATH}::order_total"
    assert (slot.suspect, slot.revision, slot.head) == (broken, broken, head)
    target = mapping.targets[0]
    assert (target.start_line, target.end_line, target.frame_line) == (6, 11, 9)
    assert any(broken[:12] in reason and "new with" in reason for reason in target.reasons)
    assert mapping.code_path == ["shop/entry.py::handler", f"{PATH}::order_total"]
    assert any("line of the trace" in reason for reason in mapping.suspects[0].reasons)
    assert not mapping.revision_assumed and "deployment" in mapping.revision_source
    assert [entry.what for entry in shop.incidents.timeline(INCIDENT)] == [
        f"Found {PATH}::order_total at {broken[:12]}"
    ]


def test_a_suspect_is_found_behind_many_newer_commits() -> None:
    """In a busy repository the last commits to the failing file are not among the newest of all."""
    shop = Shop()
    shop.commit({PATH: BAD}, "Tidy up totals", days=5, who="Dana")
    broken = shop.host.resolve(Repository(host="local_git", location="/"), "main")
    assert broken
    for number in range(60):
        head = shop.commit({"notes.md": f"{number}\n"}, days=4 - number / 20)
    slot, _ = shop.map(shop.execution(head))
    assert slot.suspect == broken


def test_a_later_commit_does_not_change_the_mapping() -> None:
    shop = Shop()
    broken = shop.break_it()
    _, before = shop.map(shop.execution(broken))
    shop.commit({PATH: LATER, "shop/entry.py": ENTRY + "\n# later\n"}, days=0.1)
    _, after = shop.map(shop.execution(broken))
    assert after.targets == before.targets and after.suspects == before.suspects


def test_no_record_of_the_revision_is_shown_as_assumed() -> None:
    shop = Shop()
    broken = shop.break_it()
    _, mapping = shop.map(shop.execution(broken, deployments=[]))
    assert mapping.revision == broken and mapping.revision_assumed
    assert "assumed" in mapping.revision_source


def test_the_functions_own_record_of_its_revision_counts() -> None:
    shop = Shop()
    broken = shop.break_it()
    shop.commit({"README.md": "Later.\n"}, days=0.1)
    shop.telemetry.revisions["shop-api"] = (broken, "GIT_REVISION of the function")
    _, mapping = shop.map(shop.execution(broken, deployments=[]))
    assert (mapping.revision, mapping.revision_source) == (broken, "GIT_REVISION of the function")


def test_the_records_count_in_their_order() -> None:
    """Each is taken away once it was the one that counted."""
    shop = Shop(signals={"functions": ["shop-api"], "ecs_services": ["web"], "others": ["deploys", "pipe", "any-*"]})
    commits = {name: shop.commit({"notes.md": name}, days=1) for name in ("e", "h", "p", "a", "w", "s", "f", "n")}
    shop.break_it()
    records = shop.telemetry.revisions
    records |= {"shop-api": (commits["n"], "the function"), "web": (commits["s"], "the task definition")}
    records |= {"deploys": (commits["a"], "the application"), "pipe": (commits["p"], "the pipeline")}
    shop.host.deployed = (commits["h"], "GitHub's deployment 1")
    window = [Deployment(at=NOW, what="web:2", revision=commits["w"])]

    def counted(**evidence: object) -> tuple[str, str]:
        _, mapping = shop.map(shop.execution(commits["f"], **evidence))
        return mapping.revision, mapping.revision_source

    deployed = {"deployments": window, "failing_revision": commits["f"]}
    assert counted(**deployed) == (commits["f"], "the failing deployment's record")
    assert counted(deployments=window) == (commits["n"], "the function")
    del records["shop-api"]
    assert counted(deployments=window) == (commits["s"], "the task definition")
    del records["web"]
    assert counted(deployments=window) == (commits["w"], "the deployment of web:2")
    assert counted(deployments=[]) == (commits["a"], "the application")
    del records["deploys"]
    assert counted(deployments=[]) == (commits["p"], "the pipeline")
    del records["pipe"]
    assert counted(deployments=[]) == (commits["h"], "GitHub's deployment 1")
    shop.host.deployed = ("", "")
    assert counted(deployments=[])[1] == "assumed: the default branch's head (no record of the running revision)"


def test_a_revision_that_the_repository_does_not_hold_is_named() -> None:
    shop = Shop()
    broken = shop.break_it()
    _, mapping = shop.map(shop.execution(broken, deployments=[], failing_revision="d" * 40))
    assert mapping.revision_assumed and "d" * 40 in mapping.revision_source
    assert mapping.outcomes == [Outcome.NO_REVISION]


@pytest.mark.parametrize("error", [NotFound("no function shop-api"), AccessDenied("lambda:GetFunction")])
def test_a_record_that_cannot_be_read_is_no_unreadable_repository(error: Permanent) -> None:
    """An ECS service has no function of its name, and a permission may be missing: the next record counts."""
    shop = Shop()
    broken = shop.break_it()
    shop.telemetry.failing["running_revision"] = error
    _, mapping = shop.map(shop.execution(broken))
    assert (mapping.revision, mapping.revision_assumed) == (broken, False)
    slot, mapping = shop.map(shop.execution(broken, deployments=[]))
    assert slot.target == f"{PATH}::order_total" and mapping.revision_assumed
    assert f"could not be read ({type(error).__name__}: " in mapping.revision_source


def test_an_outage_of_the_record_is_tried_again() -> None:
    shop = Shop()
    execution = shop.execution(shop.break_it())
    shop.telemetry.failing["running_revision"] = Unavailable("no answer")
    with pytest.raises(Unavailable):
        shop.map(execution)


def test_a_last_good_revision_that_a_forced_push_removed_leaves_the_recent_commits() -> None:
    shop = Shop()
    broken = shop.break_it()
    slot, mapping = shop.map(shop.execution(broken, last_good_revision="e" * 40))
    assert slot.target == f"{PATH}::order_total" and slot.suspect == broken
    assert not any("new with" in reason for target in mapping.targets for reason in target.reasons)
    assert mapping.outcomes == [Outcome.NO_LAST_GOOD]


@pytest.mark.parametrize("error", [AccessDenied("contents:read is missing")])
def test_an_unreadable_repository_is_a_mapping_without_targets(error: AccessDenied) -> None:
    shop = Shop()
    broken = shop.break_it()

    class Closed(InMemoryCodeHost):
        def default_branch(self, repository: Repository) -> str:
            raise error

    shop.host = Closed()
    slot, mapping = shop.map(shop.execution(broken, trace=StackTrace(language="python", type="TypeError")))
    assert (slot.target, slot.targets, slot.revision) == ("", 0, "")
    assert "contents:read" in mapping.unmapped[0] and mapping.outcomes == [Outcome.UNREADABLE]
    assert shop.incidents.timeline(INCIDENT)[0].what == "Found no target: the repository could not be read"


def test_an_outage_is_never_read_as_no_target() -> None:
    shop = Shop()
    execution = shop.execution(shop.break_it())

    def down(repository: Repository) -> InMemoryCodeHost:
        raise Unavailable("502")

    with pytest.raises(Unavailable):
        map_code(
            execution,
            artifacts=shop.artifacts,
            incidents=shop.incidents,
            telemetry=shop.telemetry,
            catalogs=shop.catalogs,
            code_host=down,
            clock=FixedClock(),
        )


def test_frames_of_dependencies_lead_to_the_call_site() -> None:
    shop = Shop()
    broken = shop.break_it()
    trace = shop.usual_trace(broken)
    foreign = [
        Frame(path="/var/lang/lib/python3.12/json/decoder.py", function="decode", line=3),
        Frame(path="/var/task/requests/utils.py", function="to_key", line=4),
    ]
    trace = trace.model_copy(update={"frames": [*trace.frames, *foreign]})
    slot, mapping = shop.map(shop.execution(broken, trace=trace))
    assert slot.target == f"{PATH}::order_total"
    assert mapping.targets[0].reasons[0].startswith("calls the dependency that raised")
    assert len(mapping.unmapped) == 2


def test_frames_outside_the_repository_only() -> None:
    shop = Shop()
    trace = StackTrace(
        language="python",
        type="KeyError",
        frames=[Frame(path="/var/task/elsewhere/code.py", function="f", line=1), Frame(path="<string>", line=1)],
    )
    slot, mapping = shop.map(shop.execution(shop.break_it(), trace=trace))
    assert slot.target == "" and mapping.suspects == [] and mapping.owner is None
    assert len(mapping.unmapped) == 2 and mapping.outcomes == [Outcome.NO_FILE, Outcome.RUNTIME]
    assert shop.incidents.timeline(INCIDENT)[0].what == (
        "Found no target: no file of the repository ends like this path; a frame of the runtime"
    )


def test_a_made_up_frame_in_a_log_line_scores_below_a_real_one() -> None:
    shop = Shop()
    broken = shop.break_it()
    real = shop.usual_trace(broken)
    forged = Frame(path=f"/var/task/{PATH}", function="order_count", line=2, text="import os; os.system('x')")
    _, mapping = shop.map(shop.execution(broken, trace=real.model_copy(update={"frames": [*real.frames, forged]})))
    assert mapping.targets[0].function == "order_total"


def test_an_ambiguous_file_keeps_its_candidates() -> None:
    shop = Shop()
    broken = shop.break_it(**{"copy/pricing/totals.py": BAD})
    frame = shop.usual_trace(broken).frames[-1].model_copy(update={"path": "C:\\build\\pricing\\totals.py"})
    _, mapping = shop.map(shop.execution(broken, trace=StackTrace(language="python", type="TypeError", frames=[frame])))
    assert {target.path for target in mapping.targets[:2]} == {PATH, "copy/pricing/totals.py"}
    assert any("one of 2 files" in reason for reason in mapping.targets[0].reasons)


def test_a_service_below_its_root() -> None:
    shop = Shop(root="services/api", runtime_root="/app")
    broken = shop.commit({"services/api/shop/run.py": "def run(x):\n    return x + 1\n"}, days=0.1)
    frame = Frame(path="/app/shop/run.py", function="run", line=2, text="return x + 1")
    slot, _ = shop.map(shop.execution(broken, trace=StackTrace(language="python", type="TypeError", frames=[frame])))
    assert slot.target == "services/api/shop/run.py::run"


def test_methods_and_inner_functions_have_qualified_names() -> None:
    shop = Shop()
    source = (
        "class Cart:\n    def total(self):\n        def add(x):\n            return x + None\n        return add(1)\n"
    )
    broken = shop.commit({"shop/cart.py": source}, days=0.1)
    trace = shop.trace(broken, ("shop/cart.py", "total", "return add"), ("shop/cart.py", "add", "return x"))
    _, mapping = shop.map(shop.execution(broken, trace=trace))
    assert {"Cart.total", "Cart.total.add"} <= {target.function for target in mapping.targets}


def test_a_value_made_by_a_changed_callee_leads_to_the_callee() -> None:
    shop = Shop()
    rates = "def rate_of(item):\n    return item.get('rate', 1)\n"
    totals = (
        "from shop.rates import rate_of\n\n\ndef order_total(items):\n    total = 0\n    for item in items:\n"
        "        rate = rate_of(item)\n        total += rate\n    return total\n"
    )
    shop.good = shop.commit({"shop/rates.py": rates, PATH: totals}, days=5)
    broken = shop.commit({"shop/rates.py": rates.replace(", 1", "")}, "Tidy up rates", days=0.2)
    slot, mapping = shop.map(shop.execution(broken, trace=shop.usual_trace(broken, "total += rate")))
    assert slot.target == "shop/rates.py::rate_of" and slot.suspect == broken
    assert mapping.code_path[-2:] == [f"{PATH}::order_total", "shop/rates.py::rate_of"]


def test_an_innocent_change_to_the_caller_does_not_win() -> None:
    shop = Shop()
    shop.good = shop.break_it()
    noisy = ENTRY.replace("    items =", '    print("seen")\n    items =')
    deployed = shop.commit({"shop/entry.py": noisy}, days=0.1)
    slot, _ = shop.map(shop.execution(deployed))
    assert slot.target == f"{PATH}::order_total"


def test_a_cause_counts_deeper_than_what_was_raised_for_it() -> None:
    shop = Shop()
    broken = shop.break_it()
    cause = shop.trace(broken, (PATH, "order_total", "for item in items"), error="TypeError")
    raised = shop.trace(broken, ("shop/entry.py", "handler", 'return {"total"'), error="RuntimeError", causes=[cause])
    slot, _ = shop.map(shop.execution(broken, trace=raised))
    assert slot.target == f"{PATH}::order_total"


def test_fixed_on_the_default_branch_by_undoing_the_suspect() -> None:
    shop = Shop()
    broken = shop.break_it()
    fix = shop.commit({PATH: GOOD}, "Restore the default", days=0.1)
    shop.commit({PATH: GOOD + "\n\ndef other():\n    return 1\n"}, days=0.05)
    slot, mapping = shop.map(shop.execution(broken))
    assert slot.fixed_in == fix
    assert mapping.fixed_in and "undoes" in mapping.fixed_in.reason


def test_only_changed_on_the_default_branch_is_not_fixed() -> None:
    shop = Shop()
    broken = shop.break_it()
    later = shop.commit({PATH: LATER}, "Fix a typo", days=0.1)
    slot, mapping = shop.map(shop.execution(broken))
    assert slot.fixed_in == ""
    assert mapping.fixed_in and not mapping.fixed_in.fixed and mapping.fixed_in.commit.sha == later


def test_the_owner_is_the_suspects_author() -> None:
    shop = Shop()
    shop.commit({"CODEOWNERS": "/shop/ robin@example.com\n"}, days=1)
    slot, mapping = shop.map(shop.execution(shop.break_it()))
    assert slot.owner == "dana"
    assert mapping.owner and "suspect commit" in mapping.owner.reason


def test_without_a_suspect_the_individual_in_codeowners_is_asked() -> None:
    shop = Shop()
    owners = "/shop/ @org/shop\n/shop/pricing/ @bot-x[bot] robin@example.com\n"
    broken = shop.commit({"CODEOWNERS": owners, PATH: BAD}, days=0.1, who="renovate[bot]")
    slot, mapping = shop.map(shop.execution(broken))
    assert slot.owner == "robin"
    assert mapping.owner and "CODEOWNERS" in mapping.owner.reason


def test_a_login_counts_on_its_own_host_only() -> None:
    shop = Shop()
    broken = shop.commit({"CODEOWNERS": "* @dana-x\n", PATH: BAD}, days=0.1, who="renovate[bot]")
    elsewhere = make_catalog()
    dana = make_approver("dana", logins={"github": "dana-x"})
    elsewhere = elsewhere.model_copy(update={"approvers": {**elsewhere.approvers, "dana": dana}})
    _, mapping = shop.map(shop.execution(broken), elsewhere)
    assert mapping.owner and (mapping.owner.login, mapping.owner.catalog_name) == ("dana-x", "")


def team_of(shop: Shop, **logins: str) -> Catalog:
    """The file's owner is a team; these approvers have these logins."""
    made = make_catalog()
    named = {name: make_approver(name, logins={"local_git": login}) for name, login in logins.items()}
    shop.commit({"CODEOWNERS": "* @org/shop\n", PATH: BAD}, days=0.1, who="renovate[bot]")
    return made.model_copy(update={"approvers": {**made.approvers, **named}})


def test_of_a_team_whom_the_catalog_knows_and_who_wrote_lately_before_who_did_not() -> None:
    shop = Shop()
    catalog = team_of(shop, dana="dana-x", robin="robin-x")
    shop.host.teams["org/shop"] = ["stranger", "Dana-X", "robin-x"]
    slot, mapping = shop.map(shop.execution(shop.host.branches["main"]), catalog)
    assert slot.owner == "robin" and mapping.owner and mapping.owner.login == "robin-x"
    assert mapping.owner.reason == f"of the team org/shop, named for {PATH} in CODEOWNERS"
    shop.host.teams["org/shop"] = ["stranger", "Dana-X"]
    assert shop.map(shop.execution(shop.host.branches["main"]), catalog)[0].owner == "dana"


@pytest.mark.parametrize("members", [None, [], ["stranger"]])
def test_a_team_of_nobody_known_or_that_may_not_be_read_leaves_the_last_committer(members: list[str] | None) -> None:
    """Who is unknown fails closed: a stranger's login is no approver's."""
    shop = Shop()
    catalog = team_of(shop, dana="dana-x")
    if members is not None:
        shop.host.teams["org/shop"] = members
    _, mapping = shop.map(shop.execution(shop.host.branches["main"]), catalog)
    assert mapping.owner and mapping.owner.reason == f"last committer to {PATH}"


def test_a_mailmap_tells_who_an_author_is() -> None:
    shop = Shop()
    shop.commit({".mailmap": "Dana Example <dana@example.com> <dana@laptop.local>\n"}, days=1)
    author = ("dana", "dana@laptop.local")
    broken = shop.host.commit_files({PATH: BAD}, "Tidy up", author=author, at=NOW - timedelta(days=0.1))
    slot, mapping = shop.map(shop.execution(broken))
    assert slot.owner == "dana"
    assert mapping.owner and mapping.owner.name == "Dana Example"


def test_who_has_left_is_not_asked() -> None:
    shop = Shop()
    shop.host = InMemoryCodeHost()
    shop.commit({"shop/__init__.py": "", "shop/entry.py": ENTRY, PATH: BAD}, days=300, who="Dana")
    running = shop.commit({"README.md": "Shop\n"}, days=20, who="Robin")
    _, mapping = shop.map(shop.execution(running, last_good_revision=""))
    assert mapping.suspects == [] and mapping.writers[0].commit.author_name == "Dana Example"
    assert "last wrote 6 of 6 lines of order_total" in mapping.writers[0].reasons
    assert mapping.owner is None


def test_a_bot_is_never_asked() -> None:
    shop = Shop()
    broken = shop.commit({PATH: BAD}, days=0.1, who="renovate[bot]")
    slot, mapping = shop.map(shop.execution(broken))
    assert slot.suspect == broken
    assert mapping.owner and mapping.owner.email == "robin@example.com"


def corrected(*functions: str) -> Correction:
    return Correction(
        service="shop", fault=FAULT, functions=list(functions), incident_id="inc-00000000000000aa", by="dana", at=NOW
    )


def test_what_an_operator_named_for_this_fault_goes_first_the_next_time() -> None:
    shop = Shop()
    broken = shop.break_it()
    _, before = shop.map(shop.execution(broken))
    shop.incidents.save_correction(corrected("shop/entry.py::handler"))
    slot, mapping = shop.map(shop.execution(broken))
    assert slot.target == "shop/entry.py::handler"
    first = mapping.targets[0]
    assert first.reasons[0] == "named as the right target by dana for inc-00000000000000aa"
    assert first.score > before.targets[0].score and mapping.targets[1] == before.targets[0]
    names = [(target.path, target.function) for target in mapping.targets]
    assert len(names) == len(set(names)), "the ranking knew it too"


def test_a_named_function_that_is_gone_is_said_and_the_ranking_counts() -> None:
    shop = Shop()
    broken = shop.break_it()
    shop.incidents.save_correction(corrected("shop/entry.py::gone", "shop/none.py::f"))
    slot, mapping = shop.map(shop.execution(broken))
    assert slot.target == f"{PATH}::order_total"
    assert [line for line in mapping.unmapped if "not at this revision" in line] == [
        "shop/entry.py::gone: named for inc-00000000000000aa, not at this revision",
        "shop/none.py::f: named for inc-00000000000000aa, not at this revision",
    ]


def test_another_faults_correction_does_not_count() -> None:
    shop = Shop()
    broken = shop.break_it()
    shop.incidents.save_correction(corrected("shop/entry.py::handler").model_copy(update={"fault": "0" * 16}))
    assert shop.map(shop.execution(broken))[0].target == f"{PATH}::order_total"
