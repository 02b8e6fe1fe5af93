"""A borrower over all their loans: what they owe, and whether it is too much for their income."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.ladder.rules import OverBorrowing


@dataclass(frozen=True, slots=True)
class Finances:
    """What is known of a borrower's means; amounts in minor units of `currency`, a month."""

    currency: str
    as_of: date
    income_monthly_minor: int | None
    other_obligations_monthly_minor: int
    number_of_lenders: int | None
    number_of_dependants: int | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a borrower owes over all loans, by currency, and how their instalments compare with their income.

    `instalments_to_income_percent` compares the next instalment of each loan, and other obligations, with the monthly
    income; None where the income is not known.
    """

    principal_minor_by_currency: tuple[tuple[str, int], ...]
    overdue_minor_by_currency: tuple[tuple[str, int], ...]
    instalments_to_income_percent: int | None
    number_of_lenders: int | None
    is_over_borrowed: bool


def exposure_of(loans: Sequence[LoanFacts], finances: Finances | None, rule: OverBorrowing) -> Exposure:
    """The exposure of a borrower."""
    principal: dict[str, int] = {}
    overdue: dict[str, int] = {}
    for loan in loans:
        principal[loan.currency] = principal.get(loan.currency, 0) + loan.principal_outstanding_minor
        overdue[loan.currency] = overdue.get(loan.currency, 0) + loan.overdue.total_minor
    percent = None if finances is None else _instalments_percent(loans, finances)
    lenders = None if finances is None else finances.number_of_lenders
    return Exposure(
        tuple(sorted(principal.items())),
        tuple(sorted(overdue.items())),
        percent,
        lenders,
        (percent is not None and percent >= rule.instalments_to_income_percent)
        or (lenders is not None and lenders >= rule.number_of_lenders),
    )


def _instalments_percent(loans: Sequence[LoanFacts], finances: Finances) -> int | None:
    if not finances.income_monthly_minor:
        return None
    instalments = sum(
        loan.next_due_amounts.total_minor for loan in loans if loan.currency == finances.currency and not loan.settled
    )
    return (instalments + finances.other_obligations_monthly_minor) * 100 // finances.income_monthly_minor
