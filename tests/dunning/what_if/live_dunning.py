"""Dunning as it runs, on a real PostgreSQL: batches of events into its handler, business dates, looks; a notifier."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal
from zlib import crc32

from aiokafka import ConsumerRecord

from schemas.dunning import ReminderRequested
from schemas.ledger import BusinessDateCompleted, LedgerEventData
from schemas.notifier import (
    NotificationDeferred,
    NotificationDelivered,
    NotificationFailed,
    NotificationSent,
    NotificationSuppressed,
    NotificationUndelivered,
    NotificationUnknown,
    NotifierEventData,
)
from schemas.values import EventData
from services.dunning.cases.case_work import CaseWork
from services.dunning.handlers import CaseHandler
from services.dunning.ladder.choice import Ladders
from services.dunning.ladder.files import LoadedLadders
from services.dunning.ladder.store import LadderKeeper
from services.dunning.looks import Looks
from services.dunning.offer_desk import OfferDesk
from services.dunning.settings import load_offer_policy
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent, ReceivedEvent
from services.eventing.store import write_outbox

Outcome = Literal["sent", "failed", "suppressed", "unheard", "unknown", "delivered", "bounced", "moved", "deferred"]
Notifier = Callable[[str], Outcome]
"""What becomes of a reminder, by its id."""

CALENDAR = "default"


def all_sent(reminder_id: str) -> Outcome:
    return "sent"


def mixed(seed: int) -> Notifier:
    """Most messages are sent, some fail, come back or are suppressed, and of some nothing is heard or known."""
    fates: tuple[Outcome, ...] = (
        "sent", "sent", "delivered", "failed", "suppressed", "unheard", "unknown", "bounced", "moved", "deferred"
    )  # fmt: skip
    return lambda reminder_id: fates[crc32(f"{seed}|{reminder_id}".encode()) % len(fates)]


@dataclass(slots=True)
class LiveDunning:
    """One dunning on one connection; `asked` are reminders that the notifier has not answered."""

    connection: Connection
    work: CaseWork
    notifier: Notifier
    asked: list[ReminderRequested] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    offset: int = 0
    sequences: dict[str, int] = field(default_factory=dict)

    async def tell(self, *events: EventData) -> None:
        """One batch of events, in one transaction."""
        received = [self._received(event) for event in events]
        async with self.connection.transaction():
            outcome = await CaseHandler(self.work)(self.connection, received)
            await write_outbox(self.connection, outcome.emitted)
        self.refused += [rejection.reason.code for rejection in outcome.rejected]
        self._hand_over(outcome.emitted)

    async def complete(self, on: date, *, looks: bool = True) -> None:
        """A business date is completed, and all looks that are due are taken."""
        await self.tell(BusinessDateCompleted(calendar_id=CALENDAR, business_date=on))
        if looks:
            await self.look()

    async def look(self) -> None:
        """All looks that are due."""
        async with self.handing_over():
            while await Looks(self.work)(self.connection):
                pass

    def starts_anew(self, ladders: Ladders) -> None:
        """The service is started anew with other ladders."""
        self.work = work_by(ladders)

    async def answer(self, at_most: int | None = None) -> None:
        """The notifier says what became of the oldest reminders, in one batch."""
        taken = self.asked[:at_most]
        del self.asked[:at_most]
        told = [answer for one in taken for answer in _answers(one, self.notifier(one.reminder_id))]
        if told:
            await self.tell(*told)

    @asynccontextmanager
    async def handing_over(self) -> AsyncIterator[None]:
        """The reminders that are queued meanwhile are handed to the notifier."""
        newest = await self.connection.fetchval("select coalesce(max(id), 0) from outbox")
        yield
        rows = await self.connection.fetch("select value from outbox where id > $1 and event_type = $2 order by id",
                                           newest, ReminderRequested.event_type)  # fmt: skip
        self.asked += [ReminderRequested.model_validate_json(row[0]) for row in rows]

    def _hand_over(self, emitted: Sequence[OutgoingEvent]) -> None:
        self.asked += [
            ReminderRequested.model_validate_json(event.value)
            for event in emitted
            if event.event_type == ReminderRequested.event_type
        ]

    def _received(self, event: EventData) -> ReceivedEvent[Any]:
        self.offset += 1
        sequence = None
        if isinstance(event, LedgerEventData):
            sequence = self.sequences[event.loan_id] = self.sequences.get(event.loan_id, 0) + 1
        record = ConsumerRecord(
            topic=event.topic, partition=0, offset=self.offset, timestamp=0, timestamp_type=0, key=event.key.encode(),
            value=b"", checksum=None, serialized_key_size=0, serialized_value_size=0, headers=(),
        )  # fmt: skip
        return ReceivedEvent(f"event-{self.offset}", event.event_type, event, sequence, None, record)


def live_dunning(connection: Connection, ladders: Ladders, notifier: Notifier = all_sent) -> LiveDunning:
    """Dunning by these ladders."""
    return LiveDunning(connection, work_by(ladders), notifier)


def work_by(ladders: Ladders) -> CaseWork:
    """What evaluates cases by these ladders, with a calendar of one partition."""
    documents = {version: document_of(policy) for version, policy in ladders.policies.items()}
    keeper = LadderKeeper(LoadedLadders(ladders, documents))
    return CaseWork(keeper, OfferDesk(load_offer_policy(None)), CALENDAR, 1)


def document_of(policy: Any) -> str:
    """A ladder as the text of a document."""
    return json.dumps(policy.model_dump(mode="json", exclude_unset=True))


def _answers(reminder: ReminderRequested, fate: Outcome) -> list[NotifierEventData]:
    common: dict[str, Any] = {
        "borrower_id": reminder.borrower_id, "loan_id": reminder.loan_id, "notification_id": reminder.reminder_id,
        "reminder_id": reminder.reminder_id, "step_id": reminder.step_id, "template": reminder.template,
    }  # fmt: skip
    at = datetime(2024, 1, 1, tzinfo=UTC)
    sent = NotificationSent(**common, channel="email", language="en", sent_at=at)
    came_back: dict[str, Any] = {**common, "channel": "email", "kind": "bounced", "told_at": at}
    match fate:
        case "sent":
            return [sent]
        case "delivered":
            return [sent, NotificationDelivered(**common, channel="email", delivered_at=at)]
        case "bounced":
            return [sent, NotificationUndelivered(**came_back, is_tried_elsewhere=False)]
        case "moved":
            again = NotificationSent(**common, channel="sms", language="en", sent_at=at)
            return [sent, NotificationUndelivered(**came_back, is_tried_elsewhere=True), again]
        case "unknown":
            return [NotificationUnknown(**common, channel="email", reason="no answer")]
        case "deferred":
            return [NotificationDeferred(**common, until=at, rule="hours", rules_version="1", clause="8 to 20 h"), sent]
        case "failed":
            return [NotificationFailed(**common, reason="no channel")]
        case "suppressed":
            return [NotificationSuppressed(**common, rule="paid")]
        case _:
            return []
