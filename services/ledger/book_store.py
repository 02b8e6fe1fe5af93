"""The SQL of loans worked out anew: their whole record in, whatever changed out."""

from collections.abc import Iterable, Sequence

import asyncpg

from schemas.lending import LoanDisbursed
from services.eventing.database import Connection
from services.ledger.account import LoanInstalment, unpaid_instalments
from services.ledger.agreements import agreement_of
from services.ledger.allocation import AllocationTotals
from services.ledger.entries import Cause
from services.ledger.fact_records import data_of, fact_from, kind_of
from services.ledger.facts import Fact, Paid
from services.ledger.journal import AccountCode
from services.ledger.loan import InstalmentChange, Key, Loan
from services.ledger.payments import FactRow
from services.ledger.product_store import ProductStore
from services.ledger.rework import LoanBook
from services.ledger.store import INSTALMENT_COLUMNS
from services.ledger.verification import JournalShape
from services.schedules.schedule import Instalment

_ACCOUNTS = {code.value: code for code in AccountCode}


async def load_books(connection: Connection, loans: Sequence[Loan], products: ProductStore) -> dict[Key, LoanBook]:
    """The whole record of loans. Who means to change them has locked them already."""
    books, sides = await _load_agreed(connection, loans, products)
    if books:
        await _load_instalments(connection, books, sides)
        await _load_events(connection, books, sides)
    return books


async def load_books_to_rework(
    connection: Connection, loans: Sequence[Loan], products: ProductStore
) -> dict[Key, LoanBook]:
    """The same of loans that are locked already, at a fraction of the cost.

    Instalments that nothing has happened to are not read: they are those of the schedule as agreed.
    """
    books, sides = await _load_agreed(connection, loans, products)
    if books:
        for book in books.values():
            book.instalments.update({one.number: one for one in unpaid_instalments(book.schedule)})
        await _load_changed_instalments(connection, books, sides)
        await _load_events(connection, books, sides)
    return books


Sides = tuple[list[str], list[str]]


async def _load_agreed(
    connection: Connection, loans: Sequence[Loan], products: ProductStore
) -> tuple[dict[Key, LoanBook], Sides]:
    if not loans:
        return {}, ([], [])
    keys = [loan.key for loan in loans]
    sides = [key[0] for key in keys], [key[1] for key in keys]
    await products.load(connection, {loan.product for loan in loans})
    terms = await connection.fetch(
        "select borrower_id, loan_id, terms::text, schedule_due_on, schedule_principal_minor, schedule_interest_minor"
        " from loan"
        " where (borrower_id, loan_id) in (select * from unnest($1::text[], $2::text[]))",
        *sides,
    )
    agreed = {(row[0], row[1]): row for row in terms}
    return {loan.key: _book(loan, agreed[loan.key], products) for loan in loans}, sides


async def _load_events(connection: Connection, books: dict[Key, LoanBook], sides: Sides) -> None:
    await _load_payments(connection, books, sides)
    await _load_facts(connection, books, sides)
    await _load_booked(connection, books, sides)


def _book(loan: Loan, agreed: asyncpg.Record, products: ProductStore) -> LoanBook:
    """The loan with what was agreed at disbursal: its terms, and the schedule as it was worked out then."""
    product = products.product(loan.product)
    terms = product.terms_as_disbursed(LoanDisbursed.model_validate_json(agreed["terms"]))
    due_on = agreed["schedule_due_on"]
    lines = zip(
        range(1, len(due_on) + 1),
        due_on,
        agreed["schedule_principal_minor"],
        agreed["schedule_interest_minor"],
        strict=True,
    )
    return LoanBook(loan, agreement_of(product, terms), tuple(map(Instalment._make, lines)))


async def _load_instalments(connection: Connection, books: dict[Key, LoanBook], sides: Sides) -> None:
    rows = await connection.fetch(
        f"select {INSTALMENT_COLUMNS} from instalment i"
        " where (i.borrower_id, i.loan_id) in (select * from unnest($1::text[], $2::text[]))",
        *sides,
    )
    for row in rows:
        instalment = LoanInstalment(*row[2:])
        books[row[0], row[1]].instalments[instalment.number] = instalment


