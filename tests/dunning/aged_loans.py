"""Loans to age: instalments, payments and stopped clocks by the number of their days."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from services.dunning.aging.counted_days import CountedDays
from services.dunning.aging.day_intervals import DayInterval, merged
from services.dunning.aging.days_past_due import Bucket, BucketTable
from services.dunning.aging.past_due import AgingRules, Instalment, LoanAging, Payment, Tolerance
from services.dunning.ladder.rules import Method
from services.schedules.working_days import WorkingCalendar

ORIGIN = date(2024, 1, 1)
"""A Monday."""


def day(number: int) -> date:
    return ORIGIN + timedelta(days=number)


def table(*ends: int) -> BucketTable:
    """Buckets b0, b1, … that end at these days past due, and one without end."""
    starts = [0, *(end + 1 for end in ends)]
    pairs = enumerate(zip(starts, [*ends, None], strict=True))
    return BucketTable(tuple(Bucket(name=f"b{index}", from_day=first, to_day=last) for index, (first, last) in pairs))


def aging(
    *,
    due: Iterable[tuple[int, int]] = ((0, 100),),
    paid: Iterable[tuple[int, int] | tuple[int, int, int | None]] = (),
    stopped: Iterable[tuple[int, int | None]] = (),
    method: Method = "oldest-unpaid",
    tolerance: int = 0,
    percent: int = 0,
    buckets: BucketTable | None = None,
    calendar: WorkingCalendar | None = None,
) -> LoanAging:
    """A loan with instalments (day, amount), payments (day, amount, day reversed) and a clock stopped (from, to)."""
    intervals = merged(DayInterval(day(first), None if last is None else day(last)) for first, last in stopped)
    return LoanAging(
        tuple(Instalment(day(on), amount) for on, amount in due),
        tuple(
            Payment(day(on), amount, None if not rest or rest[0] is None else day(rest[0]))
            for on, amount, *rest in paid
        ),
        AgingRules(
            buckets or table(0, 3, 30, 60, 90),
            method,
            Tolerance(tolerance, Decimal(percent)),
            CountedDays(intervals, calendar),
        ),
    )
