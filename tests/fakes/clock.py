"""A clock that stands until it is moved."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


class FixedClock:
    """Starts at NOW."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> datetime:
        """`advance(hours=2)`; returns the new time."""
        self.at += timedelta(**by)
        return self.at
