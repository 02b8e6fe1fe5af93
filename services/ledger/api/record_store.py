"""The SQL of what only the HTTP API reads. Nothing is locked: a reader never holds up a payment."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.eventing.database import Connection
from services.ledger.api.loan_answers import ListedLoan
from services.ledger.fact_records import fact_from
from services.ledger.facts import Fact, Paid, counting_order
from services.ledger.loan import Key


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """A fact with who told it and when; `details` are the fields of its kind as JSON."""

    fact: Fact
    kind: str
    recorded_by: str
    recorded_at: datetime
    details: dict[str, Any]


async def loans_page(
    connection: Connection, borrower_id: str | None, status: str | None, after: Key, limit: int
) -> list[ListedLoan]:
    """At most `limit` loans that follow the one named `after`, of one borrower or status, or of all."""
    arguments: list[object] = [*after, limit]
    conditions = ["(borrower_id, loan_id) > ($1, $2)"]
    for condition, value in (("borrower_id = ${}", borrower_id), ("status = ${}::text::loan_status", status)):
        if value is not None:
            arguments.append(value)
            conditions.append(condition.format(len(arguments)))
    rows = await connection.fetch(
        "select borrower_id, loan_id, status::text, currency, principal_minor, principal_outstanding_minor,"
        " credit_minor, oldest_unpaid_due_on, product, disbursed_on from loan"
        f" where {' and '.join(conditions)} order by borrower_id, loan_id limit $3",
        *arguments,
    )
    return [ListedLoan(**dict(row)) for row in rows]


async def recorded_facts(connection: Connection, key: Key) -> list[RecordedFact]:
    """Payments and other facts of a loan, in the order in which they count."""
    facts = [*await _payments(connection, key), *await _other_facts(connection, key)]
    return sorted(facts, key=lambda one: counting_order(one.fact))


async def _payments(connection: Connection, key: Key) -> Sequence[RecordedFact]:
    rows = await connection.fetch(
        "select payment_id, value_date, status = 'reversed' as is_undone, amount_minor, purpose, recorded_at,"
        " penalty_minor, fee_minor, interest_minor, principal_minor, unallocated_minor from payment"
        " where borrower_id = $1 and loan_id = $2",
        *key,
    )
    return [
        RecordedFact(
            Paid(fact_id=row["payment_id"], on=row["value_date"], is_undone=row["is_undone"],
                 amount_minor=row["amount_minor"], purpose=row["purpose"]),
            "paid", "payments.payment-captured", row["recorded_at"],
            {name: row[name] for name in ("amount_minor", "purpose", "penalty_minor", "fee_minor", "interest_minor",
                                          "principal_minor", "unallocated_minor")},
        )
        for row in rows
    ]  # fmt: skip


async def _other_facts(connection: Connection, key: Key) -> Sequence[RecordedFact]:
    rows = await connection.fetch(
        "select kind, fact_id, counts_on, is_undone, data::text, recorded_by, recorded_at from fact"
        " where borrower_id = $1 and loan_id = $2",
        *key,
    )
    return [
        RecordedFact(fact_from(*row[:5]), row["kind"], row["recorded_by"], row["recorded_at"], json.loads(row["data"]))
        for row in rows
    ]
