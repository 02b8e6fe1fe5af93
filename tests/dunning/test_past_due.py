"""How late a loan is as of a day, and the next day on which anything changes."""

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from services.dunning.aging.past_due import AgingRules, Instalment, InvalidAgingFact, LoanAging, Payment, Tolerance
from services.dunning.ladder.rules import Method
from services.schedules.working_days import WorkingCalendar
from tests.dunning.aged_loans import aging, day, table


def days(loan: LoanAging, *numbers: int) -> list[int]:
    return [loan.state_on(day(number)).days_past_due for number in numbers]


def overdue(loan: LoanAging, *numbers: int) -> list[int]:
    return [loan.state_on(day(number)).overdue_minor for number in numbers]


def test_on_its_due_date_an_instalment_is_not_late() -> None:
    loan = aging(due=[(0, 100)])
    assert days(loan, -1, 0, 1, 2) == [0, 0, 1, 2]
    assert overdue(loan, -1, 0, 1, 2) == [0, 0, 100, 100]


def test_a_payment_on_the_due_date_is_in_time() -> None:
    assert days(aging(paid=[(0, 100)]), 0, 1, 9) == [0, 0, 0]


def test_a_payment_counts_on_its_day() -> None:
    loan = aging(paid=[(5, 100)])
    assert days(loan, 4, 5) == [4, 0]
    assert overdue(loan, 4, 5) == [100, 0]


def test_payments_fill_the_oldest_instalment_first() -> None:
    loan = aging(due=[(30, 100), (0, 100)], paid=[(40, 99), (41, 2)])
    assert days(loan, 39, 40, 41) == [39, 40, 11]
    assert overdue(loan, 39, 40, 41) == [200, 101, 99]


def test_a_payment_ahead_fills_instalments_to_come() -> None:
    loan = aging(due=[(0, 100), (30, 100)], paid=[(-10, 150)])
    assert days(loan, 10, 35) == [0, 5]
    assert overdue(loan, 10, 35) == [0, 50]


def test_a_reversal_after_a_cure_ages_from_the_true_date() -> None:
    loan = aging(due=[(0, 100)], paid=[(10, 100, 40)])
    assert days(loan, 9, 10, 39, 40, 41) == [9, 0, 0, 40, 41]


@pytest.mark.parametrize("method", get_args(Method))
def test_a_reversal_takes_the_cure_out_of_the_history(method: Method) -> None:
    loan = aging(due=[(0, 100), (30, 100)], paid=[(10, 100, 40)], method=method)
    assert days(loan, 10, 35, 40) == [0, 5, 40]


def test_a_payment_reversed_on_its_day_never_counts() -> None:
    assert days(aging(paid=[(5, 100, 5)]), 5, 6) == [5, 6]


def test_a_loan_without_instalments_is_not_past_due() -> None:
    loan = aging(due=[], paid=[(0, 5)])
    assert (days(loan, 10), overdue(loan, 10), loan.next_look_on(day(10))) == ([0], [0], None)


def test_an_instalment_of_nothing_is_never_late() -> None:
    assert days(aging(due=[(0, 0), (10, 5)]), 5, 15) == [0, 5]


def test_what_is_within_the_tolerance_is_overdue_but_not_past_due() -> None:
    state = aging(due=[(0, 100)], tolerance=100).state_on(day(50))
    assert (state.overdue_minor, state.days_past_due, state.bucket.name, state.is_past_due) == (100, 0, "b0", False)


def test_a_percentage_tolerates_of_what_all_instalments_lack() -> None:
    due = [(0, 10), (30, 90)]
    assert days(aging(due=due, percent=10), 5) == [0]
    assert days(aging(due=due, percent=9), 5) == [5]


def test_the_balance_of_a_percentage_falls_with_payments() -> None:
    # 10 of 100 lack at first, then 6 of 96: below 10 %.
    assert days(aging(due=[(0, 11), (30, 89)], paid=[(8, 5)], percent=10), 7, 8) == [7, 0]


def test_overdue_must_exceed_both_amount_and_percentage() -> None:
    due = [(0, 10), (30, 90)]
    assert days(aging(due=due, tolerance=10, percent=5), 5) == [0]
    assert days(aging(due=due, tolerance=9, percent=10), 5) == [0]
    assert days(aging(due=due, tolerance=9, percent=9), 5) == [5]


def test_since_arrears_goes_on_when_the_oldest_instalment_is_paid() -> None:
    story = {"due": [(0, 100), (30, 100)], "paid": [(40, 100)]}
    assert days(aging(**story), 39, 40) == [39, 10]  # type: ignore[arg-type]
    assert days(aging(**story, method="since-arrears"), 39, 40) == [39, 40]  # type: ignore[arg-type]


