"""All SQL of the ledger. Every statement serves a whole batch; rows are locked and written in key order."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg

from services.eventing.database import Connection
from services.ledger.account import LoanAccount, LoanInstalment
from services.ledger.close import StagedInstalment
from services.ledger.loan import InstalmentChange, Key, Loan, Transaction
from services.ledger.payments import PaymentRow
from services.schedules.schedule import LoanTerms

_LOAN_COLUMNS = (
    "borrower_id, loan_id, currency, status::text, principal_outstanding_minor, credit_minor, last_value_date,"
    " sequence, transactions, disbursed_on, number_of_instalments, arrears_tolerance_minor, instalment_minor,"
    " period_days, open_instalments, oldest_unpaid_due_on, product, calendar_through, is_plain"
)
_INSTALMENT_FIELDS = (
    "i.number, i.due_on, i.penalty_minor, i.fee_minor, i.interest_minor, i.principal_minor,"
    " i.penalty_paid_minor, i.fee_paid_minor, i.interest_paid_minor, i.principal_paid_minor, i.paid_on,"
    " i.interest_in_advance_minor, i.is_earned"
)
ClosePosition = tuple[date, str, str]
"""A loan's place in a close: next date, borrower id, loan id."""
INSTALMENT_COLUMNS = f"i.borrower_id, i.loan_id, {_INSTALMENT_FIELDS}"


@dataclass(frozen=True, slots=True)
class NewLoan:
    """A loan to be opened: the terms as published and as they are with its product, and the schedule they give."""

    loan: Loan
    terms_json: str
    terms: LoanTerms
    principal_minor: int
    schedule: tuple[LoanInstalment, ...]
    next_action_on: date


@dataclass(frozen=True, slots=True)
class KnownPayment:
    """A payment that is in the books."""

    loan_id: str
    amount_minor: int
    currency: str
    value_date: date
    status: str
    purpose: str


async def load_loans(connection: Connection, keys: Iterable[Key]) -> dict[Key, Loan]:
    """These loans, locked, without instalments; unknown ones are absent."""
    borrowers, loans = _split(keys)
    rows = await connection.fetch(
        f"select {_LOAN_COLUMNS} from loan"
        " where (borrower_id, loan_id) in (select * from unnest($1::text[], $2::text[]))"
        " order by borrower_id, loan_id for update",
        borrowers,
        loans,
    )
    return {(row[0], row[1]): _loan(row) for row in rows}


async def loans_after(connection: Connection, after: Key, limit: int) -> list[Loan]:
    """At most `limit` loans that follow the one named `after`, without instalments and not locked."""
    rows = await connection.fetch(
        f"select {_LOAN_COLUMNS} from loan where (borrower_id, loan_id) > ($1, $2)"
        " order by borrower_id, loan_id limit $3",
        *after,
        limit,
    )
    return [_loan(row) for row in rows]


async def loan_by_key(connection: Connection, key: Key) -> Loan | None:
    """One loan, without instalments and not locked."""
    row = await connection.fetchrow(f"select {_LOAN_COLUMNS} from loan where (borrower_id, loan_id) = ($1, $2)", *key)
    return None if row is None else _loan(row)


async def number_of_loans(connection: Connection) -> int:
    """How many loans there are."""
    found: int = await connection.fetchval("select count(*) from loan")
    return found


async def load_windows(connection: Connection, windows: Sequence[tuple[Loan, int]]) -> None:
    """Give each loan its unpaid instalments up to a number."""
    rows = await connection.fetch(
        f"select {_INSTALMENT_FIELDS}, w.place from unnest($1::text[], $2::text[], $3::int[], $4::int[])"
        "  with ordinality as w (b, l, lo, hi, place)"
        " join instalment i on i.borrower_id = w.b and i.loan_id = w.l and i.number between w.lo and w.hi"
        " order by w.place, i.number",
        [loan.account.borrower_id for loan, _ in windows],
        [loan.account.loan_id for loan, _ in windows],
        [loan.first_open_number for loan, _ in windows],
        [end for _, end in windows],
    )
    found: dict[int, list[LoanInstalment]] = defaultdict(list)
    for *fields, place in rows:
        found[place].append(LoanInstalment(*fields))
    for place, (loan, _) in enumerate(windows, start=1):
        loan.load(tuple(found[place]))