async def _load_changed_instalments(connection: Connection, books: dict[Key, LoanBook], sides: Sides) -> None:
    rows = await connection.fetch(
        f"select {INSTALMENT_COLUMNS} from unnest($1::text[], $2::text[]) as w (b, l)"
        " join loan on loan.borrower_id = w.b and loan.loan_id = w.l"
        " join instalment i on i.borrower_id = w.b and i.loan_id = w.l"
        "  and (i.is_earned or i.paid_on is not null or i.penalty_minor <> 0 or i.fee_minor <> 0"
        "   or i.interest_paid_minor <> 0 or i.principal_paid_minor <> 0 or i.interest_in_advance_minor <> 0"
        "   or i.due_on is distinct from loan.schedule_due_on[i.number]"
        "   or i.principal_minor is distinct from loan.schedule_principal_minor[i.number]"
        "   or i.interest_minor is distinct from loan.schedule_interest_minor[i.number])",
        *sides,
    )
    for row in rows:
        instalment = LoanInstalment(*row[2:])
        books[row[0], row[1]].instalments[instalment.number] = instalment


async def _load_payments(connection: Connection, books: dict[Key, LoanBook], sides: Sides) -> None:
    rows = await connection.fetch(
        "select borrower_id, loan_id, payment_id, amount_minor, value_date, purpose, status = 'reversed',"
        " penalty_minor, fee_minor, interest_minor, principal_minor, unallocated_minor from payment"
        " where (borrower_id, loan_id) in (select * from unnest($1::text[], $2::text[]))",
        *sides,
    )
    for borrower_id, loan_id, payment_id, amount_minor, value_date, purpose, is_undone, *totals in rows:
        book = books[borrower_id, loan_id]
        paid = Paid(fact_id=payment_id, on=value_date, is_undone=is_undone, amount_minor=amount_minor, purpose=purpose)
        book.facts[paid.key] = paid
        if not is_undone:
            book.allocations[payment_id] = AllocationTotals(*totals)


async def _load_facts(connection: Connection, books: dict[Key, LoanBook], sides: Sides) -> None:
    rows = await connection.fetch(
        "select borrower_id, loan_id, kind, fact_id, counts_on, is_undone, data::text from fact"
        " where (borrower_id, loan_id) in (select * from unnest($1::text[], $2::text[]))",
        *sides,
    )
    for borrower_id, loan_id, *fields in rows:
        fact = fact_from(*fields)
        books[borrower_id, loan_id].facts[fact.key] = fact


async def _load_booked(connection: Connection, books: dict[Key, LoanBook], sides: Sides) -> None:
    """Transactions and postings are joined here: PostgreSQL would look each transaction's postings up on their own."""
    transactions = await connection.fetch(
        "select w.place, t.number, t.kind, t.cause, t.value_date from unnest($1::text[], $2::text[])"
        "  with ordinality as w (b, l, place)"
        # `offset 0` keeps one range of the index a loan, whatever the size of the tables.
        " cross join lateral (select number, kind, cause, value_date from journal_transaction"
        "  where borrower_id = w.b and loan_id = w.l offset 0) t",
        *sides,
    )
    postings = await connection.fetch(
        "select w.place, p.number, p.debit, p.credit, p.amount_minor from unnest($1::text[], $2::text[])"
        "  with ordinality as w (b, l, place)"
        " cross join lateral (select number, debit, credit, amount_minor from posting"
        "  where borrower_id = w.b and loan_id = w.l offset 0) p",
        *sides,
    )
    in_place = [books[key] for key in zip(*sides, strict=True)]
    causes = {(place, number): (Cause(kind, about), day) for place, number, kind, about, day in transactions}
    for place, number, debit, credit, amount_minor in postings:
        in_place[place - 1].booked.add(*causes[place, number], _ACCOUNTS[debit], _ACCOUNTS[credit], amount_minor)


