"""Plans for a loan that was restructured before carry over what its instalments were told to carry."""

from datetime import date
from typing import Any

from schemas.ledger import PaymentChargedBack
from services.ledger.facts import Paid
from tests.dunning.offers.loans import TERMS
from tests.dunning.offers.restructured_loans import CARRIED, charged_loan
from tests.dunning.offers.told_lives import ToldLoan, restructured_event, told_of
from tests.dunning_api.loans import LOAN, opened
from tests.dunning_api.scene import AT, DunningApi
from tests.ledger_api.test_problems import problem_of

PLANS = f"{AT}/loans/{LOAN}/possible-plans"
LATER = date(2025, 1, 5)
PAYMENT = Paid(fact_id="P-later", on=LATER, amount_minor=50_000)


async def second_time(api: DunningApi) -> ToldLoan:
    """A loan whose plan carries interest, a fee and a penalty over; two new instalments are paid in part."""
    loan = charged_loan(CARRIED)
    await api.dunning.tell(opened(TERMS.disbursed_on), restructured_event(loan.life(CARRIED.agreed_on), CARRIED))
    await api.dunning.tell(told_of(loan.life(LATER, PAYMENT), PAYMENT))
    await api.dunning.complete(LATER)
    return loan.after(PAYMENT)


def total_minor(instalments: Any) -> int:
    """All instalments, all components."""
    return sum(sum(one["amounts"].values()) for one in instalments)


async def test_what_would_be_paid_without_a_plan_has_all_that_is_carried_over(api: DunningApi) -> None:
    loan = await second_time(api)
    possible = await api.client.get(PLANS)
    owed_minor = sum(line.outstanding_minor for line in loan.life(LATER).lines)
    assert possible["current_total_cost_minor"] == total_minor(possible["current_instalments"]) == owed_minor


async def test_a_plan_asks_for_the_fees_and_penalties_that_were_carried_over(api: DunningApi) -> None:
    loan = await second_time(api)
    lines = loan.life(LATER).lines
    owed = [sum(line.component_outstanding_minor(kind) for line in lines) for kind in ("fee", "penalty")]
    plan = next(one for one in (await api.client.get(PLANS))["plans"] if one["kind"] == "extend-term")
    asked = [sum(one["amounts"][f"{kind}_minor"] for one in plan["instalments"]) for kind in ("fee", "penalty")]
    assert asked == owed


async def test_a_person_finds_the_plan_once_it_is_not_certain_what_is_carried_over(api: DunningApi) -> None:
    loan = await second_time(api)
    standing = told_of(loan.life(LATER), PAYMENT).standing
    await api.dunning.tell(PaymentChargedBack(
        borrower_id="borrower-1", loan_id=LOAN, currency="CNY", standing=standing, payment_id="P-later",
        chargeback_id="B", amount_minor=100, charged_back_on=LATER,
    ))  # fmt: skip
    problem = problem_of(await api.client.http.get(PLANS), 422, "no-plan")
    assert "carry over is not known" in problem["detail"]
