"""Messages as they are shown and exported: what became of each; and, for who may see it, what it said and why."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.dunning import Channel
from services.notifier.archive.borrower_records import KeptRecord

MessageStatus = Literal[
    "waiting_for_contact", "queued", "deferred", "leaving", "sent", "failed", "suppressed", "unknown"
]  # fmt: skip


class MessageRecord(KeptRecord):
    """What became of a message. `rule` and `clause` say why it was deferred or suppressed.

    Costs are millionths of a unit of their currency.
    """

    borrower_id: str
    notification_id: str
    reminder_id: str
    loan_id: str
    step_id: str
    template: str
    purpose: str | None
    status: MessageStatus
    reason: str
    channel: Annotated[Channel | None, Field(description="by which it left")]
    channels: Annotated[tuple[Channel, ...], Field(description="by which it may leave, in order")]
    language: str | None
    rule: str | None
    clause: str | None
    rules_version: str | None
    until: Annotated[datetime | None, Field(description="of a deferred one: it is decided again then")]
    asked_at: datetime
    ended_at: datetime | None
    attempts: int
    dispatch_id: Annotated[str | None, Field(description="messages of one dispatch left as one")]
    segments: int | None
    cost_micros: int | None
    cost_currency: str | None


class MessageContent(KeptRecord):
    """A message whole: what it said, of which amounts, and the facts that were seen when it was decided."""

    message: MessageRecord
    subject: str | None
    text: Annotated[str | None, Field(description="null if it never left, or was erased")]
    currency: str
    due_on: date
    days_past_due: int
    penalty_minor: int
    fee_minor: int
    interest_minor: int
    principal_minor: int
    about: dict[str, Any]
    decision: Annotated[dict[str, Any] | None, Field(description="outcome, rule, clause, and the facts seen")]
    provider_message_id: str | None
