"""Examples of the events of a loan in trouble, from a second story.

Borrower B-00002 owes 9,000.00 CNY in three instalments and pays none of the first. A late fee and penalty interest come
up; the penalty is waived and the loan restructured to six instalments. The plan breaks, and the loan is written off.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from schemas import dunning, ledger, payments
from schemas.values import ComponentAmounts, EventData, LoanStanding

_ABOUT_LOAN: dict[str, Any] = {"borrower_id": "B-00002", "loan_id": "LC-00002"}
_CURRENCY = "CNY"
_FIRST_DUE_ON = date(2024, 3, 1)
_LATE_ON = date(2024, 3, 5)
_AGREED_ON = date(2024, 3, 20)
_NEW_DUE_ON = date(2024, 4, 20)
_CHARGED_BACK_ON = date(2024, 4, 25)
_GIVEN_UP_ON = date(2024, 10, 20)
_INSTALMENT = ComponentAmounts(interest_minor=9_000, principal_minor=300_000)
_WITH_CHARGES = ComponentAmounts(penalty_minor=600, fee_minor=5_000, interest_minor=9_000, principal_minor=300_000)
_NEW_INSTALMENT = ComponentAmounts(fee_minor=833, interest_minor=10_500, principal_minor=150_000)


def _standing(as_of: date, overdue: ComponentAmounts, oldest_unpaid_due_on: date, next_due_on: date) -> LoanStanding:
    return LoanStanding(
        as_of=as_of,
        principal_outstanding_minor=900_000,
        overdue=overdue,
        oldest_unpaid_due_on=oldest_unpaid_due_on,
        next_due_on=next_due_on,
        next_due=_INSTALMENT,
        credit_minor=0,
        settled=False,
    )


_LATE = _standing(_LATE_ON, _WITH_CHARGES, _FIRST_DUE_ON, date(2024, 4, 1))
_ON_THE_PLAN = _standing(_AGREED_ON, ComponentAmounts(), _NEW_DUE_ON, _NEW_DUE_ON)
_BROKEN = _standing(_GIVEN_UP_ON, _NEW_INSTALMENT, _NEW_DUE_ON, _GIVEN_UP_ON)
_WRITTEN_OFF = _BROKEN.model_copy(update={"written_off": True})

_MOMENTS: tuple[tuple[date, EventData], ...] = (
    (
        _LATE_ON,
        ledger.ChargePosted(
            **_ABOUT_LOAN, currency=_CURRENCY, standing=_LATE, charge_id="late-fee-1", kind="fee", instalment_number=1,
            amount_minor=5_000, capped_minor=0, due_on=date(2024, 3, 2),
        ),
    ),
    (
        _LATE_ON,
        ledger.StandingChanged(
            **_ABOUT_LOAN, currency=_CURRENCY, standing=_LATE, reason="penalty-accrued", business_date=_LATE_ON
        ),
    ),
    (
        _AGREED_ON,
        ledger.ChargeWaived(
            **_ABOUT_LOAN, currency=_CURRENCY, standing=_LATE, waiver_id="W-00001", component="penalty",
            amount_minor=600, waived_on=_AGREED_ON,
        ),
    ),
    (
        _AGREED_ON,
        dunning.RestructureAgreed(
            **_ABOUT_LOAN, restructuring_id="R-00001", agreed_on=_AGREED_ON, number_of_instalments=6,
            first_due_on=_NEW_DUE_ON, penalty="waive", carry_over_instalments=6,
        ),
    ),
    (
        _AGREED_ON,
        ledger.LoanRestructured(
            **_ABOUT_LOAN, currency=_CURRENCY, standing=_ON_THE_PLAN, restructuring_id="R-00001",
            restructured_on=_AGREED_ON,
            instalments=(
                ledger.ScheduledInstalment(instalment_number=4, due_on=_NEW_DUE_ON, amounts=_NEW_INSTALMENT),
            ),
            terms=ledger.ScheduleTerms(
                principal_minor=900_000, currency=_CURRENCY, annual_rate_percent=Decimal(12), method="equal_principal",
                number_of_instalments=6, every_count=1, every_unit="months", day_count="30/360",
                disbursed_on=_AGREED_ON, first_due_on=_NEW_DUE_ON,
            ),
        ),
    ),
    (
        _CHARGED_BACK_ON,
        payments.PaymentChargedBack(
            **_ABOUT_LOAN, payment_id="P-00002", chargeback_id="CB-00001", amount_minor=161_333,
            charged_back_on=_CHARGED_BACK_ON,
        ),
    ),
    (
        _CHARGED_BACK_ON,
        ledger.PaymentChargedBack(
            **_ABOUT_LOAN, currency=_CURRENCY, standing=_BROKEN, payment_id="P-00002", chargeback_id="CB-00001",
            amount_minor=161_333, charged_back_on=_CHARGED_BACK_ON,
        ),
    ),
    (
        _CHARGED_BACK_ON,
        payments.RefundPaid(**_ABOUT_LOAN, refund_id="RF-00001", amount_minor=1_000, paid_on=_CHARGED_BACK_ON),
    ),
    (
        _GIVEN_UP_ON,
        dunning.RestructureUndone(**_ABOUT_LOAN, restructuring_id="R-00001", undone_on=_GIVEN_UP_ON),
    ),
    (
        _GIVEN_UP_ON,
        ledger.LoanWrittenOff(
            **_ABOUT_LOAN, currency=_CURRENCY, standing=_WRITTEN_OFF, written_off_on=_GIVEN_UP_ON, amount_minor=914_600
        ),
    ),
)  # fmt: skip

HARDSHIP_STORY: tuple[tuple[datetime, EventData], ...] = tuple(
    (datetime(day.year, day.month, day.day, 9, tzinfo=UTC), event) for day, event in _MOMENTS
)
