"""How late a loan is, held against the definitions applied to every day by itself."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Final, get_args

from hypothesis import given
from hypothesis import strategies as st

from services.dunning.aging.past_due import LoanAging
from services.dunning.ladder.rules import Method
from services.schedules.working_days import WorkingCalendar
from tests.dunning.aged_loans import aging, day, table

LAST: Final = 90
"""Facts lie in so many days after the first, reversals in 40 more."""


class DayByDay:
    """The definitions, written down once more: every day by itself, from the facts as they are known on it."""

    def __init__(self, loan: LoanAging) -> None:
        self.loan = loan
        self.due = sorted((one.due_on, one.amount_minor) for one in loan.instalments)

    def lacking(self, on: date, known_on: date) -> list[tuple[date, int]]:
        """What each instalment lacks on a day, by what is known on another."""
        paid = sum(
            one.amount_minor
            for one in self.loan.payments
            if one.on <= on and not (one.reversed_on is not None and one.reversed_on <= known_on)
        )
        result = []
        for due_on, amount in self.due:
            used = min(paid, amount)
            paid -= used
            result.append((due_on, amount - used))
        return result

    def overdue(self, on: date, known_on: date) -> int:
        return sum(amount for due_on, amount in self.lacking(on, known_on) if due_on < on)

    def above(self, on: date, known_on: date) -> bool:
        balance = sum(amount for _, amount in self.lacking(on, known_on))
        tolerance = self.loan.rules.tolerance
        tolerated = max(Fraction(tolerance.amount_minor), Fraction(tolerance.percent) * balance / 100)
        return self.overdue(on, known_on) > tolerated

    def counted_from(self, on: date) -> date:
        if self.loan.rules.method == "oldest-unpaid":
            return min(due_on for due_on, amount in self.lacking(on, on) if amount)
        since: date | None = None
        start, above_before = on, False
        one = min(due_on for due_on, _ in self.due)
        while one <= on:
            above = self.above(one, on)
            if above and not above_before:
                start = one - timedelta(days=1)
            newly_due = sum(amount for due_on, amount in self.due if due_on == one - timedelta(days=1))
            if self.overdue(one, on) == 0 or (above_before and not above):
                since = None
            elif since is None and newly_due:
                since = one - timedelta(days=1)
            above_before = above
            one += timedelta(days=1)
        if self.loan.rules.method == "above-tolerance":
            return start
        assert since is not None
        return since

    def state(self, on: date) -> tuple[int, int, str, bool]:
        """Days past due, overdue amount, bucket, and whether past due."""
        count, past_due = 0, self.above(on, on)
        one = self.counted_from(on) if past_due else on
        while one < on:
            one += timedelta(days=1)
            count += self.counts(one)
        (bucket,) = [
            bucket.name
            for bucket in self.loan.rules.buckets.buckets
            if bucket.from_day <= count and (bucket.to_day is None or count <= bucket.to_day)
        ]
        return count, self.overdue(on, on), bucket, past_due

    def counts(self, on: date) -> bool:
        counted = self.loan.rules.counted
        stopped = any(one.from_on <= on and (one.to_on is None or on <= one.to_on) for one in counted.clock_stops)
        return not stopped and (counted.calendar is None or counted.calendar.is_working_day(on))


NUMBERS = st.integers(0, LAST)
AMOUNTS = st.integers(0, 12)


@st.composite
def loans(draw: st.DrawFn) -> LoanAging:
    starts = draw(st.lists(NUMBERS, max_size=3))
    payments = draw(st.lists(st.tuples(NUMBERS, AMOUNTS, st.none() | st.integers(0, 40)), max_size=6))
    ends = draw(st.sets(st.integers(0, 70), max_size=5))
    return aging(
        due=draw(st.lists(st.tuples(NUMBERS, AMOUNTS), max_size=6)),
        paid=[(on, amount, None if later is None else on + later) for on, amount, later in payments],
        stopped=[(start, draw(st.none() | st.integers(start, start + 25))) for start in starts],
        method=draw(st.sampled_from(get_args(Method))),
        tolerance=draw(st.integers(0, 8)),
        percent=draw(st.sampled_from([0, 0, 10, 50, 100])),
        buckets=table(*sorted(ends)),
        calendar=draw(st.sampled_from([None, None, WorkingCalendar("CN")])),
    )


def seen(loan: LoanAging, number: int) -> tuple[int, int, str, bool]:
    state = loan.state_on(day(number))
    return state.days_past_due, state.overdue_minor, state.bucket.name, state.is_past_due


@given(loans(), st.integers(-3, LAST + 150))
def test_the_state_of_any_day_is_that_of_the_definitions(loan: LoanAging, number: int) -> None:
    assert seen(loan, number) == DayByDay(loan).state(day(number))


@given(loans())
def test_the_days_looked_at_before_make_no_difference(loan: LoanAging) -> None:
    forwards = [seen(loan, number) for number in range(-3, LAST + 60)]
    fresh = LoanAging(loan.instalments, loan.payments, loan.rules)
    backwards = [seen(fresh, number) for number in range(LAST + 59, -4, -1)]
    assert forwards == backwards[::-1]


@given(loans())
def test_looking_only_when_told_to_sees_every_change_and_nothing_else(loan: LoanAging) -> None:
    # Every fact and every bucket boundary that is ever reached lies within the days walked through.
    end = LAST + 40 + 250
    levels = [seen(loan, number)[1:] for number in range(-3, end)]
    changes = [day(number - 3) for number in range(1, len(levels)) if levels[number] != levels[number - 1]]
    looks = []
    look_on = loan.next_look_on(day(-3))
    while look_on is not None:
        looks.append(look_on)
        look_on = loan.next_look_on(look_on)
    assert looks == changes


@given(loans(), st.integers(-3, LAST + 60))
def test_the_next_look_is_the_same_from_every_day_before_it(loan: LoanAging, number: int) -> None:
    look_on = loan.next_look_on(day(number))
    if look_on is None:
        assert loan.next_look_on(day(number + 100)) is None
    else:
        assert loan.next_look_on(look_on - timedelta(days=1)) == look_on
