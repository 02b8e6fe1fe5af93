"""What is loaded of a loan to work it out anew is its whole record, though untouched instalments are not read."""

from datetime import date, timedelta

import pytest

from schemas.dunning import InterestResumed, InterestStopped, RestructureAgreed, RestructureUndone
from schemas.values import EventData
from services.ledger import book_store, store
from services.ledger.product_store import ProductStore
from tests.builders import loan_disbursed, payment_captured, payment_reversed, record
from tests.eventing.partition import LedgerPartitions, ledger_pool

LOAN = loan_disbursed(number_of_instalments=6)
KEY = (LOAN.borrower_id, LOAN.loan_id)
FIRST = payment_captured("P-1", loan=LOAN, amount_minor=25_000)
BACKDATED = payment_captured("P-2", loan=LOAN, amount_minor=4_000, value_date=FIRST.value_date - timedelta(days=9))
AGREED = RestructureAgreed(
    borrower_id=LOAN.borrower_id, loan_id=LOAN.loan_id, restructuring_id="R-1", agreed_on=date(2024, 3, 5),
    number_of_instalments=9, first_due_on=date(2024, 4, 20),
)  # fmt: skip
UNDONE = RestructureUndone(
    borrower_id=LOAN.borrower_id, loan_id=LOAN.loan_id, restructuring_id="R-1", undone_on=date(2024, 3, 9)
)
STOPPED = InterestStopped(
    borrower_id=LOAN.borrower_id, loan_id=LOAN.loan_id, stop_id="H-1:loan-1", from_on=date(2024, 2, 20)
)
RESUMED = InterestResumed(
    borrower_id=LOAN.borrower_id, loan_id=LOAN.loan_id, stop_id="H-1:loan-1", resumed_on=date(2024, 3, 9)
)


@pytest.mark.parametrize(
    "story",
    [
        [],
        [FIRST],
        [FIRST, BACKDATED],
        [FIRST, BACKDATED, payment_reversed(FIRST)],
        [AGREED, FIRST],
        [AGREED, UNDONE],
        [STOPPED, FIRST, RESUMED],
    ],
    ids=["nothing", "paid", "backdated", "reversed", "restructured", "undone", "stopped"],
)
async def test_both_ways_to_load_a_loan_give_the_same_book(fresh_database: str, story: list[EventData]) -> None:
    async with ledger_pool(fresh_database) as pool:
        partitions = LedgerPartitions(pool)
        for offset, data in enumerate([LOAN, *story]):
            await partitions.process([record(data, offset)])
        async with pool.acquire() as connection:
            loans = await store.load_loans(connection, [KEY])
            whole = (await book_store.load_books(connection, list(loans.values()), ProductStore()))[KEY]
            lean = (await book_store.load_books_to_rework(connection, list(loans.values()), ProductStore()))[KEY]
        assert await pool.fetchval("select count(*) from dead_letter") == 0
    assert len(whole.instalments) >= 6
    assert lean == whole
