"""Aging as JSON cases: instalments, payments and holds, and how late the loan is on each day asked for.

Amounts are numbers or decimal text, in any one unit. `overdue_amount` comes back as text (with one decimal at least, as
in the golden files) if any amount of the case is text, else as a number. Payments, reversals and holds dated after a
day of `as_of` are known to come: they do not count yet, but `next_look_on` minds them. It is the first such day after
the latest of `as_of`.

Buckets need not cover every day: `bucket` is null for days past due below the first or above the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field

from schemas.hardship import HoldReason, HoldStop
from services.dunning.aging.counted_days import CountedDays
from services.dunning.aging.day_intervals import DayIntervals
from services.dunning.aging.days_past_due import DEFAULT_BUCKETS, Bucket, BucketTable, BucketTableError
from services.dunning.aging.holds import DEFAULT_STOPS, Hold, intervals_of
from services.dunning.aging.past_due import AgingRules, Instalment, LoanAging, Payment, Tolerance
from services.dunning.ladder.rules import Method
from services.json_cases import CalendarDate, CaseRefused, PlainAmount, PlainDecimal, object_of, read_case, refused
from services.schedules.working_days import UnknownCalendar, WorkingCalendar

Case = dict[str, Any]

_MOST_DAYS: Final = 36_500
"""A hundred years: a bucket that ends there or later is without end."""

_OUTSIDE: Final = "outside"
_ANSWERS: Final = frozenset({"states", "next_look_on"})


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _InstalmentGiven(_Given):
    due_on: CalendarDate
    amount: PlainAmount


class _PaymentGiven(_Given):
    on: CalendarDate
    amount: PlainAmount
    reversed_on: CalendarDate | None = None


class _HoldGiven(_Given):
    """`to` null or left out: without end; `stop` left out: what the reason's holds stop by default."""

    from_on: Annotated[CalendarDate, Field(alias="from")]
    to_on: Annotated[CalendarDate | None, Field(alias="to")] = None
    stop: Annotated[list[HoldStop], Field(min_length=1)] | None = None
    reason: HoldReason | None = None


class _ToleranceGiven(_Given):
    amount: PlainAmount | None = None
    percent: Annotated[PlainDecimal, Field(ge=0, le=100)] | None = None


class _BucketGiven(_Given):
    name: Annotated[str, Field(min_length=1)]
    from_day: Annotated[int, Field(ge=0, lt=_MOST_DAYS)]
    to_day: Annotated[int, Field(ge=0)] | None = None


class _WorkingDaysGiven(_Given):
    country: str
    subdivision: str | None = None


