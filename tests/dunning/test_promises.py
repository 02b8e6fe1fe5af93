"""What became of a promise to pay 1,000 by day 10, by what the ledger allocated; one day of grace, 5 % tolerance."""

from dataclasses import replace

import pytest

from services.dunning.cases.promises import AllocatedPayment, Judgement, judge, reminder_from
from services.dunning.ladder.rules import PromiseRules
from tests.dunning.cases import day, payment, promise

RULES = PromiseRules()
PROMISE = promise(1_000, due=10)


def judged(*payments: AllocatedPayment, on: int) -> Judgement:
    return judge(PROMISE, payments, RULES, day(on))


def test_a_promise_is_open_until_the_end_of_grace() -> None:
    assert judged(on=11) == Judgement("open", 0, day(12))


def test_a_promise_of_which_nothing_was_paid_is_broken_after_grace() -> None:
    assert judged(on=12) == Judgement("broken", 0, None)


def test_a_promise_is_kept_as_soon_as_it_was_paid() -> None:
    assert judged(payment(1_000, 3), on=3) == Judgement("kept", 1_000, None)


def test_a_promise_may_be_kept_in_several_payments() -> None:
    assert judged(payment(400, 3), payment(600, 9), on=9).verdict == "kept"


@pytest.mark.parametrize(("paid", "verdict"), [(950, "kept"), (949, "partly-kept"), (1, "partly-kept")])
def test_a_payment_short_by_no_more_than_the_tolerance_keeps_a_promise(paid: int, verdict: str) -> None:
    assert judged(payment(paid, 10), on=12).verdict == verdict


def test_a_payment_within_the_grace_keeps_a_promise_and_one_after_it_does_not() -> None:
    assert judged(payment(1_000, 11), on=30).verdict == "kept"
    assert judged(payment(1_000, 12), on=30).verdict == "broken"


def test_a_payment_from_before_the_promise_does_not_count() -> None:
    assert judged(payment(1_000, -1), on=12) == Judgement("broken", 0, None)


def test_a_payment_on_the_day_of_the_promise_counts() -> None:
    assert judged(payment(1_000, 0), on=0).verdict == "kept"


def test_a_payment_that_comes_to_light_late_counts_by_its_value_date() -> None:
    assert judged(on=12).verdict == "broken"
    assert judged(payment(1_000, 9), on=20).verdict == "kept"


def test_a_payment_valued_later_than_today_does_not_count_yet() -> None:
    assert judged(payment(1_000, 9), on=8).verdict == "open"


def test_a_payment_of_another_loan_or_currency_does_not_count() -> None:
    other_loan = payment(1_000, 5, loan="loan-2")
    other_currency = replace(payment(1_000, 5), currency="USD")
    assert judged(other_loan, other_currency, on=12) == Judgement("broken", 0, None)


def test_a_promise_for_all_loans_counts_the_payments_of_all() -> None:
    for_all = promise(1_000, due=10, loan=None)
    payments = [payment(500, 5), payment(500, 6, loan="loan-2")]
    assert judge(for_all, payments, RULES, day(6)).verdict == "kept"


def test_a_promise_is_reminded_of_the_day_before_but_never_on_the_day_it_was_made() -> None:
    assert reminder_from(PROMISE, RULES) == day(9)
    assert reminder_from(promise(due=0), RULES) == day(1)
    assert reminder_from(promise(due=1), RULES) == day(1)
