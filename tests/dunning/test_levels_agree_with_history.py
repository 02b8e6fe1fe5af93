"""What facts and memory say of a loan from day to day is what its whole history says, by each method.

Payments taken back are left out: what is told then need not be enough to know where arrears began.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from services.dunning.aging.counted_days import CountedDays
from services.dunning.aging.holds import Hold, intervals_of
from services.dunning.aging.past_due import AgingRules, Instalment, LoanAging, Payment, Tolerance
from services.dunning.ladder.rules import Method
from tests.dunning.cases import Story, adds, case, day, hold, ladder, standing, tells

LAST = 60
NUMBERS = st.integers(0, 40)


@dataclass(frozen=True)
class Loan:
    """Instalments and payments by day; the ledger tells of an instalment on its day, or on the day after."""

    due: dict[int, int]
    paid: dict[int, int]
    method: Method
    tolerance: int
    stopped: tuple[int, int] | None
    is_told_late: bool

    @property
    def story(self) -> Story:
        """The case of the loan."""
        policy = ladder(method=self.method, small_balance_tolerance_minor=self.tolerance, ends=(0, 3, 10))
        told_on = {number + self.is_told_late for number in self.due} | self.paid.keys()
        story = Story(policy, case(policy, standing(self.lacking(-1), -1)))
        story.told = {number: [tells(standing(self.lacking(number), number))] for number in told_on}
        adds(holds=self.holds)(story.case)
        return story

    @property
    def holds(self) -> list[Hold]:
        """The hold that stops the clock, if there is one."""
        return [] if self.stopped is None else [hold("clock", since=self.stopped[0], until=self.stopped[1])]

    @property
    def history(self) -> LoanAging:
        """The loan as its history tells."""
        policy = self.story.policy
        rules = AgingRules(
            policy.bucket_table, self.method, Tolerance(self.tolerance),
            CountedDays(intervals_of(self.holds, "clock", "loan-1")),
        )  # fmt: skip
        return LoanAging(
            tuple(Instalment(day(number), amount) for number, amount in self.due.items()),
            tuple(Payment(day(number), amount) for number, amount in self.paid.items()),
            rules,
        )

    def lacking(self, on: int) -> dict[int, int]:
        """What each instalment lacks after the payments until a day, oldest paid first."""
        money = sum(amount for number, amount in self.paid.items() if number <= on)
        return dict(_lacking(self.due, money))


def _lacking(due: dict[int, int], money: int) -> Iterator[tuple[int, int]]:
    for number, amount in sorted(due.items()):
        used = min(money, amount)
        money -= used
        yield number, amount - used


LOANS = st.builds(
    Loan,
    due=st.dictionaries(NUMBERS, st.integers(1, 12), min_size=1, max_size=4),
    paid=st.dictionaries(NUMBERS, st.integers(1, 15), max_size=4),
    method=st.sampled_from(get_args(Method)),
    tolerance=st.integers(0, 8),
    stopped=st.none() | st.tuples(NUMBERS, st.integers(40, 50)),
    is_told_late=st.booleans(),
)


@given(LOANS)
def test_every_day_stands_as_the_whole_history_says(loan: Loan) -> None:
    story, history = loan.story, loan.history
    for number in range(-1, LAST):
        story.on(number)
        known, true = story.memory(), history.state_on(day(number))
        assert (known.is_past_due, known.days_past_due) == (true.is_past_due, true.days_past_due), number
        assert known.bucket == true.bucket.name