def test_since_arrears_counts_from_the_first_arrears_however_small() -> None:
    due = [(0, 5), (30, 100)]
    assert days(aging(due=due, tolerance=10, method="since-arrears"), 20, 31) == [0, 31]
    assert days(aging(due=due, tolerance=10, method="above-tolerance"), 20, 31) == [0, 1]


def test_since_arrears_starts_anew_once_back_within_the_tolerance() -> None:
    # From day 10 on 8 of the first instalment lack, within the tolerance.
    loan = aging(due=[(0, 100), (30, 100)], paid=[(10, 92)], tolerance=10, method="since-arrears")
    assert days(loan, 9, 10, 30, 31) == [9, 0, 0, 1]
    oldest = aging(due=[(0, 100), (30, 100)], paid=[(10, 92)], tolerance=10)
    assert days(oldest, 9, 10, 30, 31) == [9, 0, 0, 31]


def test_a_payment_on_what_is_tolerated_begins_no_arrears() -> None:
    loan = aging(due=[(0, 100), (30, 100)], paid=[(10, 92), (12, 1)], tolerance=10, method="since-arrears")
    assert days(loan, 12, 31) == [0, 1]


def test_above_tolerance_counts_without_interruption_only() -> None:
    loan = aging(due=[(0, 100), (30, 100)], paid=[(10, 95), (40, 50)], tolerance=10, method="above-tolerance")
    assert days(loan, 1, 9, 10, 31, 45) == [1, 9, 0, 1, 15]


def test_days_on_which_the_clock_is_stopped_do_not_count() -> None:
    loan = aging(stopped=[(5, 9), (7, 8)])
    assert days(loan, 4, 5, 9, 10, 20) == [4, 4, 4, 5, 15]


def test_a_stop_before_the_due_date_makes_no_difference() -> None:
    assert days(aging(stopped=[(-20, 0)]), 1, 10) == [1, 10]


def test_only_working_days_count_with_a_calendar() -> None:
    # Due on Friday 5 January; the Saturday and Sunday after it do not count.
    loan = aging(due=[(4, 100)], calendar=WorkingCalendar("DE"), stopped=[(8, 8)])
    assert days(loan, 5, 6, 7, 8, 9, 11) == [0, 0, 1, 1, 2, 4]
    # After 5 January 257 weekdays of 2024, 8 of them holidays; in 2025 the 2nd and 3rd of January.
    assert days(aging(due=[(4, 100)], calendar=WorkingCalendar("DE")), 370) == [257 - 8 + 2]


def test_the_next_look_is_at_the_due_date_passing_then_at_each_bucket() -> None:
    loan = aging()
    looks = [loan.next_look_on(day(number)) for number in (-5, 0, 1, 3, 4, 31, 61, 91)]
    assert looks == [day(1), day(1), day(4), day(4), day(31), day(61), day(91), None]


def test_stopping_the_clock_puts_the_boundary_off() -> None:
    assert aging(stopped=[(2, 11)]).next_look_on(day(1)) == day(14)


def test_a_clock_stopped_for_good_has_no_boundary_to_come() -> None:
    assert aging(stopped=[(2, None)]).next_look_on(day(1)) is None
    assert days(aging(stopped=[(2, None)]), 5000) == [1]


def test_the_next_look_passes_over_facts_that_change_nothing() -> None:
    # The first payment is reversed the day it is made; the second finds all paid.
    loan = aging(due=[(0, 100)], paid=[(-9, 100), (-5, 50, -5), (5, 20), (400, 1)])
    assert loan.next_look_on(day(-20)) is None


def test_known_payments_and_reversals_to_come_are_looked_at() -> None:
    loan = aging(paid=[(2, 100, 50)])
    assert [loan.next_look_on(day(number)) for number in (1, 2, 50)] == [day(2), day(50), day(61)]


def test_within_the_tolerance_only_the_amount_changes() -> None:
    loan = aging(due=[(0, 5), (10, 5)], tolerance=10)
    assert [loan.next_look_on(day(number)) for number in (0, 1, 11)] == [day(1), day(11), None]


def test_the_last_day_of_the_calendar_has_no_next_look() -> None:
    loan = LoanAging((Instalment(date.max, 1),), (), AgingRules(table(0)))
    assert loan.next_look_on(day(0)) is None
    assert loan.next_look_on(date.max) is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Instalment(day(0), -1), "amount_minor -1: must not be negative"),
        (lambda: Payment(day(0), -1), "amount_minor -1: must not be negative"),
        (lambda: Payment(day(1), 1, day(0)), "reversed_on 2024-01-01: is before the payment on 2024-01-02"),
        (lambda: Tolerance(-1), "amount_minor -1: must not be negative"),
        (lambda: Tolerance(percent=Decimal("100.5")), "percent 100.5: must be from 0 to 100"),
    ],
)
def test_facts_that_cannot_be_are_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidAgingFact, match=message):
        make()
