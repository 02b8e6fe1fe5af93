"""Each rule: a plan just within it, and one that breaks it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.dunning.offers import rules
from services.dunning.offers.means import BorrowerMeans, ObservedPayment
from services.dunning.offers.offer_policy import OfferPolicy
from services.dunning.offers.plan import Candidate, Plan, Shape, plan_for
from services.dunning.offers.rules import SENTENCES, Breach, breaches_of, rejections_of
from services.dunning.offers.situation import Situation
from services.schedules.restructured import RestructureTerms
from tests.dunning.offers.loans import means, policy, position, situation


def plan(found: Situation, *, instalments: int = 15, **terms: Any) -> Plan:
    """All that is owed over so many months from 10 November 2024."""
    agreement = RestructureTerms(
        agreed_on=found.as_of, number_of_instalments=instalments, first_due_on=date(2024, 11, 10), **terms
    )
    return plan_for(Candidate("extend-term", Shape(), agreement), found)


def with_income(income_minor: int, **overrides: Any) -> Situation:
    """A borrower with this income, judged by a policy with changes."""
    return situation(borrower=means(income_minor), rules=policy(**overrides))


def test_the_largest_instalment_stays_within_the_affordable_share() -> None:
    largest_minor = plan(situation()).largest_minor
    enough = with_income(largest_minor * 2, minimum_living_amount_minor=0)
    too_little = with_income(largest_minor * 2 - 1, minimum_living_amount_minor=0)
    assert rules.affordability_share(plan(enough), enough) is None
    assert rules.affordability_share(plan(too_little), too_little) == Breach(
        "affordability-share", largest_minor - 1, largest_minor, "minor"
    )


def test_the_minimum_living_amount_is_left_each_month() -> None:
    largest_minor = plan(situation()).largest_minor
    enough = with_income(largest_minor + 150_000, affordability_share_percent=100)
    too_little = with_income(largest_minor + 149_999, affordability_share_percent=100)
    assert rules.minimum_living_amount(plan(enough), enough) is None
    assert rules.minimum_living_amount(plan(too_little), too_little) == Breach(
        "minimum-living-amount", largest_minor - 1, largest_minor, "minor"
    )


def test_without_income_the_usual_payment_is_the_limit() -> None:
    largest_minor = plan(situation()).largest_minor

    def having_paid(amount_minor: int) -> Situation:
        return situation(borrower=BorrowerMeans(observed_payments=(ObservedPayment(date(2024, 9, 1), amount_minor),)))

    assert rules.observed_payments(plan(situation()), having_paid(largest_minor)) is None
    assert rules.observed_payments(plan(situation()), having_paid(largest_minor - 1)) is not None


def test_with_nothing_known_no_rule_of_means_is_judged() -> None:
    unknown = situation(borrower=means(None))
    assert breaches_of(plan(unknown), unknown) == ()


def test_a_loan_at_the_cap_costs_no_more_than_the_cap() -> None:
    at_cap = situation(position(annual_rate_percent=Decimal(24)))
    above = situation(position(annual_rate_percent=Decimal("24.2")))
    assert rules.cost_cap(plan(at_cap), at_cap) is None
    assert rules.cost_cap(plan(above), above) == Breach("cost-cap", Decimal(24), Decimal("24.2"), "percent")


def test_what_was_owed_before_is_no_cost_of_a_plan() -> None:
    burdened = situation(position(annual_rate_percent=Decimal(24), penalty_minor=90_000, fee_minor=90_000))
    short = plan(burdened, instalments=3)
    assert rules.cost_cap(short, burdened) is None


def test_flat_interest_costs_more_than_its_rate() -> None:
    flat = situation(position(method="flat", annual_rate_percent=Decimal(14)))
    assert rules.cost_cap(plan(flat), flat) is not None


def test_a_year_of_360_days_costs_more_than_its_rate() -> None:
    short_year = situation(position(day_count="ACT/360", annual_rate_percent=Decimal(24)))
    assert rules.cost_cap(plan(short_year), short_year) is not None


def test_without_a_cap_any_cost_is_allowed() -> None:
    uncapped = situation(position(annual_rate_percent=Decimal(60)), rules=policy(cost_cap_percent=None))
    assert rules.cost_cap(plan(uncapped), uncapped) is None


@pytest.mark.parametrize(("months", "breaks"), [(34, False), (33, True)])
def test_the_loan_ends_within_the_longest_term(months: int, breaks: bool) -> None:
    # From 10 January 2024 to 10 November 2026.
    found = situation(rules=policy(maximum_term_months=months))
    assert (rules.maximum_term(plan(found, instalments=25), found) is not None) == breaks


@pytest.mark.parametrize(("months", "breaks"), [(10, False), (9, True)])
def test_the_loan_ends_within_the_longest_extension(months: int, breaks: bool) -> None:
    # From 10 January 2026 to 10 November 2026.
    found = situation(rules=policy(maximum_extension_months=months))
    assert (rules.maximum_extension(plan(found, instalments=25), found) is not None) == breaks


def test_the_lender_gives_up_no_more_than_the_limit() -> None:
    def settling_for(percent: int, rules_: OfferPolicy) -> Breach | None:
        found = situation(rules=rules_)
        settlement_minor = found.owed_minor * percent // 100
        agreement = RestructureTerms(
            agreed_on=found.as_of,
            number_of_instalments=1,
            first_due_on=date(2024, 10, 21),
            annual_rate_percent=Decimal(0),
            settle_for_minor=settlement_minor,
        )
        return rules.loss_limit(plan_for(Candidate("settlement", Shape(), agreement), found), found)

    undiscounted = policy(discount_rate_percent=0, loss_limit_percent=20)
    assert settling_for(81, undiscounted) is None
    breach = settling_for(79, undiscounted)
    assert breach is not None
    assert (breach.limit, round(breach.found)) == (20, 21)
    assert settling_for(81, policy(discount_rate_percent=1000, loss_limit_percent=19)) is not None


def test_an_instalment_is_not_too_small_to_handle() -> None:
    largest_minor = plan(situation()).largest_minor
    exact = situation(rules=policy(minimum_instalment_minor=largest_minor))
    above = situation(rules=policy(minimum_instalment_minor=largest_minor + 1))
    assert rules.minimum_instalment(plan(exact), exact) is None
    assert rules.minimum_instalment(plan(above), above) is not None


def test_no_instalment_need_be_larger_than_what_is_owed() -> None:
    found = situation(rules=policy(minimum_instalment_minor=10**12))
    assert rules.minimum_instalment(plan(found, instalments=1), found) is None


def test_a_kind_is_rejected_once_by_each_rule_with_its_least_breach() -> None:
    near, far = Breach("loss-limit", 30, 31, "percent"), Breach("loss-limit", 30, 40, "percent")
    other = Breach("maximum-term", 60, 61, "months")
    found = rejections_of("settlement", [(far,), (near, other)])
    assert [(one.rule, one.nearest) for one in found] == [("maximum-term", other), ("loss-limit", near)]


def test_every_rule_has_a_sentence() -> None:
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())
    assert rejections_of("settlement", [(Breach("loss-limit", 30, 31, "percent"),)])[0].sentence == (
        "The lender gives up no more in present value than the limit."
    )


def test_a_quarterly_instalment_is_saved_for_in_three_months() -> None:
    quarterly = situation(position(every=(3, "months"), number_of_instalments=8, instalments_paid=2))
    found = plan(quarterly, instalments=6)
    assert found.heaviest_month_minor == -(-found.largest_minor // 3)


def test_breaches_come_with_every_rule_that_is_broken() -> None:
    poor = situation(borrower=means(0), rules=policy(maximum_extension_months=0))
    broken = breaches_of(plan(poor, instalments=25), replace(poor))
    assert [one.rule for one in broken] == ["affordability-share", "minimum-living-amount", "maximum-extension"]
