"""Builders of positions, means and policies for tests of offers."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, get_args

import yaml
from hypothesis import strategies as st

from schemas.offers import PlanKind
from services.dunning.amounts import Amounts
from services.dunning.offers.means import BorrowerMeans
from services.dunning.offers.offer_policy import (
    OfferPolicy,
    ReliefReason,
    default_policy_text,
    with_overrides,
)
from services.dunning.offers.plan_dates import Every
from services.dunning.offers.position import LoanPosition, position_from_terms
from services.dunning.offers.situation import Situation
from services.schedules.schedule import LoanTerms, Method, build_schedule

TERMS = LoanTerms(
    principal_minor=2_400_000,
    currency="CNY",
    annual_rate_percent=Decimal(12),
    method="equal_instalment",
    number_of_instalments=24,
    every=(1, "months"),
    day_count="30/360",
    disbursed_on=date(2024, 1, 10),
)
"""24,000.00 CNY at 1 % a month over two years: 1,129.76 CNY a month."""


def position(
    *,
    as_of: date = date(2024, 10, 20),
    instalments_paid: int = 6,
    penalty_minor: int = 0,
    fee_minor: int = 0,
    **changes: Any,
) -> LoanPosition:
    """`TERMS` with changes, the first instalments paid and nothing since: by default three instalments are overdue."""
    terms = replace(TERMS, **changes)
    schedule = build_schedule(terms)
    paid = schedule[:instalments_paid]
    overdue = [line for line in schedule[instalments_paid:] if line.due_on < as_of]
    return position_from_terms(
        terms,
        as_of,
        paid=Amounts(
            interest_minor=sum(line.interest_minor for line in paid),
            principal_minor=sum(line.principal_minor for line in paid),
        ),
        overdue=Amounts(
            penalty_minor=penalty_minor,
            fee_minor=fee_minor,
            interest_minor=sum(line.interest_minor for line in overdue),
            principal_minor=sum(line.principal_minor for line in overdue),
        ),
    )


def means(income_monthly_minor: int | None = 1_000_000, **changes: Any) -> BorrowerMeans:
    """A borrower with 10,000.00 a month and no other obligations."""
    return BorrowerMeans(income_monthly_minor=income_monthly_minor, **changes)


def policy(**overrides: Any) -> OfferPolicy:
    """The shipped policy with what a test is about changed."""
    return OfferPolicy.model_validate(with_overrides(yaml.safe_load(default_policy_text()), overrides))


def only(*kinds: PlanKind, **overrides: Any) -> OfferPolicy:
    """A policy that allows these kinds alone."""
    return policy(allowed_kinds=list(kinds), **overrides)


def situation(
    loan: LoanPosition | None = None,
    borrower: BorrowerMeans | None = None,
    relief: ReliefReason = "none",
    rules: OfferPolicy | None = None,
) -> Situation:
    """What plans are judged by; by default the loan, borrower and policy of the other builders."""
    return Situation(loan or position(), borrower or means(), relief, rules or policy())


EVERY: list[Every] = [(1, "months"), (3, "months"), (2, "weeks"), (10, "days")]


@st.composite
def any_position(draw: st.DrawFn) -> LoanPosition:
    """A loan of any method somewhere in its life, with arrears or without."""
    count = draw(st.integers(1, 30))
    terms = LoanTerms(
        principal_minor=draw(st.integers(50_000, 5_000_000)),
        currency="CNY",
        annual_rate_percent=draw(st.decimals(0, 30, places=2)),
        method=draw(st.sampled_from(get_args(Method))),
        number_of_instalments=count,
        every=draw(st.sampled_from(EVERY)),
        day_count=draw(st.sampled_from(["30/360", "ACT/365", "ACT/360", "ACT/ACT"])),
        disbursed_on=draw(st.dates(date(2022, 1, 1), date(2024, 12, 31))),
    )
    schedule = build_schedule(terms)
    days = (schedule[-1].due_on - terms.disbursed_on).days
    as_of = terms.disbursed_on + timedelta(days=draw(st.integers(0, days + 120)))
    fallen_due = sum(line.due_on < as_of for line in schedule)
    paid = schedule[: draw(st.integers(0, min(fallen_due, len(schedule) - 1)))]
    overdue = schedule[len(paid) : fallen_due]
    return position_from_terms(
        terms,
        as_of,
        paid=Amounts(
            interest_minor=sum(line.interest_minor for line in paid),
            principal_minor=sum(line.principal_minor for line in paid),
        ),
        overdue=Amounts(
            penalty_minor=draw(st.integers(0, 20_000)) if overdue else 0,
            fee_minor=draw(st.integers(0, 20_000)) if overdue else 0,
            interest_minor=sum(line.interest_minor for line in overdue),
            principal_minor=sum(line.principal_minor for line in overdue),
        ),
    )


any_income = st.none() | st.integers(0, 3_000_000)
any_relief = st.sampled_from(get_args(ReliefReason))
any_means = st.builds(
    BorrowerMeans,
    income_monthly_minor=any_income,
    other_obligations_monthly_minor=st.integers(0, 200_000),
    number_of_dependants=st.integers(0, 3),
    probability_of_default=st.none() | st.decimals(0, 1, places=3),
)
