"""How many mails a person gets at most: at ten a second SNS drops a subscription, and nobody reads that many."""

from datetime import datetime, timedelta

from mendloop.ports import DecisionStore

MOST = 20
"""Mails of one kind to one person in one window; what is above it is held for a digest."""
WINDOW = timedelta(minutes=10)


def may_mail(decisions: DecisionStore, name: str, kind: str, at: datetime) -> bool:
    """Takes one of the window's stamps; False when they are used up. `kind` keeps questions and outcomes apart."""
    window = int(at.timestamp() // WINDOW.total_seconds())
    return decisions.take_stamp(f"{kind}#{name}", f"{window}", MOST, at)
