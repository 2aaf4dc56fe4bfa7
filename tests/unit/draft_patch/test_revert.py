from datetime import timedelta

from mendloop import documents
from mendloop.contracts.approval import Action, DecisionSlot, Rejection
from mendloop.contracts.draft import CodeFix, RegressionSource
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import VerificationNext, VerificationSlot, VerificationStatus
from tests.fakes.clock import NOW
from tests.fakes.house import INCIDENT, SERVICE, make_decision, make_request, make_verification
from tests.fakes.switch import InMemorySwitch
from tests.unit.draft_patch.drafting import Drafting
from tests.unit.map_code.shop import BAD, GOOD, LATER, PATH, TEST, Shop


def test_only_the_suspects_change_is_undone_and_later_edits_stay() -> None:
    shop = Shop()
    broken = shop.break_it()
    head = shop.commit({PATH: LATER}, days=0.1)
    room = Drafting(shop, broken)
    fix = room.fix()
    assert (fix.base, fix.running, fix.drafter) == (head, broken, "revert")
    assert fix.functions == [f"{PATH}::order_total"]
    assert room.patched(fix)[PATH] == LATER.replace("for item in items:", "for item in items or []:")
    assert all(claim.citations for claim in fix.rationale)
    assert broken in fix.rationale[1].citations
    assert fix.title == "Undo the change to order_total that raises TypeError"


def test_only_the_part_inside_the_implicated_function() -> None:
    shop = Shop()
    both = BAD.replace("return len(items or [])", "return len(items)")
    room = Drafting(shop, shop.break_it(both))
    assert room.patched(room.fix())[PATH] == both.replace("for item in items:", "for item in items or []:")


def test_a_removed_import_comes_back_with_the_lines_that_need_it() -> None:
    shop = Shop()
    good = GOOD.replace("RATE = 1\n", "from decimal import Decimal\n\nRATE = 1\n").replace(
        'item["price"] * RATE', 'Decimal(item["price"] or 0) * RATE'
    )
    shop.good = shop.commit({PATH: good}, days=3)
    bad = good.replace("from decimal import Decimal\n\n", "").replace('Decimal(item["price"] or 0)', 'item["price"]')
    broken = shop.break_it(bad)
    room = Drafting(shop, broken, trace=shop.usual_trace(broken, 'total += item["price"]'))
    assert room.patched(room.fix())[PATH] == good


def test_a_changed_constant_that_the_function_uses() -> None:
    shop = Shop()
    bad = GOOD.replace("RATE = 1", "RATE = None")
    broken = shop.break_it(bad)
    room = Drafting(shop, broken, trace=shop.usual_trace(broken, 'total += item["price"]'))
    fix = room.fix()
    assert room.patched(fix)[PATH] == GOOD
    assert fix.functions == []


def test_a_deletion_alone_is_put_back_in_its_place() -> None:
    shop = Shop()
    good = GOOD.replace("    total = 0\n", "    total = 0\n    items = items or []\n").replace(
        "in items or []:", "in items:"
    )
    shop.good = shop.commit({PATH: good}, days=3)
    broken = shop.break_it(good.replace("    items = items or []\n", ""))
    room = Drafting(shop, broken)
    assert room.patched(room.fix())[PATH] == good


def test_a_suspect_that_is_a_merge() -> None:
    shop = Shop()
    side = shop.host.commit_files(
        {"docs.md": "x"}, "Side", parents=[shop.good], branch="side", at=NOW - timedelta(days=1)
    )
    broken = shop.host.commit_files(
        {PATH: BAD}, "Merge side", parents=[shop.good, side], branch="main", at=NOW - timedelta(hours=5)
    )
    room = Drafting(shop, broken)
    assert room.patched(room.fix())[PATH] == GOOD


