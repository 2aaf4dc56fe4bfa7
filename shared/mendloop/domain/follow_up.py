"""How a published change fared: a pure function from what was seen to a state.

What was seen only grows, and each piece carries its own time. So events may come in any order and more than once: the
state depends on the set of them, on the rules and on the time, and on nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from mendloop.domain.follow_up_blind import Blind, merged, quiet_at
from mendloop.domain.follow_up_rules import FollowUpRules


class FollowUpState(StrEnum):
    """Where a change is after it was published, or rejected on the page."""

    OPEN = "open"
    MERGED = "merged"
    DEPLOYED = "deployed"
    FIXED = "fixed"
    RECURRED = "recurred"
    REGRESSED = "regressed"
    REJECTED = "rejected"
    LOST = "lost"


SETTLED = frozenset({FollowUpState.RECURRED, FollowUpState.REGRESSED, FollowUpState.LOST})
"""Nothing more is looked for."""


class _Seen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    at: AwareDatetime


class RequestSeen(_Seen):
    """The pull request stood like this at that time."""

    state: str = Field(pattern="^(open|closed|merged)$")


class RevisionSeen(_Seen):
    """From then on this revision was seen to run."""

    revision: str
    holds: bool = Field(description="Whether it holds the merged change")


class FaultSeen(_Seen):
    """The fault showed itself, as an incident of it tells."""

    incident_id: str
    generation: int
    revision: str = Field(default="", description="What ran when it was seen, where that was known")
    running_since: AwareDatetime | None = Field(
        default=None, description="When that revision was deployed, where known"
    )
    holds: bool | None = Field(default=None, description="Whether it holds the merged change; None: not known")


class Facts(BaseModel):
    """What was seen of one change, each in the order of time."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    published_at: AwareDatetime
    requests: tuple[RequestSeen, ...] = ()
    revisions: tuple[RevisionSeen, ...] = ()
    faults: tuple[FaultSeen, ...] = ()
    blind: tuple[Blind, ...] = Field(default=(), description="The service was paused then, or its signal muted")

    @model_validator(mode="before")
    @classmethod
    def _earlier_shape(cls, data: object) -> object:
        """Once only the last time was kept: `blind_until`."""
        if isinstance(data, dict) and data.get("blind_until") and "blind" not in data:
            return {**data, "blind": [{"start": data["blind_until"], "end": data["blind_until"]}]}
        return data

    def joined(
        self,
        requests: Iterable[RequestSeen] = (),
        revisions: Iterable[RevisionSeen] = (),
        faults: Iterable[FaultSeen] = (),
        blind: Iterable[Blind] = (),
    ) -> "Facts":
        """With these too; what is known already changes nothing."""
        return self.model_copy(
            update={
                "requests": _union(self.requests, requests),
                "revisions": _union(self.revisions, revisions),
                "faults": _union(self.faults, faults),
                "blind": merged([*self.blind, *blind]),
            }
        )

    @property
    def request(self) -> str:
        """How the pull request stands: a merged one stays merged, else the newest word counts."""
        if any(seen.state == "merged" for seen in self.requests):
            return "merged"
        return self.requests[-1].state if self.requests else "open"


class Standing(BaseModel):
    """A state, since when, and the occurrence that made it."""

    model_config = ConfigDict(frozen=True)

    state: FollowUpState
    since: AwareDatetime
    fault: FaultSeen | None = None
    quiet_at: AwareDatetime | None = Field(default=None, description="When it will have been quiet for long enough")

    def finished(self, rules: FollowUpRules, now: datetime) -> bool:
        """Whether nothing more is looked for. A closed pull request may be opened again, a fixed fault come back."""
        return self.state in SETTLED or (
            self.state in {FollowUpState.FIXED, FollowUpState.REJECTED} and now - self.since >= rules.watch
        )


@dataclass(frozen=True)
class _Run:
    """A time in which what runs holds the change; `end` None: still."""

    start: datetime
    end: datetime | None = None

    def holds(self, at: datetime, margin: timedelta) -> bool:
        return self.start + margin <= at and (self.end is None or at < self.end)


