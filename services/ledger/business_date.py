"""Timed work of the ledger: follow the clock, close business dates, tell when one is completed."""

from datetime import date

from schemas.ledger import BusinessDateCompleted
from services.eventing import metrics
from services.eventing import store as eventing_store
from services.eventing.clock import Clock, business_date
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent, outgoing
from services.eventing.settings import Settings
from services.ledger import store
from services.ledger.close import close_loan
from services.ledger.handlers import CLOCK_PARTITION
from services.ledger.settings import LedgerSettings


class BusinessDateClose:
    """One step closes up to `close_loans_at_once` loans in one transaction; payments go on meanwhile."""

    def __init__(self, settings: Settings, own: LedgerSettings, clock: Clock) -> None:
        self._settings = settings
        self._own = own
        self._clock = clock

    async def __call__(self, connection: Connection) -> bool:
        """True when more may be due at once."""
        calendar_id = self._settings.calendar_id
        if self._settings.clock == "system":
            today = business_date(self._clock, self._settings.calendar_zone)
            await eventing_store.open_business_date(connection, calendar_id, CLOCK_PARTITION, today)
        on = await eventing_store.business_date_of(connection, calendar_id, 1)
        if on is None:
            return False
        completed = await store.completed_date(connection, calendar_id)
        if await self._close_some(connection, on):
            return True
        if completed is None or completed < on:
            await self._complete(connection, calendar_id, on)
        return False

    async def _close_some(self, connection: Connection, on: date) -> bool:
        announce_days = self._own.announce_days
        async with connection.transaction():
            loans = await store.loans_to_close(connection, on, self._own.close_loans_at_once)
            if not loans:
                return False
            staged = await store.staged_instalments(connection, loans, on, announce_days)
            stages, transactions, emitted, ends = [], [], [], []
            for loan in loans:
                lines = staged.get(loan.key, [])
                loan.load(tuple(line.instalment for line in lines if line.instalment.paid_on is None))
                closed = close_loan(loan, lines, on, announce_days)
                stages += [(loan.key, number, stage) for number, stage in closed.stages.items()]
                transactions += closed.transactions
                emitted += closed.emitted
                ends.append((loan, closed.next_action_on))
            await store.write_journal(connection, transactions)
            await store.save_closed(connection, stages, ends)
            await eventing_store.write_outbox(connection, emitted)
        return True

    async def _complete(self, connection: Connection, calendar_id: str, on: date) -> None:
        """Tell every partition of the topic, behind all that the date made due."""
        data = BusinessDateCompleted(calendar_id=calendar_id, business_date=on)
        events: list[OutgoingEvent] = [
            outgoing(data, on.toordinal() * 10_000 + partition, partition=partition)
            for partition in range(self._settings.topic_partitions)
        ]
        async with connection.transaction():
            await store.complete_date(connection, calendar_id, on)
            await eventing_store.write_outbox(connection, events)
        metrics.BUSINESS_DATE_COMPLETED.set(self._clock.now().timestamp())
