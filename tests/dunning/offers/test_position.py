"""How a loan stands: from its terms, and what cannot be."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.dunning.amounts import NOTHING, Amounts
from services.dunning.offers.position import InvalidPosition, position_from_terms
from services.schedules.schedule import build_schedule
from tests.dunning.offers.loans import TERMS, position

AS_OF = date(2024, 10, 20)


def test_what_fell_due_and_was_not_paid_is_overdue_if_nothing_else_is_told() -> None:
    told = position(instalments_paid=6)
    paid = Amounts(
        interest_minor=sum(line.interest_minor for line in build_schedule(TERMS)[:6]),
        principal_minor=TERMS.principal_minor - told.principal_outstanding_minor,
    )
    found = position_from_terms(TERMS, AS_OF, paid, None)
    assert found == told


def test_interest_accrues_since_the_last_due_date() -> None:
    # The instalment of 10 November: 10 of its 31 days are over.
    line = position().remaining[0]
    assert (str(line.due_on), position().accrued_interest_minor) == ("2024-11-10", round(line.interest_minor * 10 / 31))


def test_interest_paid_ahead_has_not_to_be_paid_again() -> None:
    schedule_paid = Amounts(interest_minor=10_000_000, principal_minor=0)
    assert position_from_terms(TERMS, date(2024, 1, 20), schedule_paid, NOTHING).accrued_interest_minor == 0


def test_remaining_principal_and_overdue_principal_are_all_that_is_outstanding() -> None:
    found = position()
    remaining_minor = sum(line.principal_minor for line in found.remaining)
    assert remaining_minor + found.overdue.principal_minor == found.principal_outstanding_minor


def test_principal_paid_ahead_is_taken_from_the_end() -> None:
    paid = Amounts(principal_minor=TERMS.principal_minor - 100_000)
    found = position_from_terms(TERMS, date(2024, 1, 20), paid, NOTHING)
    assert [line.principal_minor for line in found.remaining] == [88_976, 11_024]


def test_days_past_due_count_from_the_oldest_instalment_that_is_unpaid() -> None:
    found = position(instalments_paid=6)
    assert (str(found.oldest_unpaid_due_on), found.days_past_due) == ("2024-08-10", 71)


def test_a_loan_in_order_is_not_past_due() -> None:
    found = position(instalments_paid=9)
    assert (found.oldest_unpaid_due_on, found.days_past_due, found.overdue) == (None, 0, NOTHING)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"overdue": Amounts(principal_minor=9_999_999)}, "overdue.principal_minor 9999999: is above the principal"),
        ({"overdue": Amounts(fee_minor=-1)}, "overdue.fee_minor -1: must not be below zero"),
        ({"as_of": date(2024, 1, 9)}, "as_of 2024-01-09: is before disbursal"),
        ({"principal_outstanding_minor": 0, "overdue": NOTHING}, "principal_outstanding_minor 0: is settled"),
        ({"principal_outstanding_minor": 2_400_001}, "principal_outstanding_minor 2400001: is above the principal"),
        ({"accrued_interest_minor": -1}, "accrued_interest_minor -1: must not be below zero"),
        ({"remaining": ()}, "remaining 0: and 286192 overdue are not"),
    ],
)
def test_a_position_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidPosition) as caught:
        replace(position(), **changes)
    assert str(caught.value).startswith(message)


def test_more_cannot_be_overdue_than_has_fallen_due() -> None:
    with pytest.raises(InvalidPosition, match="is more than what has fallen due"):
        position_from_terms(TERMS, date(2024, 2, 20), NOTHING, Amounts(principal_minor=200_000))
