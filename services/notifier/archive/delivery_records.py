"""What providers and borrowers told back of messages, and calls that people were asked to make."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.notifier.archive.borrower_records import KeptRecord


class ReceiptRecord(KeptRecord):
    """What a provider told of a message that it took."""

    notification_id: str
    provider: str
    provider_message_id: str
    status: str
    told_at: datetime
    received_at: datetime


class ReplyRecord(KeptRecord):
    """What the borrower wrote back."""

    provider: str
    reply_id: str
    meaning: str
    text: Annotated[str | None, Field(description="null once erased")]
    received_at: datetime


class AgentCallRecord(KeptRecord):
    """A call that a person was asked to make."""

    borrower_id: str
    call_id: str
    dispatch_id: str
    notification_id: str
    loan_id: str
    language: str
    status: str
    asked_at: datetime
    not_before: datetime
    attempts: int
    claimed_by: str | None
    claimed_at: datetime | None
    outcome: str | None
    reason: str | None
    ended_at: datetime | None


class AgentCallContent(KeptRecord):
    """A call whole: what the agent is to say, as it was sealed."""

    call: AgentCallRecord
    to_say: Annotated[Any, Field(description="null once erased")]