def test_windows_line_ends_stay() -> None:
    shop = Shop()
    shop.good = shop.commit({PATH: GOOD.replace("\n", "\r\n")}, days=3)
    broken = shop.break_it(BAD.replace("\n", "\r\n"))
    room = Drafting(shop, broken)
    assert room.patched(room.fix())[PATH] == GOOD.replace("\n", "\r\n")


def test_lines_that_were_changed_since_are_not_undone() -> None:
    shop = Shop()
    broken = shop.break_it()
    shop.commit({PATH: BAD.replace("for item in items:", "for item in list(items):")}, "Copy", days=0.1)
    explanation = Drafting(shop, broken).explained()
    assert explanation.reason_code == "no_safe_change"
    assert "later commits changed those lines" in explanation.explanation


def test_a_function_renamed_since_is_still_found_by_its_text() -> None:
    shop = Shop()
    broken = shop.break_it()
    renamed = BAD.replace("def order_total", "def sum_of_order")
    shop.commit({PATH: renamed}, days=0.1)
    room = Drafting(shop, broken)
    assert room.patched(room.fix())[PATH] == renamed.replace("for item in items:", "for item in items or []:")


def test_no_recent_commit_is_an_explanation_not_an_error() -> None:
    shop = Shop()
    shop.commit({PATH: BAD}, days=100)
    shop.good = ""
    deployed = shop.commit({"README.md": "x"}, days=0.1)
    room = Drafting(shop, deployed)
    slot, explanation = room.draft()
    assert (slot.kind, slot.reason_code) == ("explanation", "no_safe_change")
    assert shop.incidents.timeline(INCIDENT)[-1].what == "Offered no change: no_safe_change"


def test_a_protected_target_is_refused_with_the_rule() -> None:
    shop = Shop(protected_paths=["shop/pricing/**"])
    slot, _ = Drafting(shop, shop.break_it()).draft()
    assert slot.reason_code == "gate_refused"
    assert "protected path" in slot.refusals[0]


def test_over_the_patch_budget_is_refused() -> None:
    shop = Shop(limits={"changed_lines": 1})
    assert Drafting(shop, shop.break_it()).explained().reason_code == "gate_refused"


def test_paused_drafts_nothing() -> None:
    room = Drafting(shop := Shop(), shop.break_it())
    room.switch = InMemorySwitch(SERVICE)
    assert room.explained().reason_code == "paused"


def test_after_a_failed_proof_other_edits_are_offered() -> None:
    shop = Shop()
    bad = BAD.replace("    total = 0\n", "    total = 0.0\n").replace("    return total\n", "    return int(total)\n")
    room = Drafting(shop, shop.break_it(bad))
    first_slot, first = room.draft()
    verification = documents.store(shop.artifacts, "v", make_verification(status="failed", output_tail="boom"))
    failed = VerificationSlot(
        status=VerificationStatus.FAILED, ref=verification, reason="red", next=VerificationNext.REDRAFT
    )
    again = room.execution.model_copy(update={"draft": first_slot, "verification": failed})
    slot, second = room.draft(again)
    assert isinstance(first, CodeFix) and isinstance(second, CodeFix)
    assert slot.attempt == 2 and second.edits != first.edits
    assert second.changed_lines < first.changed_lines
    same_slot, same = room.draft(again)
    assert (same_slot, same) == (slot, second), "a retried step makes the same draft"


def test_where_only_the_base_moved_the_same_change_is_drafted_anew() -> None:
    shop = Shop()
    room = Drafting(shop, shop.break_it())
    slot, first = room.draft()
    head = shop.commit({PATH: LATER}, days=0.05)
    _, second = room.draft(room.execution.model_copy(update={"draft": slot}))
    assert isinstance(first, CodeFix) and isinstance(second, CodeFix)
    assert second.base == head and second.edits == first.edits


