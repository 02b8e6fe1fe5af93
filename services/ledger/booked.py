"""What the journal holds, as it is read: transactions with their postings, turnovers, and which of them are meant."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from services.ledger.journal import AccountCode, Postings


class Dating(StrEnum):
    """The day by which a transaction counts.

    They differ only for a transaction recorded when the period of its value date was closed: it is booked on the first
    day then open.
    """

    VALUE_DATE = "value-date"
    BOOKED_ON = "booked-on"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which transactions are meant: everything without arguments.

    `as_of` is the last day that counts, by `dating`; `known_at` leaves out what was recorded later; `loan_id` and
    `borrower_id` narrow to a loan, or to a borrower.
    """

    as_of: date | None = None
    dating: Dating = Dating.VALUE_DATE
    known_at: datetime | None = None
    borrower_id: str | None = None
    loan_id: str | None = None


class BookedTransaction(NamedTuple):
    """A transaction of the journal; `number` counts per loan."""

    borrower_id: str
    loan_id: str
    number: int
    kind: str
    cause: str
    value_date: date
    booked_on: date
    recorded_at: datetime
    currency: str
    postings: Postings


class SummedPostings(NamedTuple):
    """The postings of one day, kind and currency together, and how many they are."""

    booked_on: date
    kind: str
    currency: str
    number_of_postings: int
    postings: Postings


class Turnover(NamedTuple):
    """What went over an account in one currency, in minor units."""

    account: AccountCode
    currency: str
    debits_minor: int
    credits_minor: int


class SidesTotal(NamedTuple):
    """The sum of all postings that debit one account and credit another in one currency."""

    debit: AccountCode
    credit: AccountCode
    currency: str
    amount_minor: int


def turnovers(totals: Iterable[SidesTotal]) -> list[Turnover]:
    """The turnover of each account that occurs, by currency and code: a trial balance."""
    debits_minor: dict[tuple[str, AccountCode], int] = defaultdict(int)
    credits_minor: dict[tuple[str, AccountCode], int] = defaultdict(int)
    for debit, credit, currency, amount_minor in totals:
        debits_minor[currency, debit] += amount_minor
        credits_minor[currency, credit] += amount_minor
    return [
        Turnover(account, currency, debits_minor[currency, account], credits_minor[currency, account])
        for currency, account in sorted({*debits_minor, *credits_minor})
    ]
