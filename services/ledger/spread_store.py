"""The SQL of payments spread over a borrower's loans."""

import json
from collections.abc import Sequence

from services.eventing.database import Connection
from services.ledger.spreading import OwedInstalment, Share, SpreadPayment

BorrowerPayment = tuple[str, str]
"""(borrower id, payment id)"""


async def known_spreads(
    connection: Connection, keys: Sequence[BorrowerPayment]
) -> dict[BorrowerPayment, SpreadPayment]:
    """Payments spread before, of those asked for."""
    rows = await connection.fetch(
        "select borrower_id, payment_id, amount_minor, currency, value_date, rule, shares::text from spread_payment"
        " where (borrower_id, payment_id) in (select * from unnest($1::text[], $2::text[]))",
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    return {
        (row[0], row[1]): SpreadPayment(
            row[0], row[1], row[2], row[3], row[4], row[5], tuple(Share(*share) for share in json.loads(row[6]))
        )
        for row in rows
    }


async def owed_by(connection: Connection, borrowers: Sequence[str]) -> dict[tuple[str, str], list[OwedInstalment]]:
    """All unpaid instalments by (borrower id, currency); the borrowers' loans are locked."""
    await connection.fetch(
        "select 1 from loan where borrower_id = any($1::text[]) order by borrower_id, loan_id for update",
        sorted(set(borrowers)),
    )
    rows = await connection.fetch(
        "select l.borrower_id, l.currency, i.loan_id, i.due_on, i.penalty_minor + i.fee_minor + i.interest_minor"
        " + i.principal_minor - i.penalty_paid_minor - i.fee_paid_minor - i.interest_paid_minor"
        " - i.principal_paid_minor from loan l join instalment i using (borrower_id, loan_id)"
        " where l.borrower_id = any($1::text[]) and i.paid_on is null order by 1, 2, 4, 3",
        sorted(set(borrowers)),
    )
    owed: dict[tuple[str, str], list[OwedInstalment]] = {}
    for borrower_id, currency, loan_id, due_on, outstanding_minor in rows:
        owed.setdefault((borrower_id, currency), []).append(OwedInstalment(loan_id, due_on, outstanding_minor))
    return owed


async def keep_spreads(connection: Connection, spreads: Sequence[SpreadPayment]) -> None:
    """Record how payments were spread."""
    await connection.copy_records_to_table(
        "spread_payment",
        columns=("borrower_id", "payment_id", "amount_minor", "currency", "value_date", "rule", "shares"),
        records=[
            (
                one.borrower_id, one.payment_id, one.amount_minor, one.currency, one.value_date, one.rule,
                json.dumps([[share.loan_id, share.payment_id, share.amount_minor] for share in one.shares]),
            )
            for one in spreads
        ],
    )  # fmt: skip