def standing(facts: Facts, rules: FollowUpRules, now: datetime) -> Standing:
    """How the change stands at `now`. Clocks differ: nothing that happened to it is older than itself."""
    if facts.request == "merged":
        merged_at = min(seen.at for seen in facts.requests if seen.state == "merged")
        return _after_merge(facts, rules, now, max(merged_at, facts.published_at))
    if facts.request == "closed":
        since = max(_closed_since(facts.requests), facts.published_at)
        return Standing(state=FollowUpState.REJECTED, since=since)
    return _waited(FollowUpState.OPEN, facts.published_at, rules, now)


def _after_merge(facts: Facts, rules: FollowUpRules, now: datetime, merged_at: datetime) -> Standing:
    runs = _runs(facts)
    seen = [each for each in facts.faults if _after_deployment(each, runs, rules)]
    quiet = ((run, _quiet_at(run, facts, rules)) for run in runs)
    fixed_at = next((at for run, at in quiet if at <= min(run.end or now, now)), None)
    if seen and (fixed_at is None or seen[0].at < fixed_at):
        return Standing(state=FollowUpState.RECURRED, since=seen[0].at, fault=seen[0])
    if fixed_at is not None:
        again = next(iter(seen), None)
        if again:
            return Standing(state=FollowUpState.REGRESSED, since=again.at, fault=again)
        return Standing(state=FollowUpState.FIXED, since=fixed_at)
    last = runs[-1] if runs else None
    if last and last.end is None:
        quiet_at = _quiet_at(last, facts, rules)
        return Standing(state=FollowUpState.DEPLOYED, since=last.start, quiet_at=quiet_at)
    return _waited(FollowUpState.MERGED, last.end if last and last.end else merged_at, rules, now)


def _closed_since(requests: Sequence[RequestSeen]) -> datetime:
    """The first of the words that agree with the newest one."""
    agreeing = list(takewhile(lambda seen: seen.state == "closed", reversed(requests)))
    return agreeing[-1].at


def _waited(state: FollowUpState, since: datetime, rules: FollowUpRules, now: datetime) -> Standing:
    """In vain, once the time for it is over."""
    if now - since >= rules.watch:
        return Standing(state=FollowUpState.LOST, since=since + rules.watch)
    return Standing(state=state, since=since)


def _runs(facts: Facts) -> list[_Run]:
    """When the change was deployed, in the order of time; a roll-back ends it."""
    told = {(seen.at, seen.holds) for seen in facts.revisions}
    told |= {(seen.running_since, True) for seen in facts.faults if seen.holds and seen.running_since}
    runs: list[_Run] = []
    for at, holds in sorted(told):
        is_open = bool(runs) and runs[-1].end is None
        if holds and not is_open:
            runs.append(_Run(at))
        elif not holds and is_open:
            runs[-1] = _Run(runs[-1].start, at)
    return runs


def _after_deployment(seen: FaultSeen, runs: Iterable[_Run], rules: FollowUpRules) -> bool:
    """A revision without the change says nothing about it, and neither does what came before its deployment."""
    return seen.holds is not False and any(run.holds(seen.at, rules.margin) for run in runs)


def _quiet_at(run: _Run, facts: Facts, rules: FollowUpRules) -> datetime:
    return quiet_at(run.start, rules.quiet, facts.blind)


Seen = TypeVar("Seen", bound=_Seen)


def _union(known: Iterable[Seen], new: Iterable[Seen]) -> tuple[Seen, ...]:
    return tuple(sorted({*known, *new}, key=lambda seen: (seen.at, seen.model_dump_json())))


_SHORTEST = timedelta(minutes=15)
_LONGEST, _LONGEST_AT_REST = timedelta(hours=6), timedelta(days=1)


def next_look(stands: Standing, rules: FollowUpRules, now: datetime) -> datetime | None:
    """A quarter of the time it has stood so, within bounds; None when nothing more is looked for."""
    if stands.finished(rules, now):
        return None
    at_rest = stands.state in {FollowUpState.FIXED, FollowUpState.REJECTED}
    wait = min(max((now - stands.since) / 4, _SHORTEST), _LONGEST_AT_REST if at_rest else _LONGEST)
    return min(now + wait, stands.quiet_at) if stands.quiet_at and stands.quiet_at > now else now + wait