def test_a_reviewer_who_wants_another_draft_does_not_get_the_same() -> None:
    shop = Shop()
    room = Drafting(shop, shop.break_it())
    slot, _ = room.draft()
    request = room.decisions.ask(make_request())
    decision = room.decisions.decide(make_decision(request, action=Action.REDRAFT, comment="something smaller"))
    wanted = DecisionSlot(
        **{name: getattr(decision, name) for name in DecisionSlot.model_fields if hasattr(decision, name)}
    )
    explanation = room.explained(room.execution.model_copy(update={"draft": slot, "decision": wanted}))
    assert explanation.reason_code == "no_safe_change" and "tried before" in explanation.explanation


def test_the_highlighted_diff_is_escaped_and_shows_what_hides() -> None:
    shop = Shop()
    evil = BAD.replace('"""Sum of the prices."""', '"""<script>alert(1)</script>\u202e\x1b[31m"""')
    room = Drafting(shop, shop.break_it(evil))
    fix = room.fix()
    assert fix.highlighted
    html = shop.artifacts.get(fix.highlighted).decode()
    assert "&lt;script&gt;" in html and "<script" not in html and "style=" not in html
    assert "\u202e" not in html and "\x1b" not in html and "⟦RIGHT-TO-LEFT OVERRIDE⟧" in html


def test_the_failing_request_becomes_the_regression_test() -> None:
    room = Drafting(shop := Shop(), shop.break_it())
    test = room.fix().regression
    assert test.source is RegressionSource.FAILING_REQUEST
    assert (test.path, test.expected_type, test.expected_function) == (
        "tests/test_mendloop_01234567.py",
        "TypeError",
        "order_total",
    )
    assert test.test_id == f"{test.path}::test_request_that_failed_in_production"
    assert "REQUEST = {'items': None}" in test.content and "from shop.entry import handler" in test.content


def test_a_payload_is_only_ever_a_literal() -> None:
    shop = Shop()
    payload = '{"items": "\\"); import os; os.system(\\"x\\") #", "n": null, "deep": ["\\u2028", 1e3]}'
    request = {"request_id": "req-1", "payload": payload, "line_id": "log-1"}
    test = Drafting(shop, shop.break_it(), requests=[request]).fix().regression
    names: dict[str, object] = {}
    exec(compile(test.content, "t", "exec"), names)
    assert names["REQUEST"] == {"items": '"); import os; os.system("x") #', "n": None, "deep": ["\u2028", 1000.0]}


def test_a_test_that_the_suspect_weakened_comes_back_as_its_own_file() -> None:
    shop = Shop()
    strong = TEST + "\n\ndef test_nothing():\n    assert order_total(None) == 0\n"
    shop.good = shop.commit({"tests/test_totals.py": strong}, days=3)
    test = Drafting(shop, shop.break_it(**{"tests/test_totals.py": TEST}), requests=[]).fix().regression
    assert test.source is RegressionSource.SUSPECT_REMOVED
    assert test.test_id.endswith("::test_nothing")
    assert "order_total(None)" in test.content and "test_total()" not in test.content
    assert test.content.startswith("from shop.pricing.totals import order_total")


def test_all_that_the_suspect_took_away_bears_witness_and_is_not_published() -> None:
    shop = Shop()
    other = (
        "import unittest\n\nfrom shop.pricing.totals import order_total\n\n\ndef test_kept():\n    assert True\n\n\n"
        "class Totals(unittest.TestCase):\n    def test_kept(self):\n        pass\n\n"
        "    def test_none(self):\n        self.assertEqual(order_total(None), 0)\n"
    )
    weak = other.partition("    def test_none")[0].rstrip() + "\n"
    strong = TEST + "\n\ndef test_nothing():\n    assert order_total(None) == 0\n"
    shop.good = shop.commit({"tests/test_totals.py": strong, "tests/test_others.py": other}, days=3)
    broken = shop.break_it(**{"tests/test_totals.py": TEST, "tests/test_others.py": weak})
    fix = Drafting(shop, broken, requests=[]).fix()
    witnesses = {one.path: one.content for one in fix.regression.witnesses}
    assert len(witnesses) == 2 and all("_before" in path for path in witnesses)
    assert sum("test_nothing" in content for content in witnesses.values()) == 1
    assert sum("def test_none(self)" in content for content in witnesses.values()) == 1
    assert not any("test_kept" in content or "test_total()" in content for content in witnesses.values())
    assert not any(path in fix.diff for path in witnesses)


