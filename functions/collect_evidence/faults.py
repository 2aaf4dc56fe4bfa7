"""Traces → faults: grouped by fingerprint, redacted, the main one first."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mendloop.contracts.evidence import Fault, Frame, StackTrace
from mendloop.domain.catalog import Service
from mendloop.domain.fingerprint import fingerprint
from mendloop.domain.redaction import redact
from mendloop.domain.stack_trace import Found, Rank, Trace

MAX_FAULTS = 20
MAX_REQUESTS = 20


@dataclass
class Group:
    """All traces of one fault, in the order of the log."""

    fingerprint: str
    found: list[Found] = field(default_factory=list)

    @property
    def rank(self) -> Rank:
        """The best of its traces: what the runtime said outranks what a line quotes."""
        return min(one.rank for one in self.found)

    def fault(self) -> Fault:
        """As stored."""
        best = next(one for one in self.found if one.rank is self.rank)
        requests = dict.fromkeys(one.request_id for one in self.found if one.request_id)
        return Fault(
            fingerprint=self.fingerprint,
            trace=_safe(best.trace),
            count=self.count,
            first_seen=min(one.at for one in self.found),
            last_seen=max(one.at for one in self.found),
            request_ids=[redact(request)[:100] for request in list(requests)[:MAX_REQUESTS]],
        )

    @property
    def count(self) -> int:
        """Failures, not prints: a request which logs its exception and then fails by it counts once."""
        named = {one.request_id for one in self.found if one.request_id}
        return len(named) + sum(1 for one in self.found if not one.request_id)


def group(found: Sequence[Found], service: Service, focus: str = "") -> list[Group]:
    """The main one first: `focus` where given, then by who says so, then by count, then by time."""
    groups: dict[str, Group] = {}
    for one in found:
        key = fingerprint(service.name, one.trace)
        groups.setdefault(key, Group(key)).found.append(one)
    ordered = sorted(groups.values(), key=lambda each: (each.rank, -each.count, each.found[0].at, each.fingerprint))
    return sorted(ordered, key=lambda each: each.fingerprint != focus)[:MAX_FAULTS]


def _safe(trace: Trace) -> StackTrace:
    return StackTrace(
        language=trace.language,
        type=redact(trace.type)[:300],
        message=redact(trace.message)[:2_000],
        frames=[
            Frame(
                path=redact(frame.path),
                function=frame.function,
                module=frame.module,
                line=frame.line,
                column=frame.column,
                text=redact(frame.text)[:300],
                waiting=frame.waiting,
            )
            for frame in trace.frames
        ],
        causes=[_safe(cause) for cause in trace.causes],
    )
