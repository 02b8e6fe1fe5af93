"""Loans as the ledger tells of them: 12,000.00 CNY at 12 percent over twelve months, of which nothing is paid."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from schemas.ledger import (
    LedgerEventData,
    LoanOpened,
    PaymentAllocation,
    PaymentReceived,
    ScheduleTerms,
    StandingChanged,
)
from schemas.values import ComponentAmounts, LoanStanding
from services.dunning.offer_position import loan_terms
from services.schedules.schedule import Instalment, build_schedule

CURRENCY: Final = "CNY"
PRODUCT: Final = "cn-consumer@1"
BORROWER: Final = "borrower-1"
LOAN: Final = "loan-1"


def terms(disbursed_on: date) -> ScheduleTerms:
    """Monthly instalments on the day of the month of disbursal."""
    return ScheduleTerms(
        principal_minor=1_200_000, currency=CURRENCY, annual_rate_percent=Decimal(12), method="equal_instalment",
        number_of_instalments=12, every_count=1, every_unit="months", day_count="30/360", disbursed_on=disbursed_on,
    )  # fmt: skip


def opened(disbursed_on: date, loan_id: str = LOAN, borrower_id: str = BORROWER) -> LedgerEventData:
    """The loan's first event."""
    own = terms(disbursed_on)
    return LoanOpened(
        **_about(own, disbursed_on, loan_id, borrower_id), product=PRODUCT, terms=own,
        maturity_on=_schedule(own)[-1].due_on,
    )  # fmt: skip


def told_again(
    disbursed_on: date, on: date, loan_id: str = LOAN, borrower_id: str = BORROWER, instalments_paid: int = 0
) -> LedgerEventData:
    """How the loan stands on a later day, its first instalments paid."""
    about = _about(terms(disbursed_on), on, loan_id, borrower_id, instalments_paid)
    return StandingChanged(**about, reason="penalty-accrued", business_date=on)


def paid(disbursed_on: date, on: date, instalments: int = 1, loan_id: str = LOAN, borrower_id: str = BORROWER
         ) -> LedgerEventData:  # fmt: skip
    """The first instalments are paid on a day."""
    own = terms(disbursed_on)
    lines = _schedule(own)[:instalments]
    components = _sum(lines).model_dump()
    amount_minor = sum(components.values())
    return PaymentReceived(
        **_about(own, on, loan_id, borrower_id, instalments), payment_id=f"{loan_id}-P", amount_minor=amount_minor,
        value_date=on, allocation=PaymentAllocation(**components, unallocated_minor=0, instalments=()),
    )  # fmt: skip


def _schedule(own: ScheduleTerms) -> tuple[Instalment, ...]:
    return build_schedule(loan_terms(own))


def _about(own: ScheduleTerms, on: date, loan_id: str, borrower_id: str, instalments_paid: int = 0) -> dict[str, Any]:
    unpaid = _schedule(own)[instalments_paid:]
    following = next(line for line in unpaid if line.due_on >= on)
    standing = LoanStanding(
        as_of=on, principal_outstanding_minor=sum(line.principal_minor for line in unpaid),
        overdue=_sum([line for line in unpaid if line.due_on < on]), oldest_unpaid_due_on=unpaid[0].due_on,
        next_due_on=following.due_on, next_due=_sum([following]), credit_minor=0, settled=False,
    )  # fmt: skip
    return {"borrower_id": borrower_id, "loan_id": loan_id, "currency": CURRENCY, "standing": standing}


def _sum(lines: Any) -> ComponentAmounts:
    return ComponentAmounts(
        interest_minor=sum(line.interest_minor for line in lines),
        principal_minor=sum(line.principal_minor for line in lines),
    )
