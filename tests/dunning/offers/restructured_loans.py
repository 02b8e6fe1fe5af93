"""A loan that was restructured with all that was owed beside its principal carried over."""

from dataclasses import replace
from datetime import date

from services.dunning.offers.plan_dates import months_later
from services.ledger.agreement import Agreement
from services.ledger.facts import Charged, Paid
from services.schedules.restructured import PrincipalPart, RestructureTerms
from services.schedules.schedule import build_schedule
from tests.dunning.offers.loans import TERMS
from tests.dunning.offers.told_lives import ToldLoan, restructured_loan

AGREED_ON = date(2024, 10, 20)
CARRIED = RestructureTerms(
    agreed_on=AGREED_ON, number_of_instalments=12, first_due_on=date(2024, 11, 20), carry_over_instalments=6
)
SEASONAL_MINOR = (0, 300_000, 0, 0, 0, 700_000, 0, 0, 300_000, 0, 0, 1)
IN_PARTS = replace(
    CARRIED,
    principal_parts=tuple(
        PrincipalPart(months_later(CARRIED.first_due_on, months), amount_minor)
        for months, amount_minor in enumerate(SEASONAL_MINOR)
    ),
)
"""Principal in some months only; the last part takes what is left."""


def charged_loan(plan: RestructureTerms, told_on: date | None = None) -> ToldLoan:
    """Six instalments paid and three missed, with a fee and a penalty; all of it went to a plan."""
    paid = [
        Paid(fact_id=f"P-{line.number}", on=line.due_on, amount_minor=line.principal_minor + line.interest_minor)
        for line in build_schedule(TERMS)[:6]
    ]
    charged = [
        Charged(fact_id="C-fee", on=date(2024, 9, 20), kind="fee", amount_minor=12_000, due_on=date(2024, 9, 20)),
        Charged(fact_id="C-pen", on=date(2024, 9, 25), kind="penalty", amount_minor=30_000, due_on=date(2024, 9, 25)),
    ]
    return restructured_loan(Agreement(TERMS), [*paid, *charged], plan, told_on)
