"""A schedule whose due dates and principal are given, part by part; interest follows the balance. Pure.

A hand-made plan: a payment holiday with little instalments after it, seasonal instalments, an instalment moved to
the day wages come. The due dates are taken as they are: none moves off a non-working day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.schedules.amortisation import Part, Plan, given_principal
from services.schedules.due_dates import Periods
from services.schedules.schedule import Instalment, plan_over
from services.schedules.terms import LoanTerms


@dataclass(frozen=True, slots=True)
class PrincipalPart:
    """How much principal falls due on a day, in minor units; zero for an instalment of interest only."""

    due_on: date
    principal_minor: int


def build_given_schedule(terms: LoanTerms, parts: Sequence[PrincipalPart]) -> tuple[Instalment, ...]:
    """One instalment for each part, which ascend by due date from after `terms.disbursed_on`.

    Principal falls due as given, as far as there is any; the last takes what is left of `terms.principal_minor`. The
    interest of each is the terms' rate by their day count on the principal outstanding since the due date before (the
    first: since `terms.disbursed_on`), rounded by their rounding mode. Under 30/360 each period counts by 30E/360. The
    terms' method, number and length of periods, grace, balloon and down payment play no part.
    """
    plan = given_plan(terms, [part.due_on for part in parts])
    amounts: list[Part] = given_principal(plan, [part.principal_minor for part in parts])
    return tuple(
        [
            Instalment(number, part.due_on, principal_minor, interest_minor)
            for number, (part, (principal_minor, interest_minor)) in enumerate(zip(parts, amounts, strict=True), 1)
        ]
    )


def given_plan(terms: LoanTerms, due_dates: Sequence[date]) -> Plan:
    """What is spread over periods that end on these days, from `terms.disbursed_on` on, without grace."""
    ends = list(due_dates)
    plain = replace(
        terms, principal_grace_instalments=0, interest_grace_instalments=0, balloon_minor=0, down_payment_minor=0
    )
    return plan_over(plain, Periods(terms.disbursed_on, ends, ends, frozenset(range(len(ends)))))