class _CaseGiven(_Given):
    """The keys of a case. `name`, `id` and `source` are kept; `states` and `next_look_on` are worked out anew."""

    name: Any = None
    id: Any = None
    source: Any = None
    states: Any = None
    next_look_on: Any = None
    instalments: list[_InstalmentGiven]
    payments: list[_PaymentGiven] = []
    holds: list[_HoldGiven] = []
    tolerance: _ToleranceGiven | None = None
    buckets: list[_BucketGiven] | None = None
    method: Method = "oldest-unpaid"
    working_days: _WorkingDaysGiven | None = None
    as_of: Annotated[list[CalendarDate], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class _AmountStyle:
    """How a case writes amounts: with up to so many `decimals`, as text or as numbers.

    In units of the last decimal all amounts of the case are whole.
    """

    decimals: int
    as_text: bool

    @classmethod
    def of(cls, given: _CaseGiven, case: Case) -> Self:
        """The style of a case that was read as `given`."""
        amounts = [one.amount for one in given.instalments] + [one.amount for one in given.payments]
        if given.tolerance is not None and given.tolerance.amount is not None:
            amounts.append(given.tolerance.amount)
        decimals = max((len(f"{amount:f}".partition(".")[2]) for amount in amounts), default=0)
        holders = [*case["instalments"], *case.get("payments", []), case.get("tolerance") or {}]
        return cls(decimals, any(isinstance(holder.get("amount"), str) for holder in holders))

    def units(self, amount: Decimal) -> int:
        """An amount in units of the last decimal; exact for any size."""
        numerator, denominator = amount.as_integer_ratio()
        return numerator * self._units_of_one // denominator

    def written(self, units: int) -> str | int | float:
        """An amount as the case would have it; text in any case if no JSON number keeps it exactly."""
        whole, part = divmod(units, self._units_of_one)
        digits = f"{part:0{self.decimals}d}".rstrip("0") if part else ""
        if not digits and not self.as_text:
            return whole
        text = f"{whole}.{digits or '0'}"
        return text if self.as_text or Decimal(str(float(text))) != Decimal(text) else float(text)

    @property
    def _units_of_one(self) -> int:
        return int(10**self.decimals)


def with_states(case: object) -> Case:
    """The case with `states` on each day of `as_of`, and `next_look_on`. Raises CaseRefused."""
    asked = object_of(case)
    given = read_case(asked, _CaseGiven)
    amounts = _AmountStyle.of(given, asked)
    names, buckets = _buckets(given.buckets)
    rules = AgingRules(
        buckets=buckets,
        method=given.method,
        tolerance=_tolerance(given.tolerance or _ToleranceGiven(), amounts),
        counted=CountedDays(_clock_stops(given.holds), _calendar(given.working_days)),
    )
    instalments = tuple(Instalment(one.due_on, amounts.units(one.amount)) for one in given.instalments)
    aging = LoanAging(instalments, _payments(given.payments, amounts), rules)

    def line(on: date) -> Case:
        state = aging.state_on(on)
        return {
            "as_of": on.isoformat(),
            "days_past_due": state.days_past_due,
            "overdue_amount": amounts.written(state.overdue_minor),
            "bucket": names.get(state.bucket.name),
        }

    next_look_on = aging.next_look_on(max(given.as_of))
    return {
        **{key: value for key, value in asked.items() if key not in _ANSWERS},
        "states": [line(on) for on in given.as_of],
        "next_look_on": None if next_look_on is None else next_look_on.isoformat(),
    }


def _payments(given: Sequence[_PaymentGiven], amounts: _AmountStyle) -> tuple[Payment, ...]:
    for index, one in enumerate(given):
        if one.reversed_on is not None and one.reversed_on < one.on:
            path = ("payments", index, "reversed_on")
            raise refused(path, one.reversed_on, f"is before the payment on {one.on}")
    return tuple(Payment(one.on, amounts.units(one.amount), one.reversed_on) for one in given)


def _clock_stops(given: Sequence[_HoldGiven]) -> DayIntervals:
    return intervals_of([_hold(index, one) for index, one in enumerate(given)], "clock", None)


def _hold(index: int, given: _HoldGiven) -> Hold:
    if given.to_on is not None and given.to_on < given.from_on:
        raise refused(("holds", index, "to"), given.to_on, f"is before from {given.from_on}")
    if given.stop is None and given.reason is None:
        raise CaseRefused(f"holds[{index}].stop: is missing, and there is no reason to tell what stops")
    # What a hold without a reason is for makes no difference to the days it stops.
    reason = given.reason or "technical-fault"
    stops = DEFAULT_STOPS[reason] if given.stop is None else frozenset(given.stop)
    return Hold(f"holds[{index}]", reason, stops, given.from_on, given.to_on)


def _tolerance(given: _ToleranceGiven, amounts: _AmountStyle) -> Tolerance:
    return Tolerance(amounts.units(given.amount or Decimal(0)), given.percent or Decimal(0))


def _calendar(given: _WorkingDaysGiven | None) -> WorkingCalendar | None:
    if given is None:
        return None
    try:
        return WorkingCalendar(given.country, given.subdivision)
    except UnknownCalendar as error:
        raise refused(("working_days",), given.model_dump(exclude_none=True), str(error)) from None


def _buckets(given: Sequence[_BucketGiven] | None) -> tuple[dict[str, str], BucketTable]:
    """A table that covers every day, and the names of its buckets that the case has; names may be any text."""
    if given is None:
        return {bucket.name: bucket.name for bucket in DEFAULT_BUCKETS}, BucketTable(DEFAULT_BUCKETS)
    names: dict[str, str] = {}
    table: list[Bucket] = []
    for index, one in enumerate(given):
        if one.name in names.values():
            raise refused(("buckets", index, "name"), one.name, "is the name of an earlier bucket")
        if one.to_day is not None and one.to_day < one.from_day:
            raise refused(("buckets", index, "to_day"), one.to_day, f"is before from_day {one.from_day}")
        names[f"bucket-{index}"] = one.name
        to_day = None if one.to_day is None or one.to_day >= _MOST_DAYS else one.to_day
        table.append(Bucket(name=f"bucket-{index}", from_day=one.from_day, to_day=to_day))
    before = [Bucket(name=_OUTSIDE, from_day=0, to_day=table[0].from_day - 1)] if table and table[0].from_day else []
    end = table[-1].to_day if table else None
    after = [] if end is None else [Bucket(name=f"{_OUTSIDE}-after", from_day=end + 1)]
    try:
        return names, BucketTable((*before, *table, *after))
    except BucketTableError as error:
        index = error.index - len(before)
        if not table:
            raise refused(("buckets",), [], error.reason) from None
        value = getattr(given[index], error.field)
        raise refused(("buckets", index, error.field), value, error.reason) from None
