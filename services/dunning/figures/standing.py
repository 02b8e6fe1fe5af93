"""Figures of where loans stand: buckets, roll rates and vintage curves. Pure values; `standing_store` asks for them.

docs/figures.md says what each figure counts. A date means the end of that business date.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final

from services.dunning.aging.days_past_due import DEFAULT_BUCKETS
from services.dunning.figures.shares import percent_of

SETTLED: Final = "settled"
WRITTEN_OFF: Final = "written-off"
VINTAGE_DAYS: Final = (30, 60, 90)
"""A loan is in a vintage curve once it has been so many days past due."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which loans count: those of one currency, product or arm; all where nothing is said.

    `first_bucket` is the ladder's first bucket: loans that never moved are in it.
    """

    currency: str | None = None
    product: str | None = None
    arm: str | None = None
    first_bucket: str = DEFAULT_BUCKETS[0].name


EVERYTHING: Final = Selection()


class InvalidPeriod(ValueError):
    """A period that cannot be: `field` has a `value` that is refused for `reason`."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} {value}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `from_on` to `to_on`, both included. Raises InvalidPeriod when it ends before it begins."""

    from_on: date
    to_on: date

    def __post_init__(self) -> None:
        if self.to_on < self.from_on:
            raise InvalidPeriod("to_on", self.to_on, f"is before from_on {self.from_on}")


@dataclass(frozen=True, slots=True)
class BucketLine:
    """Loans of one bucket, state and currency, with what is overdue and what principal is outstanding, in minor units.

    Settled loans have bucket and state `settled`; loans written off keep their bucket, with state `written-off`.
    """

    bucket: str
    state: str
    currency: str
    loans: int
    overdue_minor: int
    principal_outstanding_minor: int

    @property
    def is_alive(self) -> bool:
        """Whether the loans are neither settled nor written off."""
        return self.state not in (SETTLED, WRITTEN_OFF)


@dataclass(frozen=True, slots=True)
class RollCount:
    """Loans of a currency that went from a bucket to a bucket, or to `settled` or `written-off`.

    `principal_minor` is what was outstanding at the start.
    """

    from_bucket: str
    to_bucket: str
    currency: str
    loans: int
    principal_minor: int


@dataclass(frozen=True, slots=True)
class RollRate:
    """A cell of the roll-rate matrix: the count, and its share of the row, by loans and by principal at the start."""

    count: RollCount
    loans_percent: Decimal | None
    principal_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class VintageCount:
    """Loans disbursed in a month that fell so far behind after the same months on book.

    `disbursed_in` is the first day of the month. `months_until` has, for each of VINTAGE_DAYS, the months on book at
    which the loans first were so many days past due; None if they never were.
    """

    disbursed_in: date
    currency: str
    months_until: tuple[int | None, ...]
    loans: int
    principal_minor: int


@dataclass(frozen=True, slots=True)
class VintagePoint:
    """A point of a vintage curve: loans of a month of disbursal that were ever so many `days_past_due` or more.

    Counted by the end of the calendar month that is `months_on_book` after that of disbursal. The principal is the
    amount disbursed, in minor units.
    """

    disbursed_in: date
    currency: str
    months_on_book: int
    days_past_due: int
    loans: int
    loans_ever: int
    principal_minor: int
    principal_ever_minor: int

    @property
    def loans_percent(self) -> Decimal | None:
        """The share of loans."""
        return percent_of(self.loans_ever, self.loans)

    @property
    def principal_percent(self) -> Decimal | None:
        """The share of the principal disbursed."""
        return percent_of(self.principal_ever_minor, self.principal_minor)


def roll_rates_of(counts: Iterable[RollCount]) -> tuple[RollRate, ...]:
    """The matrix with the shares of each row, in the order given; a row is a currency's loans of one bucket."""
    counts = tuple(counts)
    loans: dict[tuple[str, str], int] = {}
    principal_minor: dict[tuple[str, str], int] = {}
    for one in counts:
        row = (one.currency, one.from_bucket)
        loans[row] = loans.get(row, 0) + one.loans
        principal_minor[row] = principal_minor.get(row, 0) + one.principal_minor
    return tuple(
        RollRate(one, percent_of(one.loans, loans[row]), percent_of(one.principal_minor, principal_minor[row]))
        for one in counts
        for row in ((one.currency, one.from_bucket),)
    )


def end_buckets(rates: Iterable[RollRate], ladder_buckets: Sequence[str]) -> tuple[str, ...]:
    """Where loans went: the columns of the matrix, in the order of a ladder's buckets, those of other ladders after."""
    last = {WRITTEN_OFF: 1, SETTLED: 2}
    place = {bucket: number for number, bucket in enumerate(ladder_buckets)}
    ends = {rate.count.to_bucket for rate in rates}
    return tuple(sorted(ends, key=lambda end: (last.get(end, 0), place.get(end, len(place)), end)))


def vintage_points(counts: Iterable[VintageCount], as_of: date) -> tuple[VintagePoint, ...]:
    """The curves by currency and month of disbursal, through the last month that is over on `as_of`."""
    ordered = sorted(counts, key=_cohort)
    return tuple(
        point
        for (currency, disbursed_in), cohort in groupby(ordered, key=_cohort)
        for point in _curve(tuple(cohort), currency, disbursed_in, as_of)
    )


def _cohort(count: VintageCount) -> tuple[str, date]:
    return count.currency, count.disbursed_in


def _curve(
    cohort: tuple[VintageCount, ...], currency: str, disbursed_in: date, as_of: date
) -> Iterator[VintagePoint]:  # fmt: skip
    loans = sum(one.loans for one in cohort)
    principal_minor = sum(one.principal_minor for one in cohort)
    for months_on_book in range(full_months(disbursed_in, as_of)):
        for place, days in enumerate(VINTAGE_DAYS):
            ever = [one for one in cohort if _is_within(one.months_until[place], months_on_book)]
            yield VintagePoint(
                disbursed_in, currency, months_on_book, days, loans, sum(one.loans for one in ever),
                principal_minor, sum(one.principal_minor for one in ever),
            )  # fmt: skip


def _is_within(months: int | None, months_on_book: int) -> bool:
    return months is not None and months <= months_on_book


def full_months(first_day: date, as_of: date) -> int:
    """How many months from that of `first_day` on are over at the end of `as_of`."""
    after = as_of + timedelta(days=1)
    return max((after.year - first_day.year) * 12 + after.month - first_day.month, 0)


def month_end_before(on: date) -> date:
    """The last day of the month before that of `on`."""
    return on.replace(day=1) - timedelta(days=1)


def year_until(to_on: date) -> Period:
    """The twelve calendar months that end with that of `to_on`, up to `to_on`."""
    first = to_on.replace(day=1)
    year_before = first.replace(year=first.year - 1)
    month_after = (year_before + timedelta(days=31)).replace(day=1)
    return Period(month_after, to_on)
