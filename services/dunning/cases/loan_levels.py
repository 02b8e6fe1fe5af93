"""Where a loan stands on a day: past due or not, since when, how many days, and in which bucket.

Levels, not edges: nothing here depends on having looked yesterday, but for the two methods that count from where
arrears began; that day is remembered. `past_due` gives it exactly, from the whole history. Facts and memory give the
same but where a reversal and a due date come together, or a reversal reaches back beyond the arrears remembered.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from services.dunning.aging.counted_days import CountedDays
from services.dunning.aging.day_intervals import DayIntervals
from services.dunning.aging.past_due import Tolerance
from services.dunning.amounts import NOTHING, Amounts
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_memory import LoanMemory
from services.dunning.ladder.policy import LadderPolicy
from services.schedules.working_days import WorkingCalendar


@dataclass(frozen=True, slots=True)
class LoanLevels:
    """A loan on a day.

    `anchor_due_on` is the due date that steps count from: the oldest unpaid one of a loan past due, else the next; None
    when there is none. `ladder_days` count from it: 0 or negative before it has passed, days past due after.
    `amounts` is what is reminded of. `counted_from_on`: days past due count from the day after it.
    """

    is_past_due: bool
    anchor_due_on: date | None
    ladder_days: int
    days_past_due: int
    bucket: str
    amounts: Amounts
    counted_from_on: date | None
    arrears_since: date | None
    above_since: date | None
    counted: CountedDays

    def day_past_due(self, days: int) -> date | None:
        """The day on which a loan past due is so many `days` past due; None if the clock stops before it for good."""
        return None if self.counted_from_on is None else self.counted.reached_on(days, self.counted_from_on)


def levels_of(
    facts: LoanFacts, memory: LoanMemory, clock_stops: DayIntervals, policy: LadderPolicy, on: date
) -> LoanLevels:
    """Where a loan stands on `on`; on the days of `clock_stops` days past due stand still.

    Facts may be older than `on`: what was next due when they were told is overdue once its date has passed.
    """
    first = policy.buckets[0].name
    counted = counted_days(clock_stops, policy)
    if facts.settled:
        return LoanLevels(False, None, 0, 0, first, NOTHING, None, None, None, counted)
    overdue = overdue_on(facts, on)
    oldest = facts.oldest_unpaid_due_on
    in_arrears = oldest is not None and oldest < on and overdue.total_minor > 0
    if oldest is not None and in_arrears and is_beyond_tolerance(overdue.total_minor, facts, policy):
        passed_on = _passed_on(memory, facts, policy, on)
        since = _arrears_since(memory, oldest, passed_on)
        above = _above_since(memory, facts, oldest, passed_on, on)
        start = {"oldest-unpaid": oldest, "since-arrears": since, "above-tolerance": above}[policy.method]
        days = counted.between(start, on)
        return LoanLevels(
            True, oldest, days, days, policy.bucket_table.bucket_of(days).name, overdue, start, since, above, counted
        )
    since_within = _arrears_within(memory, facts, oldest, policy, on) if oldest is not None and in_arrears else None
    next_due_on = facts.next_due_on
    if next_due_on is not None and next_due_on >= on and facts.next_due_amounts.total_minor > 0:
        days = on.toordinal() - next_due_on.toordinal()
        return LoanLevels(False, next_due_on, days, 0, first, facts.next_due_amounts, None, since_within, None, counted)
    return LoanLevels(False, None, 0, 0, first, NOTHING, None, since_within, None, counted)


def overdue_on(facts: LoanFacts, on: date) -> Amounts:
    """What is overdue on a day as far as the facts tell."""
    if facts.next_due_on is not None and facts.next_due_on < on:
        return facts.overdue.plus(facts.next_due_amounts)
    return facts.overdue


def is_beyond_tolerance(overdue_minor: int, facts: LoanFacts, policy: LadderPolicy) -> bool:
    """Whether so much overdue makes a loan past due: beyond both the amount and the share of the principal owed."""
    if policy.tolerance_percent is None:
        return overdue_minor > policy.small_balance_tolerance_minor
    return _tolerance(policy).is_exceeded(overdue_minor, facts.principal_outstanding_minor)


def passing_matters(facts: LoanFacts, policy: LadderPolicy) -> bool:
    """Whether it changes where a loan stands that its next due date passes."""
    if facts.settled:
        return False
    if policy.method != "oldest-unpaid" and facts.next_due_amounts.total_minor > 0:
        return True
    unpaid_minor = facts.overdue.total_minor + facts.next_due_amounts.total_minor
    return is_beyond_tolerance(unpaid_minor, facts, policy)


def counted_days(clock_stops: DayIntervals, policy: LadderPolicy) -> CountedDays:
    """The days that count for a loan whose clock stops on some."""
    if policy.working_days is None:
        return CountedDays(clock_stops)
    return CountedDays(clock_stops, _calendar(policy.working_days.country, policy.working_days.subdivision))


def next_bucket_day(levels: LoanLevels, policy: LadderPolicy) -> date | None:
    """The first later day with another bucket if nothing is paid; None if there is none, or the clock stands."""
    if not levels.is_past_due:
        return None
    to_day = policy.bucket_table.bucket_of(levels.days_past_due).to_day
    return None if to_day is None else levels.day_past_due(to_day + 1)


def _passed_on(memory: LoanMemory, facts: LoanFacts, policy: LadderPolicy, on: date) -> date | None:
    """The due date that took the loan beyond the tolerance by passing; None if none is known to have.

    It passed since the facts were told, or since the loan was last seen within the tolerance.
    """
    if not is_beyond_tolerance(facts.overdue.total_minor, facts, policy):
        return facts.next_due_on if facts.next_due_on is not None and facts.next_due_on < on else None
    return _awaited_and_passed_on(memory, facts)


def _awaited_and_passed_on(memory: LoanMemory, facts: LoanFacts) -> date | None:
    """The due date that was next when the loan was last seen within the tolerance, if it had passed for the facts."""
    awaited_on = None if memory.is_past_due else memory.awaited_due_on
    return awaited_on if awaited_on is not None and awaited_on < facts.as_of else None


def _arrears_since(memory: LoanMemory, oldest: date, passed_on: date | None) -> date:
    """The due date whose passing began the arrears that `oldest` belongs to.

    What is left of arrears that ended within the tolerance begins none. A payment that is reversed takes its cure back:
    if `oldest` had fallen due by the end of former arrears, the loan has been in arrears without a break since those
    began.
    """
    if memory.arrears_since is None and passed_on is not None and _is_left_over(memory, oldest):
        return passed_on
    if memory.arrears_since is not None and _is_known(memory, oldest):
        return memory.arrears_since
    begun = oldest if memory.arrears_since is None else min(memory.arrears_since, oldest)
    for since, ended_on in reversed(memory.former_arrears):
        if since <= begun < ended_on and (memory.arrears_since is None or begun < memory.arrears_since):
            begun = since
    return begun


def _arrears_within(
    memory: LoanMemory, facts: LoanFacts, oldest: date, policy: LadderPolicy, on: date
) -> date | None:  # fmt: skip
    """Since when something within the tolerance is overdue; None for what is left of arrears that ended."""
    if policy.method == "oldest-unpaid" or memory.is_past_due:
        return None
    if memory.arrears_since is not None:
        return memory.arrears_since
    if not _is_left_over(memory, oldest):
        return oldest
    awaited_on = _awaited_and_passed_on(memory, facts)
    has_passed = facts.next_due_on is not None and facts.next_due_on < on and facts.next_due_amounts.total_minor > 0
    return awaited_on if awaited_on is not None or not has_passed else facts.next_due_on


def _is_left_over(memory: LoanMemory, oldest: date) -> bool:
    """Whether what was due on `oldest` is left of arrears that ended."""
    return bool(memory.former_arrears) and oldest < memory.former_arrears[-1][1]


def _is_known(memory: LoanMemory, oldest: date) -> bool:
    """Whether what is unpaid goes back no further than when the loan was last seen in arrears."""
    return not _is_older(memory, oldest) if memory.is_past_due else _is_left_over(memory, oldest)


def _is_older(memory: LoanMemory, oldest: date) -> bool:
    """Whether what is unpaid goes back further than when the loan was last seen past due."""
    return memory.anchor_due_on is not None and oldest < memory.anchor_due_on


def _above_since(memory: LoanMemory, facts: LoanFacts, oldest: date, passed_on: date | None, on: date) -> date:
    """The last day on which the overdue total was within the tolerance, as far as facts and memory tell."""
    if memory.above_since is not None:
        return min(memory.above_since, oldest) if _is_older(memory, oldest) else memory.above_since
    if passed_on is not None:
        return passed_on
    if memory.arrears_since is not None:
        return min(on, facts.as_of) - timedelta(days=1)
    return oldest


def _tolerance(policy: LadderPolicy) -> Tolerance:
    return Tolerance(policy.small_balance_tolerance_minor, policy.tolerance_percent or Decimal(0))


@lru_cache(maxsize=16)
def _calendar(country: str, subdivision: str | None) -> WorkingCalendar:
    return WorkingCalendar(country, subdivision)
