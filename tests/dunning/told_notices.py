"""What the notifier tells of a notice, as events."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from schemas.notifier import (
    NotificationDeferred,
    NotificationDelivered,
    NotificationFailed,
    NotificationSent,
    NotificationSuppressed,
    NotificationUndelivered,
    NotificationUnknown,
)
from schemas.values import EventData
from tests.dunning.cases import BORROWER

AT: Final = datetime(2024, 3, 6, 8, tzinfo=UTC)
REMINDER: Final = "loan-1:20240301:soft"
Channel = Literal["email", "sms"]


def about(reminder: str, **others: Any) -> dict[str, Any]:
    """What every word about a notice carries; the step is the one that the reminder's id names."""
    step_id = "offer" if reminder.startswith("offer:") else reminder.split(":")[2]
    return {
        "borrower_id": BORROWER, "loan_id": "loan-1", "notification_id": "n-1", "step_id": step_id,
        "reminder_id": reminder, "template": "overdue_soft", **others,
    }  # fmt: skip


def sent(channel: Channel = "email", reminder: str = REMINDER) -> EventData:
    return NotificationSent(**about(reminder), channel=channel, language="en", sent_at=AT)


def delivered(channel: Channel = "email", reminder: str = REMINDER) -> EventData:
    return NotificationDelivered(**about(reminder), channel=channel, delivered_at=AT)


def bounced(channel: Channel = "email", reminder: str = REMINDER, *, elsewhere: bool = False) -> EventData:
    return NotificationUndelivered(
        **about(reminder), channel=channel, kind="bounced", told_at=AT, is_tried_elsewhere=elsewhere
    )


def complained(channel: Channel = "email", reminder: str = REMINDER) -> EventData:
    return NotificationUndelivered(
        **about(reminder), channel=channel, kind="complained", told_at=AT, is_tried_elsewhere=False
    )


def unknown(channel: Channel = "email", reminder: str = REMINDER) -> EventData:
    return NotificationUnknown(**about(reminder), channel=channel, reason="no answer")


def failed(reminder: str = REMINDER) -> EventData:
    return NotificationFailed(**about(reminder), reason="no channel")


def suppressed(reminder: str = REMINDER) -> EventData:
    return NotificationSuppressed(**about(reminder), rule="opted-out")


def deferred(days: int = 1, reminder: str = REMINDER) -> EventData:
    return NotificationDeferred(
        **about(reminder), until=AT + timedelta(days=days), rule="hours", rules_version="CN-1", clause="8 to 20 h"
    )