def test_a_guess_from_signature_and_trace_comes_last() -> None:
    shop = Shop()
    broken = shop.break_it()
    test = Drafting(shop, broken, requests=[]).fix().regression
    assert test.source is RegressionSource.GENERATED
    said = shop.usual_trace(broken).message
    assert said and test.expected_message == said, "a guess may fail by chance, and not with the same words"
    assert "order_total(None)" in test.content and "from shop.pricing.totals import order_total" in test.content


def test_no_regression_test_says_why() -> None:
    shop = Shop(entry_point="")
    broken = shop.break_it()
    trace = shop.usual_trace(broken).model_copy(update={"type": "RuntimeError"})
    test = Drafting(shop, broken, trace=trace).fix().regression
    assert test.source is RegressionSource.NONE and "entry_point" in test.reason and not test.path


def test_requests_never_reach_a_public_repository() -> None:
    shop = Shop(repository={"host": "local_git", "location": "/srv/shop.git", "public": True})
    assert Drafting(shop, shop.break_it()).fix().regression.source is RegressionSource.GENERATED


def test_no_test_is_written_through_a_link() -> None:
    shop = Shop()
    broken = shop.break_it(**{"tests": "elsewhere", "tests/test_totals.py": None})
    shop.host.links.add("tests")
    assert Drafting(shop, broken).fix().regression.source is RegressionSource.NONE


def test_the_size_counts_code_and_regression_test_apart() -> None:
    shop = Shop()
    strong = TEST + "\n\ndef test_nothing():\n    assert order_total(None) == 0\n"
    shop.good = shop.commit({"tests/test_totals.py": strong}, days=3)
    fix = Drafting(shop, shop.break_it(**{"tests/test_totals.py": TEST}), requests=[]).fix()
    lines = len(fix.regression.content.splitlines())
    assert fix.size == f"2 changed lines in 1 file, plus a regression test of {lines} lines"
    assert "\n\n\n\n" not in fix.regression.content


def test_a_change_elsewhere_is_undone_as_a_whole_with_the_tests_that_it_changed() -> None:
    shop = Shop(entry_point="")
    other = "shop/limits.py"
    limits = "def most():\n    return 3\n"
    test = "from shop.limits import most\n\n\ndef test_most():\n    assert most() == 3\n"
    shop.good = shop.commit({other: limits, "tests/test_most.py": test}, days=5)
    loose = {other: limits.replace("3", "None"), "tests/test_most.py": test.replace("== 3", "is None")}
    broken = shop.break_it(BAD, **loose)
    room = Drafting(shop, broken)
    first = room.fix()
    second = room.fix(failed_once(room, first))
    patched = room.patched(second)
    assert (patched[other], patched["tests/test_most.py"]) == (limits, test)
    assert any("expect again what they expected before" in risk for risk in second.risks)


def failed_once(room: Drafting, fix: CodeFix, status: VerificationStatus = VerificationStatus.FAILED) -> Execution:
    """The execution after a draft whose proof came to nothing, on its way back."""
    slot, _ = room.draft()
    verification = make_verification(status=status)
    ref = documents.store(room.shop.artifacts, "verification.json", verification)
    verdict = VerificationSlot(status=status, ref=ref, reason="No.", next=VerificationNext.REDRAFT)
    return room.execution.model_copy(update={"draft": slot, "verification": verdict})


