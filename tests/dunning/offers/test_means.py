"""What a borrower can pay a month."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.dunning.offers.means import (
    BorrowerMeans,
    ObservedPayment,
    ability_in_hardship,
    ability_of,
    usual_payment_minor,
)
from services.dunning.offers.position import InvalidPosition
from tests.dunning.offers.loans import means, policy

AS_OF = date(2024, 10, 20)


def paid(*amounts_minor: int) -> tuple[ObservedPayment, ...]:
    """One payment a month, the last in the month before `AS_OF`."""
    first = 10 - len(amounts_minor)
    return tuple(ObservedPayment(date(2024, first + index, 5), amount) for index, amount in enumerate(amounts_minor))


def test_income_leaves_the_affordable_share_less_other_obligations() -> None:
    ability = ability_of(means(1_000_000, other_obligations_monthly_minor=120_000), policy(), "CNY", AS_OF)
    assert (ability.basis, ability.by_share_minor) == ("income", 380_000)


def test_income_leaves_what_is_not_needed_for_living() -> None:
    ability = ability_of(means(300_000, other_obligations_monthly_minor=20_000), policy(), "CNY", AS_OF)
    assert (ability.by_living_minor, ability.by_share_minor, ability.monthly_minor) == (130_000, 130_000, 130_000)


def test_each_dependant_needs_a_share_of_the_living_amount_more() -> None:
    ability = ability_of(means(1_000_000, number_of_dependants=2), policy(), "CNY", AS_OF)
    assert ability.by_living_minor == 1_000_000 - 2 * 150_000


def test_an_income_below_what_is_needed_leaves_nothing() -> None:
    assert ability_of(means(100_000), policy(), "CNY", AS_OF).monthly_minor == 0


def test_without_income_the_lower_quartile_of_monthly_payments_counts() -> None:
    borrower = BorrowerMeans(observed_payments=paid(400, 100, 300, 200, 500))
    ability = ability_of(borrower, policy(), "CNY", AS_OF)
    assert (ability.basis, ability.monthly_minor) == ("observed-payments", 200)


def test_payments_of_one_month_count_together() -> None:
    twice = (ObservedPayment(date(2024, 9, 1), 70), ObservedPayment(date(2024, 9, 30), 30))
    assert usual_payment_minor(twice, AS_OF) == 100


def test_payments_of_this_month_or_older_than_a_year_do_not_count() -> None:
    outside = (ObservedPayment(date(2024, 10, 1), 70), ObservedPayment(date(2023, 9, 30), 30))
    assert usual_payment_minor(outside, AS_OF) is None


def test_an_income_told_goes_before_payments_observed() -> None:
    borrower = means(1_000_000, observed_payments=paid(100))
    assert ability_of(borrower, policy(), "CNY", AS_OF).basis == "income"


def test_with_nothing_known_there_is_no_ability_to_judge_by() -> None:
    ability = ability_of(means(None), policy(), "CNY", AS_OF)
    assert (ability.basis, ability.monthly_minor) == ("unknown", None)


def test_a_hardship_reduces_the_income_and_what_was_observed() -> None:
    by_income = ability_in_hardship(means(1_000_000), policy(), "CNY", AS_OF, Decimal(30))
    by_payments = ability_in_hardship(BorrowerMeans(observed_payments=paid(1001)), policy(), "CNY", AS_OF, Decimal(50))
    assert (by_income.monthly_minor, by_payments.monthly_minor) == (150_000, 500)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"income_monthly_minor": -1}, "income_monthly_minor -1: must not be below zero"),
        ({"other_obligations_monthly_minor": -1}, "other_obligations_monthly_minor -1: must not be below zero"),
        ({"number_of_dependants": -1}, "number_of_dependants -1: must not be below zero"),
        ({"probability_of_default": Decimal("1.1")}, "probability_of_default 1.1: must be from 0 to 1"),
        (
            {"observed_payments": (ObservedPayment(AS_OF, -5),)},
            "observed_payments[0].amount_minor -5: must not be below zero",
        ),
    ],
)
def test_means_that_cannot_be_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidPosition) as caught:
        BorrowerMeans(**changes)
    assert str(caught.value) == message
