"""The steps around the approval page, run as the state machine runs them, over a real git repository.

The drafter and the test runner are scripted; everything else that a decision leads to is the real step.
"""

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from functions.announce_outcome.step import announce_outcome
from functions.draft_patch.context import DraftContext, Proposal
from functions.draft_patch.step import draft_patch
from functions.file_ticket.step import file_ticket
from functions.judge_verification.step import judge_verification
from functions.prepare_verification.step import prepare_verification
from functions.publish_pull_request.step import publish_pull_request
from functions.request_approval.step import request_approval
from functions.run_tests.step import run_tests
from functions.settle_decision.step import settle_decision
from mendloop.adapters.local_git import LocalGit
from mendloop.contracts.approval import Action
from mendloop.contracts.draft import Claim, Edit
from mendloop.contracts.evidence import FailingRequest
from mendloop.contracts.execution import Execution
from mendloop.contracts.mapping import CodeMap
from mendloop.contracts.verification import TestJob, TestOutcome, TestRun, TreeRun, VerificationNext
from mendloop.domain.catalog import Repository
from tests.browser.sample import FILE, PATH, TIMELINE, TOKEN, WORD, World, evidence, mapping
from tests.contract.git_workshop import GitWorkshop, git
from tests.fakes import house
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW
from tests.fakes.sandbox import ScriptedSandbox
from tests.fakes.tracker import InMemoryTracker

SKIPS = "        if voucher is not None:\n            total -= voucher.amount\n"
REFUSES = "        if voucher is None:\n            return Money(0)\n        total -= voucher.amount\n"


class Listening:
    """Offers to skip an unknown voucher; whoever gives a hint is offered to refuse it."""

    name = "revert"
    costs = False

    def draft(self, context: DraftContext) -> Proposal:
        """The crash line, put differently."""
        text = REFUSES if context.hint else SKIPS
        edit = Edit(path=PATH, search="        total -= voucher.amount\n", replace=text)
        because = Claim(text="A voucher that is not known has no amount.", citations=["log-2", f"{PATH}:12"])
        return Proposal(
            (edit,), f"Look before taking a voucher off in {WORD}", [because], ["It is not told to anybody."]
        )


