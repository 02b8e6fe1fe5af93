"""Figures as CSV: for every kind of line its columns, each with a name and a meaning. UTF-8, a header, comma, CRLF.

Amounts are whole minor units of the line's `currency`; percentages have two decimals and are empty where there is
nothing to divide by; months are written as their first day, dates as YYYY-MM-DD.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, TextIO

from services.dunning.figures.outcomes import (
    CURE_DAYS,
    ArmLine,
    ContactLine,
    CureLine,
    OfferLine,
    PlanLine,
    PromiseLine,
)
from services.dunning.figures.standing import BucketLine, RollRate, VintagePoint


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the header, what it means, and its value in a line; tables for people leave details out."""

    name: str
    meaning: str
    value: Callable[[Any], object]
    is_detail: bool = False


def _field(name: str, meaning: str) -> Column:
    return Column(name, meaning, attrgetter(name))


def _within(place: int, name: str) -> Callable[[CureLine], object]:
    return lambda line: getattr(line.within[place], name)


def _low_percent(line: ArmLine) -> object:
    return None if line.interval is None else line.interval.low_percent


def _high_percent(line: ArmLine) -> object:
    return None if line.interval is None else line.interval.high_percent


_CURRENCY: Final = _field("currency", "ISO 4217 code")
_BUCKETS: Final = (
    _field("bucket", "the bucket, or `settled`"),
    _field("state", "the state, `written-off` or `settled`"),
    _CURRENCY,
    _field("loans", "how many"),
    _field("overdue_minor", "what is overdue"),
    _field("principal_outstanding_minor", "what principal is owed, overdue or not"),
)
_ROLL_RATES: Final = (
    Column("from_bucket", "the bucket on the first date", attrgetter("count.from_bucket")),
    Column("to_bucket", "the bucket on the second date, `written-off` or `settled`", attrgetter("count.to_bucket")),
    Column("currency", "ISO 4217 code", attrgetter("count.currency")),
    Column("loans", "how many", attrgetter("count.loans")),
    Column("principal_minor", "their principal outstanding on the first date", attrgetter("count.principal_minor")),
    _field("loans_percent", "of the loans of `from_bucket` and `currency`"),
    _field("principal_percent", "of the principal of `from_bucket` and `currency`"),
)
_VINTAGES: Final = (
    _field("disbursed_in", "the month of disbursal"),
    _CURRENCY,
    _field("months_on_book", "by the end of so many months after that of disbursal"),
    _field("days_past_due", "30, 60 or 90: so many days past due or more"),
    _field("loans", "loans disbursed in the month"),
    _field("loans_ever", "those ever so many days past due"),
    _field("loans_percent", "the share of loans"),
    _field("principal_minor", "principal disbursed in the month"),
    _field("principal_ever_minor", "that of the loans ever so many days past due"),
    _field("principal_percent", "the share of principal"),
)
_CURES: Final = (
    _field("bucket", "the bucket entered"),
    _field("entered", "loans that entered it in the period"),
    *(
        column
        for place, days in enumerate(CURE_DAYS)
        for column in (
            Column(f"observed_{days}", f"those whose {days} days are over", _within(place, "observed")),
            Column(f"cured_{days}", f"those of them cured within {days} days", _within(place, "cured"), is_detail=True),
            Column(f"cured_{days}_percent", f"the cure rate at {days} days", _within(place, "percent")),
        )
    ),
    _field("cured", "those that entered and were cured, however late"),
    _field("redefaulted", "those cured that were past due again"),
    _field("redefaulted_percent", "their share of `cured`"),
)
_PROMISES: Final = (
    _field("due_in", "the month in which the promises fall due"),
    _CURRENCY,
    *(
        column
        for verdict in ("kept", "partly_kept", "broken", "open")
        for column in (
            Column(verdict, f"promises that are {verdict.replace('_', ' ')}", attrgetter(f"{verdict}.promises")),
            Column(f"{verdict}_amount_minor", "the amount promised", attrgetter(f"{verdict}.amount_minor")),
            Column(
                f"{verdict}_paid_minor", "what was paid for them", attrgetter(f"{verdict}.paid_minor"), is_detail=True
            ),
        )
    ),
    _field("kept_percent", "kept, of all that are not open, by count"),
    _field("kept_amount_percent", "the same by amount promised"),
)
_OFFERS: Final = (
    _field("made_in", "the month in which the offers were made"),
    _CURRENCY,
    _field("made", "offers made"),
    _field("accepted", "a plan was accepted"),
    _field("declined", "the borrower declined"),
    _field("expired", "not answered in time"),
    _field("countered", "another plan was put in its place as the borrower wished"),
    _field("withdrawn", "the lender withdrew it"),
    _field("open", "can still be accepted"),
    _field("take_up_percent", "accepted, of all that are neither open nor countered"),
)
_PLANS: Final = (
    _field("kind", "the kind of plan"),
    _field("accepted", "plans accepted"),
    _field("agreed", "not carried out by the ledger yet"),
    _field("watched", "in the watch period"),
    _field("kept", "the watch period is over, or the loan settled"),
    _field("broken", "fell behind within the watch period"),
    _field("replaced", "undone, or followed by another plan, without having broken"),
    _field("kept_percent", "kept, of kept and broken"),
)
_CONTACTS: Final = (
    _field("step", "the step of the ladder, or `promise`, `relief`, `cured` for what is no step"),
    _field("kind", "`notice` or `call`"),
    _field("arm", "the arm of the borrower at the time"),
    _field("asked", "notices or calls asked for"),
    _field("borrowers", "different borrowers among them"),
    _field("sent", "notices that a provider took; known of steps of the ladder only"),
    _field("failed", "notices that no channel could take"),
    _field("suppressed", "notices not sent because facts had changed"),
)
_ARMS: Final = (
    _field("arm", "the arm in which the borrower was when the loan fell past due"),
    _field("entered", "loans that fell past due in the period"),
    Column("days", "cured within so many days", attrgetter("within.days")),
    Column("observed", "loans whose days are over", attrgetter("within.observed")),
    Column("cured", "those of them cured within the days", attrgetter("within.cured")),
    Column("cured_percent", "the cure rate", attrgetter("within.percent")),
    Column("low_percent", "lower end of its 95 % interval (Wilson)", _low_percent),
    Column("high_percent", "upper end of its 95 % interval (Wilson)", _high_percent),
)
COLUMNS: Final[dict[type, tuple[Column, ...]]] = {
    BucketLine: _BUCKETS, RollRate: _ROLL_RATES, VintagePoint: _VINTAGES, CureLine: _CURES, PromiseLine: _PROMISES,
    OfferLine: _OFFERS, PlanLine: _PLANS, ContactLine: _CONTACTS, ArmLine: _ARMS,
}  # fmt: skip
"""The columns of each kind of line, in order."""


def write_csv(file: TextIO, kind: type, lines: Sequence[object]) -> None:
    """Write the header and `lines`, all of one `kind` of COLUMNS; open files with `newline=""`."""
    columns = COLUMNS[kind]
    writer = csv.writer(file)
    writer.writerow(column.name for column in columns)
    writer.writerows([column.value(line) for column in columns] for line in lines)
