"""Events of the notifier on `notifier.events`. They never carry contact data."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.dunning import Channel
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
    """A provider took the message. Several of one `dispatch_id` left as one message."""

    event_type: ClassVar[str] = "amends.notifier.notification-sent.v1"

    channel: Channel
    language: Literal["zh-CN", "en"]
    sent_at: datetime
    dispatch_id: Identifier | None = None


class NotificationFailed(NotifierEventData):
    """No channel could take the message; `reason` says why."""

    event_type: ClassVar[str] = "amends.notifier.notification-failed.v1"

    reason: Annotated[str, Field(max_length=500)]


class NotificationSuppressed(NotifierEventData):
    """The message is never sent: facts changed since it was asked for, or a contact rule forbids it; `rule` says which.

    `rules_version` and `clause` name the contact rules and what they rest on; neither stands beside a changed fact.
    """

    event_type: ClassVar[str] = "amends.notifier.notification-suppressed.v1"

    rule: Identifier
    rules_version: Annotated[str, Field(max_length=64)] | None = None
    clause: Annotated[str, Field(max_length=300)] | None = None


class NotificationDeferred(NotifierEventData):
    """A contact rule lets the message leave at `until` at the earliest; it is decided again then."""

    event_type: ClassVar[str] = "amends.notifier.notification-deferred.v1"

    until: datetime
    rule: Identifier
    rules_version: Annotated[str, Field(max_length=64)]
    clause: Annotated[str, Field(max_length=300)]


class NotificationUnknown(NotifierEventData):
    """Whether a provider took the message is not known, and asking again could send it twice: it is not tried again."""

    event_type: ClassVar[str] = "amends.notifier.notification-unknown.v1"

    channel: Channel
    reason: Annotated[str, Field(max_length=500)]


class NotificationDelivered(NotifierEventData):
    """A provider's receipt: the message reached the borrower's device or mailbox."""

    event_type: ClassVar[str] = "amends.notifier.notification-delivered.v1"

    channel: Channel
    delivered_at: datetime


class NotificationUndelivered(NotifierEventData):
    """A provider's receipt: the message that it took did not arrive, or was complained about.

    `is_tried_elsewhere`: it leaves again by another channel, and how that ends is told in turn.
    """

    event_type: ClassVar[str] = "amends.notifier.notification-undelivered.v1"

    channel: Channel
    kind: Literal["bounced", "expired", "rejected", "complained"]
    told_at: datetime
    is_tried_elsewhere: bool


class AgentCallRequested(NotifierEventData):
    """A person is asked to call the borrower about what the message would have said."""

    event_type: ClassVar[str] = "amends.notifier.agent-call-requested.v1"

    not_before: datetime


class ContactRecorded(EventData):
    """A contact with the borrower that people made: a call, or a talk that the borrower began."""

    event_type: ClassVar[str] = "amends.notifier.contact-recorded.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "contact_id"

    borrower_id: Identifier
    contact_id: Identifier
    loan_id: Identifier | None = None
    channel: Literal["call", "sms", "email"]
    outcome: Literal["sent", "unanswered", "conversation", "not_connected"]
    is_by_borrower: bool = False
    made_at: datetime
