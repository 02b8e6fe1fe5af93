"""What plans are worth to the lender, and how heavy they are for the borrower."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dunning.offers.plan import Candidate, Plan, Shape, plan_for
from services.dunning.offers.situation import Situation
from services.dunning.offers.valuation import kept_probability, present_value_of, strain_of, valued
from services.schedules.restructured import RestructureTerms
from tests.dunning.offers.loans import means, policy, position, situation


def plan(found: Situation, *, instalments: int = 15, first_due_on: date = date(2024, 11, 10)) -> Plan:
    """All that is owed over so many months."""
    agreement = RestructureTerms(agreed_on=found.as_of, number_of_instalments=instalments, first_due_on=first_due_on)
    return plan_for(Candidate("extend-term", Shape(), agreement), found)


def test_present_value_is_compounded_by_days() -> None:
    found = situation(rules=policy(discount_rate_percent=10))
    one = plan(found, instalments=1, first_due_on=date(2025, 10, 20))
    assert present_value_of(one, found) == pytest.approx(Decimal(one.total_minor) / Decimal("1.1"))


def test_strain_is_the_largest_instalment_as_a_share_of_what_can_be_paid() -> None:
    found = situation(borrower=means(1_000_000))
    assert strain_of(plan(found), found) == Decimal(plan(found).largest_minor) / 500_000


def test_strain_in_a_hardship_goes_by_the_income_expected_then() -> None:
    found = situation(borrower=means(1_000_000), relief="job-loss")
    after_the_hardship = plan(found, first_due_on=date(2025, 5, 10))
    early = [line.total_minor for line in plan(found).instalments if line.due_on < date(2025, 4, 20)]
    # 30 % of the income, half of which can go into instalments.
    assert strain_of(plan(found), found) == Decimal(max(early)) / 150_000
    assert strain_of(after_the_hardship, found) == Decimal(after_the_hardship.largest_minor) / 500_000


def test_strain_is_never_above_two() -> None:
    found = situation(borrower=means(0))
    assert strain_of(plan(found), found) == 2


def test_with_nothing_known_the_instalment_agreed_is_the_measure() -> None:
    found = situation(borrower=means(None))
    assert strain_of(plan(found), found) == Decimal(plan(found).largest_minor) / 112_985


def test_a_plan_that_is_surely_broken_is_worth_what_is_recovered_without_it() -> None:
    found = situation(borrower=means(probability_of_default=Decimal(1)))
    assert valued(plan(found), found).lender_value_minor == round(found.value_without_plan_minor)


def test_a_plan_that_is_surely_kept_is_worth_its_present_value() -> None:
    sure = policy(keeping={"strain_percent": 0, "yearly_attrition_percent": 0})
    found = situation(borrower=means(probability_of_default=Decimal(0)), rules=sure)
    value = valued(plan(found), found)
    assert value.kept == 1
    assert value.lender_value_minor == value.present_value_minor


def test_a_risk_band_stands_for_its_probability() -> None:
    assert situation(borrower=means(risk_band="very-high")).probability_of_default == Decimal("0.7")
    assert situation().probability_of_default == Decimal("0.25")


def test_recovery_goes_by_the_days_past_due() -> None:
    fresh, late = situation(position(instalments_paid=9)), situation(position())
    assert [fresh.recovery.percent, late.recovery.percent] == [80, 45]


@given(st.decimals(0, 2, places=3), st.decimals(0, 2, places=3), st.integers(0, 120), st.integers(0, 120))
def test_keeping_is_likelier_the_lighter_and_shorter_a_plan_is(
    strain: Decimal, other: Decimal, months: int, more: int
) -> None:
    found = situation()
    light, heavy = sorted((strain, other))
    assert 0 <= kept_probability(found, heavy, months) <= kept_probability(found, light, months) <= 1
    assert kept_probability(found, light, months + more) <= kept_probability(found, light, months)


@given(st.integers(0, 2_000_000), st.integers(0, 2_000_000))
def test_more_income_makes_a_plan_lighter_and_worth_more(income: int, other: int) -> None:
    less, more = sorted((income, other))
    poor, rich = situation(borrower=means(less)), situation(borrower=means(more))
    value_poor, value_rich = valued(plan(poor), poor), valued(plan(rich), rich)
    assert value_rich.burden <= value_poor.burden
    assert value_rich.lender_value_minor >= value_poor.lender_value_minor


@given(st.integers(1, 60), st.integers(0, 3_000_000))
def test_burden_is_a_share(instalments: int, income: int) -> None:
    found = situation(borrower=means(income))
    assert 0 <= valued(plan(found, instalments=instalments), found).burden <= 1


def test_a_longer_plan_is_a_heavier_burden() -> None:
    found = situation(
        rules=policy(burden={"heaviest_month_percent": 0, "extra_cost_percent": 0, "length_percent": 100})
    )
    # From 20 October 2024 it is 15 months to the end agreed, and 36 more to the latest allowed.
    assert valued(plan(found, instalments=15), found).burden == Decimal("0.2941")


def test_waiving_is_no_negative_cost() -> None:
    found = situation(
        rules=policy(burden={"heaviest_month_percent": 0, "extra_cost_percent": 100, "length_percent": 0})
    )
    short = plan(found, instalments=1)
    assert short.total_minor < found.position.total_as_agreed_minor
    assert valued(short, replace(found)).burden == 0
