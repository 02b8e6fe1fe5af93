"""What PostgreSQL does with the rows that payments need and nothing else: one connection, nothing overlapped."""

import time
from collections.abc import Sequence

import asyncpg

from bench.workload import INSTALMENT_MINOR, Workload
from services.eventing import store as eventing_store
from services.eventing.database import migrate
from services.eventing.envelope import OutgoingEvent, event_id
from services.ledger import journal, store
from services.ledger.account import LoanAccount, LoanInstalment
from services.ledger.allocation import AllocationTotals
from services.ledger.disbursals import open_loan
from services.ledger.loan import InstalmentChange, Loan, Transaction
from services.ledger.payments import PaymentRow

_AT_ONCE = 1000


async def insert_payments(database_url: str, workload: Workload, payments: int, event_bytes: bytes) -> float:
    """Write what `payments` payments write, prepared beforehand, in batches of 1,000; returns payments a second."""
    await migrate(database_url, "ledger")
    connection = await asyncpg.connect(database_url, server_settings={"search_path": "ledger", "jit": "off"})
    try:
        opened = [open_loan(loan, 3) for loan in workload.loans]
        for start in range(0, len(opened), _AT_ONCE):
            await store.insert_loans(connection, [new for new, _ in opened[start : start + _AT_ONCE]])
        loans = [new.loan for new, _ in opened]
        batches = [_Batch(loans, start, event_bytes) for start in range(0, payments, _AT_ONCE)]
        started = time.perf_counter()
        for batch in batches:
            async with connection.transaction():
                await batch.write(connection)
        return payments / (time.perf_counter() - started)
    finally:
        await connection.close()


class _Batch:
    """The rows of 1,000 payments."""

    def __init__(self, loans: Sequence[Loan], start: int, event_bytes: bytes) -> None:
        self.payments: list[PaymentRow] = []
        self.transactions: list[Transaction] = []
        self.changes: list[InstalmentChange] = []
        self.loans: list[Loan] = []
        self.events: list[OutgoingEvent] = []
        for index in range(start, start + _AT_ONCE):
            number, loan = index // len(loans) + 1, loans[index % len(loans)]
            self._add(loan, number, event_bytes)

    def _add(self, loan: Loan, number: int, event_bytes: bytes) -> None:
        borrower_id, loan_id = loan.key
        line = loan.account.open_instalments[number - 1]
        totals = AllocationTotals(0, 0, line.interest_minor, line.principal_minor, 0)
        payment_id = f"{loan_id}-P{number}"
        self.payments.append(
            PaymentRow(borrower_id, payment_id, loan_id, totals.amount_minor, line.due_on, "posted", totals)
        )
        self.transactions.append(
            Transaction(loan.key, number + 1, "payment", payment_id, line.due_on, "USD", journal.payment(totals))
        )
        paid = line._replace(
            interest_paid_minor=line.interest_minor, principal_paid_minor=line.principal_minor, paid_on=line.due_on
        )
        self.changes.append(InstalmentChange(loan.key, LoanInstalment(*paid)))
        account = LoanAccount(loan_id, borrower_id, "USD", "active", INSTALMENT_MINOR, 0, line.due_on, 0, (line,))
        self.loans.append(
            Loan(account, loan.disbursed_on, loan.number_of_instalments, 0, loan.instalment_minor, 28,
                 loan.number_of_instalments - number, line.due_on, number, number + 1)
        )  # fmt: skip
        kind = "amends.ledger.payment-received.v1"
        self.events.append(
            OutgoingEvent(
                "ledger.events", borrower_id, event_id(kind, loan_id, number), kind, loan_id, number, event_bytes
            )
        )

    async def write(self, connection: asyncpg.Connection) -> None:
        """The same statements that the ledger uses."""
        await store.insert_payments(connection, self.payments)
        await store.write_journal(connection, self.transactions)
        await store.update_instalments(connection, self.changes)
        await store.update_loans(connection, self.loans)
        await eventing_store.write_outbox(connection, self.events)
