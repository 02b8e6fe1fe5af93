"""Where a loan stands on a day: days past due by three methods, bucket, state, tolerance."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dunning.aging.days_past_due import days_past_due
from services.dunning.aging.holds import intervals_of
from services.dunning.amounts import NOTHING, Amounts
from services.dunning.cases.case_actions import NoticeAsked
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_levels import LoanLevels, levels_of, overdue_on
from services.dunning.cases.loan_memory import LoanMemory
from services.dunning.ladder.policy import LadderPolicy
from tests.dunning.cases import (
    OWED,
    Story,
    case,
    day,
    facts,
    hold,
    ladder,
    overdue,
    settled,
    standing,
    step,
    tells,
    upcoming,
)

POLICY = ladder(ends=(0, 3, 30, 60, 90))
SECOND_DUE = 31


def levels(known: LoanFacts, on: int, policy: LadderPolicy = POLICY) -> LoanLevels:
    """The levels of a loan never looked at before."""
    return levels_of(known, LoanMemory.initial(policy), (), policy, day(on))


@pytest.mark.parametrize(
    ("on", "days", "bucket"), [(0, 0, "b0"), (1, 1, "b1"), (3, 3, "b1"), (4, 4, "b2"), (91, 91, "b5")]
)
def test_days_past_due_count_from_the_day_after_the_due_date(on: int, days: int, bucket: str) -> None:
    known = levels(upcoming(), on)
    assert (known.days_past_due, known.bucket, known.is_past_due) == (days, bucket, days > 0)


def test_a_settled_loan_is_not_past_due_and_has_no_due_date() -> None:
    known = levels(settled(), 50)
    assert (known.is_past_due, known.anchor_due_on, known.bucket, known.amounts) == (False, None, "b0", NOTHING)


def test_what_was_next_due_is_overdue_once_its_day_has_passed_though_the_ledger_said_nothing() -> None:
    assert overdue_on(upcoming(), day(0)) == NOTHING
    assert overdue_on(upcoming(), day(1)) == OWED
    assert levels(upcoming(), 10).amounts == OWED


def test_an_instalment_that_passed_adds_to_what_was_overdue() -> None:
    known = overdue(next_due=SECOND_DUE)
    assert levels(known, SECOND_DUE + 1).amounts.total_minor == 2 * OWED.total_minor


def test_amounts_that_the_ledger_did_not_tell_yet_are_neither_reminded_of_nor_overdue() -> None:
    policy = ladder(step("upcoming", -3), step("soft", 1))
    unknown = facts(due=NOTHING, next_due=0)
    story = Story(policy, case(policy, unknown))
    story.told = {-2: [tells(upcoming())]}
    assert story.on(-3).next_look_on is None
    assert story.of(NoticeAsked) == []
    story.on(-2)
    assert story.notices == [(-2, "upcoming")]


@given(st.dictionaries(st.integers(0, 40), st.integers(1, 100), min_size=1, max_size=2), st.integers(-10, 90))
def test_old_facts_and_fresh_ones_agree_on_days_past_due(unpaid: dict[int, int], on: int) -> None:
    told_early, told_today = levels(standing(unpaid, -11), on), levels(standing(unpaid, on), on)
    assert told_early.days_past_due == told_today.days_past_due == days_past_due(day(min(unpaid)), day(on))


def test_an_amount_at_the_tolerance_is_not_past_due() -> None:
    policy = ladder(small_balance_tolerance_minor=100)
    assert not levels(overdue(amount=Amounts(interest_minor=100)), 5, policy).is_past_due


def test_an_amount_beyond_the_tolerance_is_past_due_from_its_due_date() -> None:
    policy = ladder(small_balance_tolerance_minor=100)
    assert levels(overdue(amount=Amounts(interest_minor=101)), 5, policy).days_past_due == 5


def test_a_share_of_the_principal_is_tolerated_where_the_policy_says_so() -> None:
    policy = ladder(tolerance_percent=Decimal(1))
    within = overdue(amount=Amounts(principal_minor=1_000), principal_outstanding_minor=100_000)
    beyond = overdue(amount=Amounts(principal_minor=1_001), principal_outstanding_minor=100_000)
    assert (levels(within, 5, policy).is_past_due, levels(beyond, 5, policy).is_past_due) == (False, True)


def test_of_amount_and_share_the_larger_is_tolerated() -> None:
    policy = ladder(small_balance_tolerance_minor=2_000, tolerance_percent=Decimal(1))
    assert not levels(overdue(amount=Amounts(principal_minor=1_500)), 5, policy).is_past_due


def test_a_loan_with_a_small_balance_is_reminded_of_its_next_instalment() -> None:
    policy = ladder(step("due-today", 0), step("soft", 1), small_balance_tolerance_minor=100)
    small = facts(oldest=0, next_due=SECOND_DUE, overdue=Amounts(interest_minor=100))
    story = Story(policy, case(policy, small)).by_looks(5, SECOND_DUE + 1)
    assert story.notices == [(SECOND_DUE, "due-today"), (SECOND_DUE + 1, "soft")]


def test_a_due_date_that_leaves_the_loan_within_the_tolerance_needs_no_look() -> None:
    policy = ladder(step("due-today", 0), small_balance_tolerance_minor=100)
    small = facts(next_due=0, due=Amounts(interest_minor=100))
    assert Story(policy, case(policy, small)).on(0).next_look_on is None


def test_days_past_due_stand_still_on_days_of_a_hold_of_the_clock() -> None:
    stops = intervals_of([hold("clock", since=5, until=9)], "clock", "loan-1")
    known = [levels_of(overdue(), LoanMemory.initial(POLICY), stops, POLICY, day(on)) for on in (4, 5, 9, 10)]
    assert [one.days_past_due for one in known] == [4, 4, 4, 5]


def test_days_past_due_may_count_working_days_only() -> None:
    policy = ladder(working_days={"country": "CN"})
    friday = overdue()
    assert [levels(friday, on, policy).days_past_due for on in range(5)] == [0, 0, 0, 1, 2]