def test_a_test_that_shows_nothing_is_replaced_and_the_edits_stay() -> None:
    shop = Shop(entry_point="")
    weak = TEST.replace("== 2", "== 2.0")
    more = TEST + "\n\ndef test_none():\n    assert order_total(None) == 0\n"
    shop.good = shop.commit({"tests/test_totals.py": more}, days=5)
    room = Drafting(shop, shop.break_it(BAD, **{"tests/test_totals.py": weak}), requests=[])
    first = room.fix()
    second = room.fix(failed_once(room, first, VerificationStatus.NOT_REPRODUCED))
    assert second.edits == first.edits
    assert second.regression.test_id != first.regression.test_id


def test_a_long_regression_test_proves_and_stays_out_of_the_change() -> None:
    shop = Shop(entry_point="", limits={"changed_lines": 8})
    more = (
        TEST
        + "\n\ndef test_none():\n"
        + "    assert order_total([]) == 0\n" * 9
        + "    assert order_total(None) == 0\n"
    )
    shop.good = shop.commit({"tests/test_totals.py": more}, days=5)
    fix = Drafting(shop, shop.break_it(BAD, **{"tests/test_totals.py": TEST}), requests=[]).fix()
    assert (fix.regression.source, fix.regression.published) == (RegressionSource.SUSPECT_REMOVED, False)
    assert fix.files == [PATH] and fix.regression.path not in fix.diff
    assert [edit.path for edit in fix.all_edits()] == [PATH]
    assert any("it proves the change, and is no part of it" in risk for risk in fix.risks)


def test_a_change_of_comments_alone_has_caused_nothing() -> None:
    shop = Shop(drafters=["revert"])
    shop.commit({PATH: BAD}, days=40)
    said = BAD.replace("    total = 0\n", "    # whole cents\n    total = 0\n")
    broken = shop.commit({PATH: said}, "Say more", days=0.3)
    room = Drafting(shop, broken, last_good_revision="")
    assert room.explained().reason_code == "no_safe_change"


def test_what_a_bad_commit_only_added_may_stay_where_it_was_edited_since() -> None:
    shop = Shop(entry_point="")
    added = BAD.replace("RATE = 1\n", "RATE = 1\n\n\ndef unused():\n    return 1\n")
    broken = shop.break_it(added.replace("return len(items or [])", "return len(items)"))
    edited = (
        shop.host.commits_by_sha[broken].files[PATH].decode().replace("    return 1\n", "    # one\n    return 1\n")
    )
    shop.commit({PATH: edited}, days=0.1)
    room = Drafting(shop, broken)
    second = room.fix(failed_once(room, room.fix()))
    assert room.patched(second)[PATH] == edited.replace("in items:", "in items or []:").replace(
        "len(items)", "len(items or [])"
    )


def test_the_test_of_a_failed_deployment_must_be_green_on_what_ran_well() -> None:
    shop = Shop(entry_point="")
    strong = TEST + "\n\ndef test_nothing():\n    assert order_total(None) == 0\n"
    shop.good = shop.commit({"tests/test_totals.py": strong}, days=3)
    broken = shop.break_it(**{"tests/test_totals.py": TEST})
    silent = Drafting(shop, broken, requests=[], faults=[], failing_revision=broken, deployment_failed=True).fix()
    assert (silent.regression.source, silent.regression.expected_type) == (RegressionSource.SUSPECT_REMOVED, "")
    assert silent.regression.green_at == shop.good
    assert Drafting(shop, broken, requests=[]).fix().regression.green_at == ""


def test_what_was_rejected_for_this_fault_is_not_drafted_again_in_a_later_incident() -> None:
    shop = Shop()
    broken = shop.break_it()
    room = Drafting(shop, broken)
    slot, fix = room.draft()
    assert isinstance(fix, CodeFix)
    assert room.execution.evidence is not None
    shop.incidents.save_rejection(
        Rejection(
            service=SERVICE,
            fault=room.execution.evidence.fault,
            incident_id="inc-ffffffffffffffff",
            draft=slot.ref,
            by="dana",
            at=NOW,
            comment="The list must never be None: mend the caller.",
        )
    )
    _, again = room.draft()
    assert not (isinstance(again, CodeFix) and again.edits == fix.edits)
