"""Events of the notifier on `notifier.events`. They never carry contact data."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.values import EventData, Identifier

TOPIC = "notifier.events"


class NotifierEventData(EventData):
    """What every event about one message carries."""

    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "notification_id"

    borrower_id: Identifier
    loan_id: Identifier
    notification_id: Identifier
    reminder_id: Identifier
    step_id: Identifier
    template: Identifier


class NotificationSent(NotifierEventData):
    """A provider took the message."""

    event_type: ClassVar[str] = "amends.notifier.notification-sent.v1"

    channel: Literal["email", "sms"]
    language: Literal["zh-CN", "en"]
    sent_at: datetime


class NotificationFailed(NotifierEventData):
    """No channel could take the message; `reason` says why."""

    event_type: ClassVar[str] = "amends.notifier.notification-failed.v1"

    reason: Annotated[str, Field(max_length=500)]


class NotificationSuppressed(NotifierEventData):
    """The message was not sent because facts changed since it was asked for; `rule` says which."""

    event_type: ClassVar[str] = "amends.notifier.notification-suppressed.v1"

    rule: Identifier