async def journal_shapes(connection: Connection, keys: Sequence[Key]) -> dict[Key, JournalShape]:
    """How many transactions these loans have, and how they are made; loans without any are absent."""
    rows = await connection.fetch(
        "select t.borrower_id, t.loan_id, count(distinct t.number), max(t.number),"
        " count(*) filter (where p.number is null), array_agg(distinct p.currency) filter (where p.number is not null)"
        " from journal_transaction t left join posting p using (borrower_id, loan_id, number)"
        " where (t.borrower_id, t.loan_id) in (select * from unnest($1::text[], $2::text[])) group by 1, 2",
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    return {(row[0], row[1]): JournalShape(row[2], row[3], row[4], tuple(row[5] or ())) for row in rows}


async def write_instalments(connection: Connection, changes: Iterable[InstalmentChange]) -> None:
    """Write instalments that are new, or new in any respect."""
    rows = [
        (*change.key, *change.instalment)
        for change in sorted(changes, key=lambda change: (change.key, change.instalment.number))
    ]
    await connection.execute(
        "insert into instalment (borrower_id, loan_id, number, due_on, penalty_minor, fee_minor, interest_minor,"
        " principal_minor, penalty_paid_minor, fee_paid_minor, interest_paid_minor, principal_paid_minor, paid_on,"
        " interest_in_advance_minor, is_earned)"
        " select * from unnest($1::text[], $2::text[], $3::int[], $4::date[], $5::int8[], $6::int8[], $7::int8[],"
        "  $8::int8[], $9::int8[], $10::int8[], $11::int8[], $12::int8[], $13::date[], $14::int8[], $15::bool[])"
        " on conflict (borrower_id, loan_id, number) do update set due_on = excluded.due_on,"
        " penalty_minor = excluded.penalty_minor, fee_minor = excluded.fee_minor,"
        " interest_minor = excluded.interest_minor, principal_minor = excluded.principal_minor,"
        " penalty_paid_minor = excluded.penalty_paid_minor, fee_paid_minor = excluded.fee_paid_minor,"
        " interest_paid_minor = excluded.interest_paid_minor, principal_paid_minor = excluded.principal_paid_minor,"
        " paid_on = excluded.paid_on, interest_in_advance_minor = excluded.interest_in_advance_minor,"
        " is_earned = excluded.is_earned",
        *zip(*rows, strict=True),
    )


async def write_loans(connection: Connection, loans: Iterable[Loan]) -> None:
    """Write what only working a loan out anew changes; the next close looks at the loan again."""
    rows = [(*loan.key, loan.number_of_instalments, loan.calendar_through) for loan in loans]
    await connection.execute(
        "update loan l set number_of_instalments = n.i, calendar_through = n.c,"
        " next_action_on = least(l.next_action_on, n.c)"
        " from unnest($1::text[], $2::text[], $3::int[], $4::date[]) as n (b, l, i, c)"
        " where l.borrower_id = n.b and l.loan_id = n.l",
        *zip(*sorted(rows), strict=True),
    )


async def insert_facts(connection: Connection, facts: Sequence[FactRow]) -> None:
    """Keep new facts."""
    await connection.copy_records_to_table(
        "fact",
        columns=("borrower_id", "loan_id", "fact_id", "kind", "counts_on", "data", "recorded_by"),
        records=[
            (f.borrower_id, f.loan_id, f.fact.fact_id, kind_of(f.fact), f.fact.on, data_of(f.fact), f.recorded_by)
            for f in facts
        ],
    )


async def undo_facts(connection: Connection, keys: Sequence[tuple[str, str]]) -> None:
    """Facts, by (borrower id, fact id), that no longer count."""
    await connection.execute(
        "update fact set is_undone = true"
        " where (borrower_id, fact_id) in (select * from unnest($1::text[], $2::text[]))",
        [key[0] for key in keys],
        [key[1] for key in keys],
    )


async def known_facts(connection: Connection, keys: Sequence[Key]) -> dict[Key, tuple[str, Fact]]:
    """Facts already in the record, by (borrower id, fact id), with their loan ids."""
    rows = await connection.fetch(
        "select borrower_id, loan_id, kind, fact_id, counts_on, is_undone, data::text from fact"
        " where (borrower_id, fact_id) in (select * from unnest($1::text[], $2::text[]))",
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    return {(row[0], row[3]): (row[1], fact_from(*row[2:])) for row in rows}
