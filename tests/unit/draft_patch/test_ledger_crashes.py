"""Crashes around reserve, call and settle: what was spent never exceeds a cap, and nothing received is lost."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from functions.draft_patch.drafters.registry import drafters
from mendloop.adapters.dynamodb_ledger import DynamoDbLedger
from mendloop.adapters.s3_artifacts import S3Artifacts
from mendloop.contracts.draft import CodeFix
from mendloop.domain.budget import Tokens, at_most, cost
from mendloop.domain.catalog import Limits
from mendloop.domain.errors import MendloopError, MoneyExhausted
from mendloop.ports import ArtifactStore, Ledger
from tests.contract.conftest import aws, bucket, make_table
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW
from tests.fakes.house import INCIDENT, SERVICE, make_catalog, make_service
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.model import ScriptedModel, reply
from tests.unit.draft_patch.drafting import Drafting
from tests.unit.draft_patch.test_claude_drafter import GOOD_EDIT, propose, use
from tests.unit.map_code.shop import PATH, Shop

__all__ = ["aws", "bucket"]

DAY = NOW.date()
CAPS = Limits(incident_micro_dollars=100, day_micro_dollars=160, month_micro_dollars=230)
INCIDENTS = ("inc-aaaaaaaaaaaaaaaa", "inc-bbbbbbbbbbbbbbbb", "inc-cccccccccccccccc")


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Worker:
    """One function at work on a call; it stops for good after `steps` of reserve, call, settle, settle again."""

    incident: str
    most: int
    costs: int
    steps: int
    done: int = 0
    reservation: str = ""
    called: bool = False

    def step(self, ledger: Ledger) -> None:
        self.done += 1
        try:
            if self.done == 1:
                self.reservation = ledger.reserve(self.incident, SERVICE, self.most, NOW)
            elif self.done == 2:
                self.called = True
            else:
                ledger.settle(self.reservation, self.costs)
        except MoneyExhausted:
            self.done = self.steps

    @property
    def truly_spent(self) -> int:
        return self.costs if self.called else 0


CATALOGS = FixedCatalog(make_catalog(services={SERVICE: make_service(SERVICE, limits=CAPS)}))


def test_a_thousand_interleavings_of_crashes_stay_below_every_cap() -> None:
    refused, crashed = interleaved(1_000, lambda: InMemoryLedger(CATALOGS))
    assert refused > 1_000 and crashed > 1_000


def test_interleavings_on_the_table_that_production_uses(aws: None) -> None:
    """Fewer, since each step asks the emulator; the rest of its contract is in tests/contract/test_ledger.py."""
    tables = (make_table(f"ledger-{number}") for number in count(1))
    refused, crashed = interleaved(4, lambda: DynamoDbLedger(next(tables), CATALOGS))
    assert refused and crashed


def interleaved(times: int, make: Callable[[], Ledger]) -> tuple[int, int]:
    """How many workers were refused, and how many died while they held money."""
    dice, refused, crashed = random.Random(7), 0, 0
    for _ in range(times):
        ledger = make()
        workers = []
        for _ in range(7):
            most = dice.randint(5, 60)
            workers.append(Worker(dice.choice(INCIDENTS), most, dice.randint(0, most), dice.randint(1, 4)))
        alive = list(workers)
        while alive:
            worker = dice.choice(alive)
            worker.step(ledger)
            if worker.done >= worker.steps:
                alive.remove(worker)
            check(ledger, workers)
        refused += sum(not worker.reservation for worker in workers)
        crashed += sum(bool(worker.reservation) and worker.steps < 3 for worker in workers)
    return refused, crashed


def check(ledger: Ledger, workers: list[Worker]) -> None:
    """What was really spent is never more than what the ledger says, and that never more than a cap."""
    total = sum(worker.truly_spent for worker in workers)
    levels = {level.name: level for level in ledger.levels(INCIDENTS[0], SERVICE, NOW)}
    assert total <= levels["day"].spent <= levels["day"].cap
    assert levels["day"].spent == levels["month"].spent
    for incident in INCIDENTS:
        spent = sum(worker.truly_spent for worker in workers if worker.incident == incident)
        assert spent <= ledger.spent(incident) <= CAPS.incident_micro_dollars


@dataclass
class Mortal:
    """Counts effects of what it wraps, and dies before or after the one that is due."""

    inner: Any
    fate: "Fate"
    effects: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        return self._deadly(found) if name in self.effects else found

    def _deadly(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*given: Any, **named: Any) -> Any:
            self.fate.moment()
            result = call(*given, **named)
            self.fate.moment()
            return result

        return wrapped


@dataclass
class Fate:
    due: int
    moments: int = field(default=0)

    def moment(self) -> None:
        self.moments += 1
        if self.moments == self.due:
            raise Killed


SCRIPT = (use("read_file", path=PATH), use("search", text="order_total"), propose(GOOD_EDIT))


@pytest.mark.parametrize("store", ["memory", "s3"])
def test_a_crash_at_any_moment_resumes_from_the_checkpoint(store: str, request: pytest.FixtureRequest) -> None:
    """Only a reply that was lost with the process is asked for again; everything else is paid exactly."""
    kept = S3Artifacts(request.getfixturevalue("bucket")) if store == "s3" else None
    shop = Shop(drafters=["claude"])
    room = Drafting(shop, shop.break_it())
    whole = lived(Fate(0), room, kept, "inc-0")
    moments = whole.fate.moments
    for due in range(1, moments + 1) if store == "memory" else (8, 12):
        case = lived(Fate(due), room, kept, f"inc-{due}")
        assert case.fix.edits == whole.fix.edits
        assert case.asked - whole.asked == case.lost <= 1
        assert case.spent == sum(case.settled) + case.held
        assert len(case.settled) == 3 and case.held <= case.most
    assert moments == 24


@dataclass
class Life:
    """What a run that was interrupted once came to."""

    fate: Fate
    fix: CodeFix
    asked: int
    lost: int
    spent: int
    settled: list[int]
    held: int
    most: int


def lived(fate: Fate, room: Drafting, kept: S3Artifacts | None, name: str) -> Life:
    room.ledger = InMemoryLedger(room.shop.catalogs)
    artifacts = Mortal(Below(kept or room.shop.artifacts, name), fate, ("put",))  # each with transcripts of its own
    ledger = Mortal(room.ledger, fate, ("reserve", "settle"))
    model = Endless(SCRIPT)
    deadly = Mortal(model, fate, ("exchange",))
    build = drafters(lambda: deadly, lambda: ledger, room.clock, artifacts)  # type: ignore[arg-type,return-value]
    lost = 0
    try:
        _, fix = room.draft(drafter=build)
    except Killed:
        before = len(model.given)
        _, fix = room.draft(drafter=build)
        lost = len(model.given) - len(SCRIPT)
        assert before <= len(SCRIPT)
    assert isinstance(fix, CodeFix)
    open_ones = [amount for key, (_, amount) in room.ledger._reserved.items() if key not in room.ledger.settled]
    settled = [amount for amount in room.ledger.settled.values() if amount]
    most = at_most("scripted", 10**6, 4096, DAY)
    assert all(amount == cost("scripted", Tokens(100, 50), DAY) for amount in settled)
    return Life(fate, fix, len(model.given), lost, room.ledger.spent(INCIDENT), settled, sum(open_ones), most)


class Endless(ScriptedModel):
    """Says what fits the conversation, as a model without memory does."""

    def __init__(self, answers: Any) -> None:
        super().__init__()
        self._answers = answers
        self.given: list[int] = []

    def exchange(self, system: str, messages: Any, tools: Any, **given: Any) -> Any:
        turn = len(messages) // 2
        self.given.append(turn)
        return self._answers[turn]


@dataclass
class Below:
    """The store under a prefix."""

    inner: ArtifactStore
    prefix: str

    def put(self, key: str, content: bytes, content_type: str = "application/json") -> Any:
        return self.inner.put(f"{self.prefix}/{key}", content, content_type)

    def read(self, key: str) -> bytes | None:
        return self.inner.read(f"{self.prefix}/{key}")


def test_a_transcript_that_cannot_be_read_is_no_reason_to_pay_twice() -> None:
    shop = Shop(drafters=["claude"])
    room = Drafting(shop, shop.break_it(), model=ScriptedModel(reply("", *[]), *SCRIPT))
    room.draft()
    (first,) = [key for key in shop.artifacts.contents if key.endswith("-1.json") and "transcript" in key]
    shop.artifacts.contents[first] = b"{"
    with pytest.raises(MendloopError, match="not a readable exchange"):
        room.draft()
