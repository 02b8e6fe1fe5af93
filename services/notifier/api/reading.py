"""Reading for a request what tells nobody who a borrower is. Nothing is locked."""

from datetime import date, datetime, timedelta
from typing import Final

from services.eventing.api_cursors import is_storable
from services.eventing.clock import Clock
from services.eventing.problems import INVALID, refused_field
from services.notifier.api.notifier_parts import NotifierParts
from services.notifier.api.notifier_problems import unknown_borrower, unknown_message
from services.notifier.api.reading_answers import MessageAnswer, OutcomeCountAnswer, OutcomesAnswer
from services.notifier.archive import audit_store, borrower_store, message_store, told_back_store
from services.notifier.archive.audit import AuditRecord
from services.notifier.archive.borrower_records import BorrowerRecord
from services.notifier.archive.delivery_records import AgentCallRecord
from services.notifier.archive.message_records import MessageRecord
from services.notifier.archive.message_store import MessageKey, MessageSearch
from services.notifier.contact_rules.local_time import start_of_day

_USUAL_DAYS: Final = 7
_MOST_DAYS: Final = 92
_DAY: Final = timedelta(days=1)


class Reading:
    """The notifier's answers, before they take the form of an API."""

    def __init__(self, parts: NotifierParts, clock: Clock) -> None:
        self._parts = parts
        self._clock = clock

    async def borrower(self, borrower_id: str) -> BorrowerRecord:
        """What is known of a borrower without who they are. Raises Problem."""
        async with self._parts.connections.reading() as connection:
            if not await borrower_store.is_known(connection, borrower_id):
                raise unknown_borrower(borrower_id)
            return await borrower_store.borrower_record(connection, borrower_id)

    async def messages(self, search: MessageSearch, before: MessageKey | None, limit: int) -> list[MessageRecord]:
        """Messages before one of them, newest first. Raises Problem."""
        if search.rule is not None and not is_storable(search.rule):
            raise refused_field(INVALID, "rule", search.rule, "is not text that can be kept")
        async with self._parts.connections.reading() as connection:
            return await message_store.messages_page(connection, search, before, limit)

    async def message(self, borrower_id: str, notification_id: str) -> MessageAnswer:
        """What became of a message. Raises Problem."""
        async with self._parts.connections.reading() as connection:
            message = await message_store.message_record(connection, borrower_id, notification_id)
            if message is None:
                raise unknown_message(notification_id)
            receipts = await told_back_store.receipts_of(connection, borrower_id, notification_id)
        return MessageAnswer(message=message, receipts=tuple(receipts))

    async def outcomes(self, from_on: date | None, to_on: date | None) -> OutcomesAnswer:
        """Messages asked for on some days, counted. Raises Problem."""
        last = self._parts.calendar.day_at(self._clock.now()) if to_on is None else to_on
        first = last - (_USUAL_DAYS - 1) * _DAY if from_on is None and last > date(2, 1, 1) else from_on or last
        if not 0 <= (last - first).days < _MOST_DAYS:
            raise refused_field(INVALID, "from_on", first, f"must lie in the {_MOST_DAYS} days that end on {last}")
        asked_from, asked_before = self.days(first, last)
        async with self._parts.connections.reading() as connection:
            counts = await message_store.outcome_counts(connection, asked_from, asked_before)
        return OutcomesAnswer(from_on=first, to_on=last, counts=tuple(
            OutcomeCountAnswer(
                status=one.status, template=one.template, channel=one.channel or None, messages=one.messages
            )
            for one in counts
        ))  # fmt: skip

    async def calls(
        self, status: str | None, borrower_id: str | None, after: MessageKey | None, limit: int
    ) -> list[AgentCallRecord]:
        """Calls that follow one of them."""
        async with self._parts.connections.reading() as connection:
            return await told_back_store.agent_calls_page(connection, status, borrower_id, after, limit)

    async def audit(
        self, borrower_id: str | None, operator: str | None, before: int | None, limit: int
    ) -> list[AuditRecord]:
        """Entries of the audit before one of them, newest first."""
        async with self._parts.connections.reading() as connection:
            return await audit_store.audit_page(connection, borrower_id, operator, before, limit)

    def days(self, from_on: date, to_on: date) -> tuple[datetime, datetime]:
        """The moments at which days of the lender's calendar begin and end, the last one included. Raises Problem."""
        for field, day in (("from_on", from_on), ("to_on", to_on)):
            if not 1 < day.year < 9_999:
                raise refused_field(INVALID, field, day, "is no plausible day")
        zone = self._parts.calendar.zone
        return start_of_day(zone, from_on), start_of_day(zone, to_on + _DAY)
