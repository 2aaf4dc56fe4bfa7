"""A mailer that keeps its letters."""

from dataclasses import dataclass

from mendloop.domain.catalog import Approver
from mendloop.domain.errors import Throttled
from mendloop.ports import Subscription


@dataclass(frozen=True)
class Sent:
    """One mail; `to` is the approver's catalog name."""

    to: str
    subject: str
    body: str


class RecordingMailer:
    """`unconfirmed` approvers receive nothing."""

    def __init__(self, *unconfirmed: str) -> None:
        self.unconfirmed = set(unconfirmed)
        self.sent: list[Sent] = []
        self.alerts: list[tuple[str, str]] = []

    def subscription(self, approver: Approver) -> Subscription:
        return Subscription.PENDING if approver.name in self.unconfirmed else Subscription.CONFIRMED

    def confirmed(self, approver: Approver) -> bool:
        return approver.name not in self.unconfirmed

    def send(self, approver: Approver, subject: str, body: str) -> str:
        self.sent.append(Sent(approver.name, subject, body))
        return f"mail-{len(self.sent)}"

    def alert(self, subject: str, body: str) -> str:
        self.alerts.append((subject, body))
        return f"alert-{len(self.alerts)}"


class FailingMailer(RecordingMailer):
    """Asked to slow down for the approvers in `failing`."""

    def __init__(self, *failing: str) -> None:
        super().__init__()
        self.failing = set(failing)

    def send(self, approver: Approver, subject: str, body: str) -> str:
        if approver.name in self.failing:
            raise Throttled("sns:Publish")
        return super().send(approver, subject, body)
