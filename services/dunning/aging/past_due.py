"""How late a loan is as of any day, worked out from its whole history: instalments, payments, reversals and holds.

Levels, not edges: the state of a day depends on the facts alone, never on which days were looked at before.

- Payments fill instalments oldest first. As of a day D a payment counts if it was made by D and not reversed by D. From
  its reversal on it counts as never made, also for the days before: a cure by a payment that is reversed never was, and
  the loan ages from the true date.
- Overdue is what the instalments due before D lack: on its due date an instalment is not late.
- A loan is past due only while overdue is above the tolerance.
- Days past due are the days after `counted_from_on` up to D, without those on which the clock is stopped, and by policy
  without those on which banks do not work. They are 0 while the loan is not past due.

Where days count from is the method:

- `oldest-unpaid`: the due date of the oldest instalment not fully paid.
- `since-arrears`: the due date whose passing left something overdue, however little, for the first time since nothing
  was, or since the loan was last back within the tolerance: what is overdue then begins no arrears by itself.
- `above-tolerance`: the last day on which overdue was not above the tolerance.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from services.dunning.aging.counted_days import CountedDays
from services.dunning.aging.day_intervals import DAY
from services.dunning.aging.days_past_due import Bucket, BucketTable
from services.dunning.ladder.rules import Method


class InvalidAgingFact(ValueError):
    """A fact that cannot be; names the field, its value and the reason."""

    def __init__(self, field_name: str, value: object, reason: str) -> None:
        super().__init__(f"{field_name} {value}: {reason}")
        self.field = field_name
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Instalment:
    """What is to be paid by the end of `due_on`, all components together. Raises InvalidAgingFact."""

    due_on: date
    amount_minor: int

    def __post_init__(self) -> None:
        _check_not_negative("amount_minor", self.amount_minor)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment made on a day; from `reversed_on` on it counts as never made. Raises InvalidAgingFact."""

    on: date
    amount_minor: int
    reversed_on: date | None = None

    def __post_init__(self) -> None:
        _check_not_negative("amount_minor", self.amount_minor)
        if self.reversed_on is not None and self.reversed_on < self.on:
            raise InvalidAgingFact("reversed_on", self.reversed_on, f"is before the payment on {self.on}")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What may be overdue without being past due: an amount, and a share of the outstanding balance.

    The balance is what all instalments lack, due or not. Overdue must exceed both, as for materiality in the EBA's
    guidelines on the definition of default (EBA/GL/2016/07), from secondary sources. Raises InvalidAgingFact.
    """

    amount_minor: int = 0
    percent: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        _check_not_negative("amount_minor", self.amount_minor)
        if not 0 <= self.percent <= 100:
            raise InvalidAgingFact("percent", self.percent, "must be from 0 to 100")

    def is_exceeded(self, overdue_minor: int, balance_minor: int) -> bool:
        """Whether so much overdue, of so much outstanding, is past due; exact."""
        numerator, denominator = self.percent.as_integer_ratio()
        above_share = overdue_minor * 100 * denominator > balance_minor * numerator
        return overdue_minor > self.amount_minor and above_share


@dataclass(frozen=True, slots=True)
class AgingRules:
    """How days past due are counted, and the buckets they fall in."""

    buckets: BucketTable
    method: Method = "oldest-unpaid"
    tolerance: Tolerance = field(default_factory=Tolerance)
    counted: CountedDays = field(default_factory=CountedDays)


@dataclass(frozen=True, slots=True)
class AgedState:
    """A loan as of a day. `counted_from_on`: days past due are those after it; None while not past due."""

    as_of: date
    days_past_due: int
    overdue_minor: int
    bucket: Bucket
    counted_from_on: date | None

    @property
    def is_past_due(self) -> bool:
        """Whether overdue is above the tolerance; days past due may still be 0 while the clock is stopped."""
        return self.counted_from_on is not None

    def looks_like(self, other: "AgedState") -> bool:
        """Whether bucket, overdue amount and being past due are the same."""
        mine = (self.bucket, self.overdue_minor, self.is_past_due)
        return mine == (other.bucket, other.overdue_minor, other.is_past_due)


class _Level(NamedTuple):
    """What holds from one fact to the next."""

    overdue_minor: int
    counted_from_on: date | None


@dataclass(frozen=True, slots=True)
class _History:
    """A loan's levels, each from its day on, as known while no further payment is reversed."""

    days: list[date]
    levels: list[_Level]

    def level_on(self, on: date) -> _Level:
        reached = bisect_right(self.days, on)
        return self.levels[reached - 1] if reached else _Level(0, None)


