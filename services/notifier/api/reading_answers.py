"""What is answered to those who only look."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.notifier.archive.audit import AuditRecord
from services.notifier.archive.borrower_records import ContactRecord
from services.notifier.archive.delivery_records import AgentCallContent, AgentCallRecord, ReceiptRecord
from services.notifier.archive.message_records import MessageContent, MessageRecord
from services.notifier.contact_rules.decision import Outcome

Next = Annotated[str | None, Field(description="ask with it as `after` for what follows; null at the end")]


class Answer(BaseModel):
    """Any answer."""

    model_config = ConfigDict(frozen=True)


class MessagesPage(Answer):
    """Messages, newest first."""

    messages: tuple[MessageRecord, ...]
    next: Next


class MessageAnswer(Answer):
    """What became of a message, and what providers told of it."""

    message: MessageRecord
    receipts: tuple[ReceiptRecord, ...]


class MessageContentAnswer(Answer):
    """A message whole, and what providers told of it."""

    content: MessageContent
    receipts: tuple[ReceiptRecord, ...]


class OutcomeCountAnswer(Answer):
    """So many messages have a status, of one template by one channel (null before one was chosen)."""

    status: str
    template: str
    channel: str | None
    messages: int


class OutcomesAnswer(Answer):
    """Messages asked for on the days from `from_on` to `to_on` of the lender's calendar, counted."""

    from_on: date
    to_on: date
    counts: tuple[OutcomeCountAnswer, ...]


class AgentCallsPage(Answer):
    """Calls, the most urgent first."""

    calls: tuple[AgentCallRecord, ...]
    next: Next


class AgentCallAnswer(Answer):
    """A call with what its agent must know; `contact` null: it is not kept any more."""

    content: AgentCallContent
    contact: ContactRecord | None


class BorrowersFound(Answer):
    """Ids of borrowers with this name, mailbox or number."""

    borrower_ids: tuple[str, ...]
    next: Next


class SeenFactAnswer(Answer):
    """A fact for which a rule stops the contact."""

    name: str
    value: str | int


class ContactCheckAnswer(Answer):
    """Whether a contact may be made at `at`; `until` if it is deferred.

    `is_reachable` False: no address is kept for the channel, or it was found to reach nobody.
    """

    at: datetime
    decision: Outcome
    until: datetime | None
    rule: str | None
    clause: str | None
    rules_version: str
    seen: tuple[SeenFactAnswer, ...]
    is_reachable: bool


class AuditPage(Answer):
    """Entries of the audit, newest first."""

    entries: tuple[AuditRecord, ...]
    next: Next
