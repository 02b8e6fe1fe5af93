"""What PostgreSQL does with the rows that payments need and nothing else: one connection, nothing overlapped."""

import time
from collections.abc import Sequence
from copy import copy

import asyncpg

from bench.workload import Workload
from services.eventing import store as eventing_store
from services.eventing.database import migrate
from services.ledger import store
from services.ledger.acceptance import key_of
from services.ledger.account import Payment
from services.ledger.allocation import DEFAULT_ORDER
from services.ledger.disbursals import open_loan
from services.ledger.loan import Loan
from services.ledger.payments import Bookings, post_payment

_AT_ONCE = 1000
_SETTINGS = {"search_path": "ledger", "jit": "off", "plan_cache_mode": "force_custom_plan"}


async def insert_payments(database_url: str, workload: Workload, payments: int) -> float:
    """Write what `payments` payments write, decided beforehand, in batches of 1,000; returns payments a second."""
    await migrate(database_url, "ledger")
    connection = await asyncpg.connect(database_url, server_settings=_SETTINGS)
    try:
        opened = [open_loan(loan) for loan in workload.loans]
        for start in range(0, len(opened), _AT_ONCE):
            await store.insert_loans(connection, [new for new, _ in opened[start : start + _AT_ONCE]])
        loans = {new.loan.key: new.loan for new, _ in opened}
        batches = _batches(loans, workload, payments)
        started = time.perf_counter()
        for batch in batches:
            async with connection.transaction():
                await batch.write(connection)
        return payments / (time.perf_counter() - started)
    finally:
        await connection.close()


def _batches(loans: dict[tuple[str, str], Loan], workload: Workload, payments: int) -> Sequence["_Batch"]:
    batches = []
    for index, payment in enumerate(workload.payments(payments)):
        if index % _AT_ONCE == 0:
            batches.append(_Batch())
        loan = loans[key_of(payment)]
        batches[-1].add(loan, Payment(payment.payment_id, payment.amount_minor, payment.currency, payment.value_date))
    return batches


class _Batch:
    """The rows that the ledger decides on for 1,000 payments, and the same statements that it writes them by."""

    def __init__(self) -> None:
        self._bookings = Bookings()
        self._loans: list[Loan] = []

    def add(self, loan: Loan, payment: Payment) -> None:
        """Decide on one payment."""
        post_payment(loan, payment, None, None, self._bookings, DEFAULT_ORDER)
        self._loans.append(copy(loan))

    async def write(self, connection: asyncpg.Connection) -> None:
        """Write what a batch of the ledger writes."""
        bookings = self._bookings
        await store.insert_payments(connection, bookings.payments)
        await store.write_journal(connection, bookings.transactions)
        await store.update_instalments(connection, bookings.instalments.values())
        await store.update_loans(connection, self._loans)
        await eventing_store.write_outbox(connection, bookings.emitted)
