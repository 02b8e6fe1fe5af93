"""The books as text in the language of Beancount, version 3. Pure: what is read comes in, text comes out.

The file proves itself: `bean-check` adds the transactions up and compares them with the balances asserted on the first
day of each month, which come from sums that the database makes apart. Nothing is let pass: every tolerance is zero.

Syntax: https://beancount.github.io/docs/beancount_language_syntax.html
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from services.ledger.booked import BookedTransaction, SidesTotal, SummedPostings, turnovers
from services.ledger.chart_of_accounts import CHART
from services.ledger.journal import AccountCode, Postings
from services.schedules.money import to_decimal

Months = Mapping[date, Sequence[SidesTotal]]
"""The sums of each month in which something was booked, by the first day of the month, in order."""

_NOT_IN_A_LINK: Final = re.compile(r"[^A-Za-z0-9_.\-]")
_NAME: Final = {code: account.beancount_name for code, account in CHART.items()}


def opening(title: str, months: Months) -> Iterator[str]:
    """Options, and every account that occurs, opened on the first day of the first month in its currencies."""
    currencies: dict[AccountCode, set[str]] = defaultdict(set)
    for totals in months.values():
        for debit, credit, currency, _ in totals:
            currencies[debit].add(currency)
            currencies[credit].add(currency)
    yield f'option "title" {_string(title)}\n'
    yield 'option "tolerance_multiplier" "0"\n'
    for currency in sorted(set[str]().union(*currencies.values())):
        yield f'option "operating_currency" "{currency}"\n'
    for code in sorted(currencies):
        yield (
            f"\n{min(months)} open {_NAME[code]} {','.join(sorted(currencies[code]))}\n"
            f'  account-code: {int(code)}\n  normal-side: "{CHART[code].normal_side}"\n'
        )


def transaction_text(transaction: BookedTransaction) -> str:
    """A transaction on the day it is booked, linked to its loan. Nothing for one without postings.

    Raises UnknownCurrency.
    """
    if not transaction.postings:
        return ""
    borrower_id, loan_id, number, kind, cause, value_date, booked_on, _, currency, postings = transaction
    dated = "" if value_date == booked_on else f"  value-date: {value_date}\n"
    return (
        f"\n{booked_on} * {_string(borrower_id)} {_string(f'{kind} {cause}')} ^{link(loan_id)}\n"
        f"  loan: {_string(loan_id)}\n  number: {number}\n{dated}{_legs(postings, currency)}"
    )


def summed_text(summed: SummedPostings) -> str:
    """All postings of one day and kind as one transaction. Raises UnknownCurrency."""
    return (
        f"\n{summed.booked_on} * {_string(summed.kind)}\n"
        f"  summed-postings: {summed.number_of_postings}\n{_legs(summed.postings, summed.currency)}"
    )


def assertions(months: Months, last_booked_on: date) -> Iterator[str]:
    """The balance of every account after each month, and after the last day. Beancount looks at a day's beginning.

    `months` end on `last_booked_on`. Raises UnknownCurrency.
    """
    booked: list[SidesTotal] = []
    ends = {_next_month(month): totals for month, totals in months.items()}
    day_after = last_booked_on + timedelta(days=1)
    for end, totals in ends.items():
        booked = _added(booked, totals)
        yield "\n"
        for account, currency, debits_minor, credits_minor in turnovers(booked):
            amount = to_decimal(debits_minor - credits_minor, currency)
            yield f"{min(end, day_after)} balance {_NAME[account]} {amount:f} ~ 0 {currency}\n"


def link(identifier: str) -> str:
    """An identifier in the letters that a link may have; others, as UTF-8, become `/` and two hexadecimal digits."""
    return _NOT_IN_A_LINK.sub(lambda found: "".join(f"/{byte:02x}" for byte in found[0].encode()), identifier)


def _legs(postings: Postings, currency: str) -> str:
    """One line for each account and side, debits first: below zero is a credit."""
    debits_minor: dict[AccountCode, int] = defaultdict(int)
    credits_minor: dict[AccountCode, int] = defaultdict(int)
    for debit, credit, amount_minor in postings:
        debits_minor[debit] += amount_minor
        credits_minor[credit] += amount_minor
    legs = [f"  {_NAME[code]} {to_decimal(amount, currency):f} {currency}\n" for code, amount in debits_minor.items()]
    legs += [
        f"  {_NAME[code]} {to_decimal(-amount, currency):f} {currency}\n" for code, amount in credits_minor.items()
    ]
    return "".join(legs)


def _added(booked: Sequence[SidesTotal], more: Sequence[SidesTotal]) -> list[SidesTotal]:
    sums_minor: dict[tuple[AccountCode, AccountCode, str], int] = defaultdict(int)
    for debit, credit, currency, amount_minor in (*booked, *more):
        sums_minor[debit, credit, currency] += amount_minor
    return [SidesTotal(*sides, amount_minor) for sides, amount_minor in sums_minor.items()]


def _next_month(first_day: date) -> date:
    return (first_day + timedelta(days=31)).replace(day=1)


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