async def known_payments(connection: Connection, keys: Sequence[Key]) -> dict[Key, KnownPayment]:
    """Payments already in the books, by (borrower id, payment id)."""
    borrowers, payments = _split(keys)
    rows = await connection.fetch(
        "select p.borrower_id, p.payment_id, p.loan_id, p.amount_minor, l.currency, p.value_date, p.status::text,"
        " p.purpose from payment p join loan l using (borrower_id, loan_id)"
        " where (p.borrower_id, p.payment_id) in (select * from unnest($1::text[], $2::text[]))",
        borrowers,
        payments,
    )
    return {(row[0], row[1]): KnownPayment(*row[2:]) for row in rows}


async def known_terms(connection: Connection, loan_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Loans already open by id: the borrower, and the terms as JSON text."""
    rows = await connection.fetch(
        "select loan_id, borrower_id, terms from loan where loan_id = any($1::text[]) order by loan_id for update",
        sorted(set(loan_ids)),
    )
    return {row[0]: (row[1], row[2]) for row in rows}


async def insert_loans(connection: Connection, loans: Sequence[NewLoan]) -> None:
    """Open loans with their instalments."""
    ordered = sorted(loans, key=lambda new: new.loan.key)
    await connection.copy_records_to_table(
        "loan",
        columns=("borrower_id", "loan_id", "currency", "principal_minor", "terms", "disbursed_on",
                 "number_of_instalments", "arrears_tolerance_minor", "instalment_minor", "period_days",
                 "principal_outstanding_minor", "open_instalments", "oldest_unpaid_due_on", "last_value_date",
                 "sequence", "transactions", "next_action_on", "product", "calendar_through",
                 "schedule_due_on", "schedule_principal_minor", "schedule_interest_minor"),
        records=[
            (*new.loan.key, new.loan.account.currency, new.principal_minor, new.terms_json, new.loan.disbursed_on,
             new.loan.number_of_instalments, new.loan.arrears_tolerance_minor, new.loan.instalment_minor,
             new.loan.period_days, new.principal_minor, new.loan.open_instalments, new.loan.oldest_unpaid_due_on,
             new.loan.disbursed_on, new.loan.sequence, new.loan.transactions, new.next_action_on, new.loan.product,
             new.loan.calendar_through, [line.due_on for line in new.schedule],
             [line.principal_minor for line in new.schedule], [line.interest_minor for line in new.schedule])
            for new in ordered
        ],
    )  # fmt: skip
    await connection.copy_records_to_table(
        "instalment",
        columns=("borrower_id", "loan_id", "number", "due_on", "principal_minor", "interest_minor"),
        records=[
            (*new.loan.key, line.number, line.due_on, line.principal_minor, line.interest_minor)
            for new in ordered
            for line in new.schedule
        ],
    )


async def insert_payments(connection: Connection, payments: Sequence[PaymentRow]) -> None:
    """Keep new payments, in the order posted."""
    await connection.copy_records_to_table(
        "payment",
        columns=("borrower_id", "payment_id", "loan_id", "amount_minor", "value_date", "penalty_minor", "fee_minor",
                 "interest_minor", "principal_minor", "unallocated_minor", "purpose"),
        records=[
            (p.borrower_id, p.payment_id, p.loan_id, p.amount_minor, p.value_date, p.totals.penalty_minor,
             p.totals.fee_minor, p.totals.interest_minor, p.totals.principal_minor, p.totals.unallocated_minor,
             p.purpose)
            for p in payments
        ],
    )  # fmt: skip


async def update_payments(connection: Connection, payments: Sequence[PaymentRow]) -> None:
    """Write status and allocation of payments that a reversal or a backdated payment changed; the last one counts."""
    newest = {(p.borrower_id, p.payment_id): p for p in payments}
    await connection.execute(
        "update payment p set status = n.s::payment_status, penalty_minor = n.pe, fee_minor = n.f,"
        " interest_minor = n.i, principal_minor = n.pr, unallocated_minor = n.u"
        " from unnest($1::text[], $2::text[], $3::text[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[])"
        "  as n (b, p, s, pe, f, i, pr, u) where p.borrower_id = n.b and p.payment_id = n.p",
        *zip(
            *(
                (*key, p.status, p.totals.penalty_minor, p.totals.fee_minor, p.totals.interest_minor,
                 p.totals.principal_minor, p.totals.unallocated_minor)
                for key, p in sorted(newest.items())
            ),
            strict=True,
        ),
    )  # fmt: skip


async def write_journal(connection: Connection, transactions: Sequence[Transaction]) -> None:
    """Book transactions with their postings."""
    await connection.copy_records_to_table(
        "journal_transaction",
        columns=("borrower_id", "loan_id", "number", "kind", "cause", "value_date"),
        records=[(*t.key, t.number, t.kind, t.cause, t.value_date) for t in transactions],
    )
    await connection.copy_records_to_table(
        "posting",
        columns=("borrower_id", "loan_id", "number", "line", "debit", "credit", "amount_minor", "currency"),
        records=[
            (*t.key, t.number, line, int(p.debit), int(p.credit), p.amount_minor, t.currency)
            for t in transactions
            for line, p in enumerate(t.postings)
        ],
    )


async def update_instalments(connection: Connection, changes: Iterable[InstalmentChange]) -> None:
    """Write new paid amounts."""
    rows = [
        (*c.key, i.number, i.penalty_paid_minor, i.fee_paid_minor, i.interest_paid_minor, i.principal_paid_minor,
         i.paid_on, i.interest_in_advance_minor)
        for c in sorted(changes, key=lambda change: (change.key, change.instalment.number))
        for i in (c.instalment,)
    ]  # fmt: skip
    await connection.execute(
        "update instalment i set penalty_paid_minor = n.pe, fee_paid_minor = n.f, interest_paid_minor = n.i,"
        " principal_paid_minor = n.pr, paid_on = n.paid_on, interest_in_advance_minor = n.ia"
        " from unnest($1::text[], $2::text[], $3::int[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::date[],"
        "  $9::int8[]) as n (b, l, number, pe, f, i, pr, paid_on, ia)"
        " where i.borrower_id = n.b and i.loan_id = n.l and i.number = n.number",
        *zip(*rows, strict=True),
    )


async def update_loans(connection: Connection, loans: Iterable[Loan]) -> None:
    """Write accounts and counters."""
    rows = [
        (*loan.key, loan.account.status, loan.account.principal_outstanding_minor, loan.account.credit_minor,
         loan.open_instalments,
         loan.account.open_instalments[0].due_on if loan.account.open_instalments else None,
         loan.account.last_value_date, loan.sequence, loan.transactions, loan.is_plain)
        for loan in sorted(loans, key=lambda loan: loan.key)
    ]  # fmt: skip
    await connection.execute(
        "update loan l set status = n.s::loan_status, principal_outstanding_minor = n.pr, credit_minor = n.c,"
        " open_instalments = n.o, oldest_unpaid_due_on = n.d, last_value_date = n.v, sequence = n.q,"
        " transactions = n.t, is_plain = n.p"
        " from unnest($1::text[], $2::text[], $3::text[], $4::int8[], $5::int8[], $6::int[], $7::date[], $8::date[],"
        "  $9::int8[], $10::int[], $11::bool[]) as n (b, l, s, pr, c, o, d, v, q, t, p)"
        " where l.borrower_id = n.b and l.loan_id = n.l",
        *zip(*rows, strict=True),
    )


async def loans_to_close(
    connection: Connection, on: date, limit: int, after: ClosePosition | None
) -> tuple[list[Loan], ClosePosition | None]:
    """Loans whose next date has come, behind `after`, locked, without instalments; and the position of the last one.

    Those that others hold are left out: they may come in any order, since nothing is waited for.
    """
    rows = await connection.fetch(
        f"select {_LOAN_COLUMNS}, next_action_on from loan where next_action_on <= $1"
        f"{'' if after is None else ' and (next_action_on, borrower_id, loan_id) > ($3, $4, $5)'}"
        " order by next_action_on, borrower_id, loan_id limit $2 for update skip locked",
        on,
        limit,
        *(after or ()),
    )
    return [_loan(row) for row in rows], (rows[-1][-1], rows[-1][0], rows[-1][1]) if rows else None


async def loans_left_to_close(connection: Connection, on: date, limit: int) -> list[Loan]:
    """Loans whose next date has come, locked as soon as those who hold them let go, without instalments."""
    rows = await connection.fetch(
        f"select {_LOAN_COLUMNS} from loan where (borrower_id, loan_id) in (select borrower_id, loan_id from loan"
        " where next_action_on <= $1 order by next_action_on, borrower_id, loan_id limit $2)"
        " and next_action_on <= $1 order by borrower_id, loan_id for update",
        on,
        limit,
    )
    return [_loan(row) for row in rows]


async def count_loans_to_close(connection: Connection, on: date) -> int:
    """How many loans have a next date that has come."""
    count: int = await connection.fetchval("select count(*) from loan where next_action_on <= $1", on)
    return count


async def staged_instalments(
    connection: Connection, loans: Sequence[tuple[Loan, int]], on: date
) -> dict[Key, list[StagedInstalment]]:
    """Instalments that are unpaid or not passed, up to at least the first one that `on` does not reach.

    With each loan come the days ahead of its first announcement.
    """
    rows = await connection.fetch(
        f"select {INSTALMENT_COLUMNS}, i.stage from unnest($1::text[], $2::text[], $3::date[]) as w (b, l, horizon)"
        " join instalment i on i.borrower_id = w.b and i.loan_id = w.l and i.due_on <= w.horizon"
        "  and (i.stage < 101 or i.paid_on is null)"
        " order by i.borrower_id, i.loan_id, i.number",
        [loan.account.borrower_id for loan, _ in loans],
        [loan.account.loan_id for loan, _ in loans],
        [date.fromordinal(on.toordinal() + days_ahead + 2 * loan.period_days + 7) for loan, days_ahead in loans],
    )
    return {
        key: [StagedInstalment(LoanInstalment(*row[2:15]), row[15]) for row in group]
        for key, group in _grouped(rows).items()
    }


async def save_closed(
    connection: Connection,
    stages: Sequence[tuple[Key, int, int, bool]],
    loans: Sequence[tuple[Loan, date | None]],
    on: date,
) -> None:
    """Write new stages (with whether interest is earned now), counters and next dates."""
    if stages:
        await connection.execute(
            "update instalment i set stage = n.s, is_earned = i.is_earned or n.e"
            " from unnest($1::text[], $2::text[], $3::int[], $4::int2[], $5::bool[]) as n (b, l, number, s, e)"
            " where i.borrower_id = n.b and i.loan_id = n.l and i.number = n.number",
            *zip(*((*key, number, int(stage), earned) for key, number, stage, earned in sorted(stages)), strict=True),
        )
    await connection.execute(
        "update loan l set sequence = n.q, transactions = n.t, next_action_on = n.d,"
        " calendar_through = greatest(l.calendar_through, $6)"
        " from unnest($1::text[], $2::text[], $3::int8[], $4::int[], $5::date[]) as n (b, l, q, t, d)"
        " where l.borrower_id = n.b and l.loan_id = n.l",
        *zip(*((*loan.key, loan.sequence, loan.transactions, day) for loan, day in loans), strict=True),
        on,
    )


async def completed_date(connection: Connection, calendar_id: str) -> date | None:
    """The newest business date that is completed."""
    found: date | None = await connection.fetchval(
        "select business_date from business_date_completed where calendar_id = $1", calendar_id
    )
    return found


async def complete_date(connection: Connection, calendar_id: str, on: date) -> None:
    """Note that a business date is completed."""
    await connection.execute(
        "insert into business_date_completed (calendar_id, business_date) values ($1, $2)"
        " on conflict (calendar_id) do update set business_date = excluded.business_date,"
        " completed_at = clock_timestamp()",
        calendar_id,
        on,
    )


def terms_text(terms: dict[str, object]) -> str:
    """Terms as canonical JSON text."""
    return json.dumps(terms, sort_keys=True, default=str)


def _split(keys: Iterable[Key]) -> tuple[list[str], list[str]]:
    ordered = sorted(set(keys))
    return [key[0] for key in ordered], [key[1] for key in ordered]


def _grouped(rows: Sequence[asyncpg.Record]) -> dict[Key, list[asyncpg.Record]]:
    groups: dict[Key, list[asyncpg.Record]] = {}
    for row in rows:
        groups.setdefault((row[0], row[1]), []).append(row)
    return groups


def _loan(row: asyncpg.Record) -> Loan:
    account = LoanAccount(row[1], row[0], row[2], row[3], row[4], row[5], row[6], row[7], ())
    return Loan(
        account, row[9], row[10], row[11], row[12], row[13], row[14], row[15], row[7], row[8], row[16], row[17], row[18]
    )