@dataclass(frozen=True, slots=True)
class LoanAging:
    """A loan's instalments and payments, those known to come too, and the rules: ready for any day.

    The history is worked out once for each day of a reversal that is asked beyond; a day then takes a look-up.
    """

    instalments: tuple[Instalment, ...]
    payments: tuple[Payment, ...]
    rules: AgingRules
    _reversal_days: list[date] = field(init=False, repr=False, compare=False)
    _change_days: list[date] = field(init=False, repr=False, compare=False)
    _histories: dict[int, _History] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        reversals = {payment.reversed_on for payment in self.payments if payment.reversed_on is not None}
        # On the calendar's last day nothing falls due any more: there is no day after it.
        passings = {one.due_on + DAY for one in self.instalments if one.due_on < date.max}
        changes = reversals | passings | {payment.on for payment in self.payments}
        object.__setattr__(self, "_reversal_days", sorted(reversals))
        object.__setattr__(self, "_change_days", sorted(changes))

    def state_on(self, on: date) -> AgedState:
        """How late the loan is as of a day."""
        level = self._level_on(on)
        since = level.counted_from_on
        days = 0 if since is None else self.rules.counted.between(since, on)
        return AgedState(on, days, level.overdue_minor, self.rules.buckets.bucket_of(days), since)

    def next_look_on(self, after: date) -> date | None:
        """The first day later than `after` whose bucket, overdue amount or being past due differs from the day before.

        Payments, reversals and holds that are known to come count. None if there is no such day. Days past due that
        grow within a bucket are no change. Worked out from the days of facts and of bucket boundaries alone.
        """
        state = self.state_on(after)
        for change_on in self._change_days[bisect_right(self._change_days, after) :]:
            boundary_on = self._boundary_on(state)
            if boundary_on is not None and boundary_on < change_on:
                return boundary_on
            before, state = state, self.state_on(change_on)
            if not state.looks_like(before):
                return change_on
        return self._boundary_on(state)

    def _boundary_on(self, state: AgedState) -> date | None:
        """The day on which the days past due leave the state's bucket, if days go on being counted from there."""
        since, to_day = state.counted_from_on, state.bucket.to_day
        return None if since is None or to_day is None else self.rules.counted.reached_on(to_day + 1, since)

    def _level_on(self, on: date) -> _Level:
        known = bisect_right(self._reversal_days, on)
        history = self._histories.get(known)
        if history is None:
            in_force = [one for one in self.payments if one.reversed_on is None or one.reversed_on > on]
            history = self._histories[known] = _history(self.instalments, in_force, self.rules)
        return history.level_on(on)


def _history(instalments: Iterable[Instalment], payments: Iterable[Payment], rules: AgingRules) -> _History:
    """The levels of a loan to which these payments were made, none of them reversed."""
    due = sorted((one for one in instalments if one.amount_minor), key=lambda one: one.due_on)
    due_totals = list(accumulate((one.amount_minor for one in due), initial=0))
    days, levels = [], []
    was_above, arrears_since, above_since = False, None, None
    for day, passed, paid_minor in _steps(due, payments):
        overdue_minor = max(due_totals[passed] - paid_minor, 0)
        above = rules.tolerance.is_exceeded(overdue_minor, max(due_totals[-1] - paid_minor, 0))
        falls_due = passed > 0 and due[passed - 1].due_on == day - DAY
        if not overdue_minor or (was_above and not above):
            arrears_since = None
        elif falls_due and arrears_since is None:
            arrears_since = day - DAY
        if above and not was_above:
            above_since = day - DAY
        was_above = above
        since = None
        if above and rules.method == "oldest-unpaid":
            since = due[bisect_right(due_totals, paid_minor) - 1].due_on
        elif above:
            since = arrears_since if rules.method == "since-arrears" else above_since
        days.append(day)
        levels.append(_Level(overdue_minor, since))
    return _History(days, levels)


def _steps(due: list[Instalment], payments: Iterable[Payment]) -> Iterator[tuple[date, int, int]]:
    """Each day on which something falls due or is paid: how many instalments are past, and how much was paid in all."""
    made = sorted((one.on, one.amount_minor) for one in payments)
    changes = {one.due_on + DAY for one in due if one.due_on < date.max} | {on for on, _ in made}
    passed, counted, paid_minor = 0, 0, 0
    for day in sorted(changes):
        while passed < len(due) and due[passed].due_on < day:
            passed += 1
        while counted < len(made) and made[counted][0] <= day:
            paid_minor += made[counted][1]
            counted += 1
        yield day, passed, paid_minor


def _check_not_negative(field_name: str, value: int) -> None:
    if value < 0:
        raise InvalidAgingFact(field_name, value, "must not be negative")