@dataclass
class Loop:
    """One incident. `go` runs the machine until it waits for a person again or has ended."""

    folder: Path
    world: World = field(default_factory=World)
    passes: bool = True
    """Whether the project's own tests pass with the change."""

    def __post_init__(self) -> None:
        location = {"host": "local_git", "location": str(self.folder)}
        self.repository, self.code = Repository.model_validate(location), LocalGit()
        shop = GitWorkshop(self.folder, self.code, self.repository)
        who = ("Robin Example", "robin@example.com")
        files = {PATH: FILE, "tests/test_totals.py": "def test_own():\n    assert True\n"}
        self.head = shop.commit(files, "Look vouchers up in the new store", who, NOW - timedelta(hours=3))
        service = house.make_service(repository=location, drafters=["revert"])
        self.world.catalogs = FixedCatalog(house.make_catalog(services={house.SERVICE: service}))
        payload = '{"path": "/orders", "codes": ["SPRING"]}'
        request = FailingRequest(request_id="6b1f", payload=payload, line_id="log-1")
        self.world.evidence = evidence(requests=[request])
        self.world.story = TIMELINE[:4]
        self.world.mapping = self._mapping()
        self.tracker, self.numbers = InMemoryTracker(), itertools.count(1)
        self.execution = self._opened()

    def start(self) -> None:
        """From the mapping to the first mail."""
        self._draft()
        self._prove()
        self._ask()

    def go(self) -> None:
        """What the recorded decision leads to, to its end."""
        self.settle()
        assert self.execution.decision
        following = {
            Action.APPROVE: self._publish,
            Action.TICKET: self._file,
            Action.EXPIRED: self._file,
            Action.REJECT: self._announce,
            Action.REDRAFT: self._redraft,
            Action.ADJUST: self._again,
            Action.RERUN: self._again,
        }
        following[self.execution.decision.next or self.execution.decision.action]()

    def settle(self) -> None:
        """The wait is over; the decision is read from its row."""
        slot = settle_decision(self.execution, **self._ports("decisions", "incidents", "audit", "clock"))
        self.execution = self.execution.model_copy(update={"decision": slot, "rounds": self.execution.rounds + 1})

    def prepare(self) -> None:
        """The trees are packed; the tests begin."""
        slot = prepare_verification(
            self.execution,
            **self._ports("artifacts", "incidents", "decisions", "catalogs", "clock"),
            code_host=lambda repository: self.code,
            nonce=lambda: f"{next(self.numbers):012x}".ljust(32, "0"),
            runner="sandbox",
        )
        self._put(preparation=slot)

    def judge(self) -> None:
        """The tests have run."""
        sandbox = ScriptedSandbox(self._run)
        self._put(test_run=run_tests(self.execution, artifacts=self.world.artifacts, sandbox=sandbox))
        self._put(verification=judge_verification(self.execution, **self._ports("artifacts", "incidents", "clock")))

    def follow(self) -> None:
        """Where the verdict leads."""
        assert self.execution.verification
        if self.execution.verification.next is VerificationNext.REDRAFT:
            self.passes = True
            self._redraft()
        elif self.execution.verification.next is VerificationNext.FILE_TICKET:
            self._file()
        else:
            self._ask()

    def again(self) -> None:
        """The same failure later: another incident."""
        self.world.incident_id = "inc-fedcba9876543210"
        self.world.clock.advance(hours=2)
        self.execution = self._opened()
        self.start()

    def branches(self) -> list[str]:
        """What was pushed."""
        return [name for name in git(self.folder, "branch", "--format=%(refname:short)").split() if name != "main"]

    # --- the steps ---

    def _draft(self) -> None:
        slot = draft_patch(
            self.execution,
            **self._ports("artifacts", "incidents", "decisions", "catalogs", "switch", "clock"),
            code_host=lambda repository: self.code,
            drafter=lambda name: Listening(),
        )
        self._put(draft=slot)

    def _prove(self) -> None:
        self.prepare()
        self.judge()

    def _again(self) -> None:
        self._prove()
        self.follow()

    def _redraft(self) -> None:
        self._draft()
        self._again()

    def _ask(self) -> None:
        names = ("artifacts", "incidents", "decisions", "catalogs", "signer", "audit", "mailer", "clock")
        slot = request_approval(self.execution, **self._ports(*names), site_url=self.world.url)
        self.world.decisions.save_token(slot.request_id, TOKEN)
        self._put(approval=slot)

    def _publish(self) -> None:
        names = ("artifacts", "incidents", "decisions", "catalogs", "switch", "clock")
        self._put(publication=publish_pull_request(self.execution, **self._ports(*names), code=self.code))
        self._announce()

    def _file(self) -> None:
        names = ("artifacts", "incidents", "catalogs", "clock")
        self._put(ticket=file_ticket(self.execution, **self._ports(*names), tracker=self.tracker))
        self._announce()

    def _announce(self) -> None:
        names = ("artifacts", "incidents", "decisions", "catalogs", "mailer", "clock")
        self._put(outcome=announce_outcome(self.execution, **self._ports(*names)))

    # --- what they are given ---

    def _ports(self, *names: str) -> dict[str, Any]:
        self.world.clock.advance(seconds=1)
        return {name: getattr(self.world, name) for name in names}

    def _put(self, **slots: Any) -> None:
        self.execution = self.execution.model_copy(update=slots)

    def _mapping(self) -> CodeMap:
        known = mapping()
        commit = self.code.commits(self.repository, self.head, limit=1)[0]
        suspect = known.suspects[0].model_copy(update={"commit": commit})
        target = known.targets[0].model_copy(update={"start_line": 8, "end_line": 15, "frame_line": 12})
        fields = {"revision": self.head, "head": self.head, "suspects": [suspect], "targets": [target]}
        return known.model_copy(update=fields)

    def _opened(self) -> Execution:
        sample = self.world.execution()
        self.world._open()
        return sample.model_copy(update={"draft": None, "verification": None, "preparation": None})

    def _run(self, job: TestJob) -> TestRun:
        """Red for production's failure before the change, green after it."""
        own = "tests/test_totals.py::test_own"
        frames = [f"{job.regression_id.partition('::')[0]}:test:1", f"{PATH}:{WORD}:12"]
        red = TestOutcome(
            test_id=job.regression_id, status="failed", exception_type="AttributeError", frames=frames, message="amount"
        )
        green, kept = red.model_copy(update={"status": "passed"}), TestOutcome(test_id=own, status="passed")
        after = kept if self.passes else kept.model_copy(update={"status": "failed"})
        runs = [
            _session("base", "collect", kept.model_copy(update={"status": "collected"})),
            _session("running", "regression", red),
            _session("base", "regression", red),
            _session("patched", "regression", green),
            _session("base", "suite", kept),
            _session("patched", "suite", after),
        ]
        return TestRun(nonce=job.nonce, patch_sha256=job.patch_sha256, sandbox="bubblewrap", runs=runs)


def _session(tree: str, kind: str, outcome: TestOutcome) -> TreeRun:
    return TreeRun(tree=tree, kind=kind, exit_code=int(outcome.status == "failed"), outcomes=[outcome])
