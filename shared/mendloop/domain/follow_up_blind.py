"""Times in which nothing would have been seen: that no fault showed then says nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

_NEIGHBOURS = timedelta(hours=2)
"""Looks at what is blind are an hour apart: what lies so close is one pause, and a long one stays small."""


class Blind(BaseModel):
    """From the first to the last look that found signals were not taken in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    start: AwareDatetime
    end: AwareDatetime


def merged(spans: Iterable[Blind]) -> tuple[Blind, ...]:
    """In the order of time, neighbours as one; the same in whatever order they came."""
    found: list[Blind] = []
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        if found and span.start - found[-1].end <= _NEIGHBOURS:
            found[-1] = Blind(start=found[-1].start, end=max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def quiet_at(start: datetime, quiet: timedelta, blind: Iterable[Blind]) -> datetime:
    """When it has been quiet for long enough: each pause in that time begins it anew. `blind` as merged."""
    since = start
    for span in blind:
        if since <= span.end and span.start <= since + quiet:
            since = span.end
    return since + quiet
