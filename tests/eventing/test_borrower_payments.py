"""Payments that name only the borrower, through the real tables."""

from datetime import date

from schemas.payments import PaymentCaptured, PaymentReversed
from tests.builders import loan_disbursed, record
from tests.eventing.partition import LedgerPartitions, ledger_pool

LOANS = [
    loan_disbursed("loan-1", borrower_id="borrower-1", disbursed_on=date(2024, 1, 1)),
    loan_disbursed("loan-2", borrower_id="borrower-1", disbursed_on=date(2024, 1, 15)),
]


def captured(payment_id: str, amount_minor: int) -> PaymentCaptured:
    return PaymentCaptured(
        borrower_id="borrower-1", payment_id=payment_id, amount_minor=amount_minor, currency=LOANS[0].currency,
        value_date=date(2024, 2, 20),
    )  # fmt: skip


async def test_they_are_spread_once_and_taken_back_whole(fresh_database: str) -> None:
    async with ledger_pool(fresh_database) as pool:
        partitions = LedgerPartitions(pool)
        await partitions.process([record(loan, offset) for offset, loan in enumerate(LOANS)])
        first_due = await pool.fetch(
            "select loan_id, interest_minor + principal_minor from instalment where number = 1"
        )
        due: dict[str, int] = {row[0]: row[1] for row in first_due}
        first, second = captured("P-1", due["loan-1"] + 100), captured("P-2", 50)
        await partitions.process([record(event, 2 + i) for i, event in enumerate((first, second, first))])
        paid = "select payment_id, amount_minor from payment where status = 'posted' order by payment_id"
        assert [tuple(row) for row in await pool.fetch(paid)] == [
            ("P-1:loan-1", due["loan-1"]), ("P-1:loan-2", 100), ("P-2:loan-2", 50),
        ]  # fmt: skip
        back = PaymentReversed(borrower_id="borrower-1", payment_id="P-1", reversed_on=date(2024, 2, 21))
        await partitions.process([record(back, 5)])
        assert [tuple(row) for row in await pool.fetch(paid)] == [("P-2:loan-2", 50)]
        assert await pool.fetchval("select count(*) from dead_letter") == 0


async def test_one_with_another_amount_under_the_same_id_is_refused(fresh_database: str) -> None:
    async with ledger_pool(fresh_database) as pool:
        partitions = LedgerPartitions(pool)
        await partitions.process([record(loan, offset) for offset, loan in enumerate(LOANS)])
        await partitions.process([record(captured("P-1", 50), 2), record(captured("P-1", 60), 3)])
        letters = await pool.fetch("select code, field, wrong_value from dead_letter")
        assert [tuple(letter) for letter in letters] == [("payment-id-reused", "amount_minor", "60")]
