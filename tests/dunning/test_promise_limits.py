"""Which promises are not taken: in the past, too far ahead, above the debt, or after too many that were broken."""

from collections.abc import Sequence

import pytest

from services.dunning.amounts import NOTHING
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.promises import Judgement, Promise, PromiseRefused, refuse_promise
from services.dunning.ladder.rules import PromiseRules
from tests.dunning.cases import OWED, day, overdue, promise, settled, standing

RULES = PromiseRules(max_days_ahead=30, max_open=1, max_broken=2, broken_within_days=180)
LOAN = overdue()
OPEN = Judgement("open", 0, None)
BROKEN = Judgement("broken", 0, None)
PARTLY_KEPT = Judgement("partly-kept", 1, None)


def refused(
    made: Promise, *loans: LoanFacts, earlier: Sequence[tuple[Promise, Judgement]] = (), on: int = 0
) -> str | None:
    """Why a promise is not taken; None if it is."""
    try:
        refuse_promise(made, earlier, loans or (LOAN,), RULES, day(on))
    except PromiseRefused as refusal:
        return str(refusal)
    return None


def broken_before(*dues: int) -> list[tuple[Promise, Judgement]]:
    return [(promise(due=due, made=due, promise_id=f"p{due}"), BROKEN) for due in dues]


@pytest.mark.parametrize("due", [0, 30])
def test_a_promise_for_today_up_to_the_furthest_day_is_taken(due: int) -> None:
    assert refused(promise(due=due)) is None


def test_a_promise_in_the_past_is_refused() -> None:
    assert refused(promise(due=-1, made=-2)) == "due_on 2024-02-29: is in the past: the business date is 2024-03-01"


def test_a_promise_due_before_it_was_made_is_refused() -> None:
    assert refused(promise(due=1, made=2), on=2) == "due_on 2024-03-02: is in the past: the business date is 2024-03-03"


def test_a_promise_made_after_the_business_date_is_refused() -> None:
    assert refused(promise(due=5, made=1)) == "made_on 2024-03-02: is after the business date 2024-03-01"


def test_a_promise_too_far_ahead_is_refused() -> None:
    assert refused(promise(due=31)) == "due_on 2024-04-01: is more than 30 days ahead"


def test_a_promise_of_the_whole_debt_is_taken_and_one_of_more_is_refused() -> None:
    loan = standing({0: 400, 31: 600}, 1)
    assert refused(promise(1_000, due=5), loan) is None
    assert refused(promise(1_001, due=5), loan) == "amount_minor 1001: is above the debt of 1000"


def test_the_debt_counts_fees_and_interest_due_beside_the_principal() -> None:
    loan = overdue(due=NOTHING, principal_outstanding_minor=OWED.principal_minor)
    assert refused(promise(OWED.total_minor, due=5), loan) is None


def test_a_promise_for_all_loans_may_be_of_the_debt_of_all() -> None:
    loans = (standing({0: 600}, 1), standing({0: 400}, 1, "loan-2"))
    assert refused(promise(1_000, due=5, loan=None), *loans) is None
    assert refused(promise(1_001, due=5, loan=None), *loans) == "amount_minor 1001: is above the debt of 1000"


def test_nothing_can_be_promised_of_a_settled_loan() -> None:
    assert refused(promise(1, due=5), settled()) == "amount_minor 1: is above the debt of 0"


def test_a_promise_for_a_loan_that_is_not_the_borrowers_is_refused() -> None:
    assert refused(promise(due=5, loan="other")) == "loan_id other: is not a loan of the borrower that dunning knows"


def test_a_promise_in_another_currency_is_refused() -> None:
    in_dollars = Promise("promise-1", "loan-1", "USD", 100, day(0), day(5))
    assert refused(in_dollars) == "currency USD: is not the loan's currency CNY"


def test_a_second_promise_is_refused_while_one_is_open() -> None:
    earlier = [(promise(due=3, promise_id="p1"), OPEN)]
    assert refused(promise(due=5, promise_id="p2"), earlier=earlier) == (
        "promise_id p2: 1 open already, the policy allows no more"
    )


def test_as_many_broken_promises_as_the_policy_allows_are_forgiven() -> None:
    assert refused(promise(due=5), earlier=broken_before(-30, -20)) is None


def test_a_promise_after_one_broken_too_many_is_refused() -> None:
    assert refused(promise(due=5), earlier=broken_before(-30, -20, -10)) == (
        "promise_id promise-1: 3 broken since 2023-09-03, the policy allows 2"
    )


def test_promises_broken_long_ago_do_not_count() -> None:
    assert refused(promise(due=5), earlier=broken_before(-200, -20, -10)) is None


def test_promises_partly_kept_do_not_count_as_broken() -> None:
    earlier = [(one, PARTLY_KEPT) for one, _ in broken_before(-40, -30, -20, -10)]
    assert refused(promise(due=5), earlier=earlier) is None
