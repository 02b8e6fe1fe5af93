"""The instalments of a restructured loan are kept as long as it is certain what those after the next one lack."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from schemas.ledger import (
    ChargePosted,
    ChargeWaived,
    InstalmentAllocation,
    LedgerEventData,
    LoanRestructured,
    PaymentAllocation,
    PaymentChargedBack,
    PaymentReceived,
    PaymentReversed,
    ScheduledInstalment,
    StandingChanged,
)
from schemas.values import ComponentAmounts, LoanStanding
from services.dunning.amounts import Amounts
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.told_standing import loan_facts
from services.dunning.kept_schedule import (
    NOT_KNOWN,
    leaves_instalments_known,
    restructured_schedule,
)

AGREED_ON, TOLD_ON = date(2024, 3, 1), date(2024, 5, 10)
DUE_DATES = (date(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 1), date(2024, 7, 1))
INSTALMENTS = tuple(
    ScheduledInstalment(
        instalment_number=number, due_on=due_on,
        amounts=ComponentAmounts(penalty_minor=300, fee_minor=0, interest_minor=50, principal_minor=10_000),
    )
    for number, due_on in enumerate(DUE_DATES, start=5)
)  # fmt: skip
EACH = Amounts(penalty_minor=300, interest_minor=50, principal_minor=10_000)
BEFORE = LoanFacts(
    loan_id="loan-1", borrower_id="borrower-1", currency="CNY", as_of=TOLD_ON, sequence=8,
    oldest_unpaid_due_on=DUE_DATES[1], next_due_on=DUE_DATES[2], overdue=EACH, next_due_amounts=EACH,
    principal_outstanding_minor=30_000, restructuring_id="R-1", restructured_on=AGREED_ON,
)  # fmt: skip


def about(overdue: Amounts = EACH) -> dict[str, Any]:
    """The loan, its second new instalment overdue and the third the next."""
    standing = LoanStanding(
        as_of=TOLD_ON, principal_outstanding_minor=30_000, overdue=told(overdue), oldest_unpaid_due_on=DUE_DATES[1],
        next_due_on=DUE_DATES[2], next_due=told(EACH), credit_minor=0, settled=False,
    )  # fmt: skip
    return {"borrower_id": "borrower-1", "loan_id": "loan-1", "currency": "CNY", "standing": standing}


def told(amounts: Amounts) -> ComponentAmounts:
    """The amounts as events carry them."""
    return ComponentAmounts(
        penalty_minor=amounts.penalty_minor, fee_minor=amounts.fee_minor, interest_minor=amounts.interest_minor,
        principal_minor=amounts.principal_minor,
    )  # fmt: skip


def paid(number: int, value_date: date = TOLD_ON, **components: int) -> PaymentReceived:
    """A payment of one instalment."""
    amounts = {f"{name}_minor": 0 for name in ("penalty", "fee", "interest", "principal")} | components
    return PaymentReceived(
        **about(), payment_id="P", amount_minor=sum(components.values()), value_date=value_date,
        allocation=PaymentAllocation(
            **amounts, unallocated_minor=0, instalments=(InstalmentAllocation(instalment_number=number, **amounts),)
        ),
    )  # fmt: skip


def charged(due_on: date) -> ChargePosted:
    """A fee that falls due on a day."""
    return ChargePosted(
        **about(), charge_id="C", kind="fee", instalment_number=7, amount_minor=500, capped_minor=0, due_on=due_on
    )


def waived(component: Any, amount_minor: int, overdue: Amounts = EACH) -> ChargeWaived:
    """A waiver after which so much is overdue."""
    return ChargeWaived(
        **about(overdue), waiver_id="W", component=component, amount_minor=amount_minor, waived_on=TOLD_ON
    )


def changed(reason: Any) -> StandingChanged:
    """A change without an event of its own."""
    return StandingChanged(**about(), reason=reason, business_date=TOLD_ON)


REVERSED = PaymentReversed(**about(), payment_id="P", amount_minor=100, reversed_on=TOLD_ON)
CHARGED_BACK = PaymentChargedBack(
    **about(), payment_id="P", chargeback_id="B", amount_minor=100, charged_back_on=TOLD_ON
)  # fmt: skip


def stay_known(event: LedgerEventData) -> bool:
    """Whether the kept instalments hold after an event."""
    return leaves_instalments_known(event, BEFORE, loan_facts(event, 9, BEFORE), INSTALMENTS)


@pytest.mark.parametrize(
    "event",
    [
        paid(6, interest_minor=50),
        paid(7, penalty_minor=300),
        paid(8, principal_minor=10_000),
        charged(TOLD_ON),
        charged(DUE_DATES[2]),
        waived("penalty", 300, replace(EACH, penalty_minor=0)),
        waived("fee", 500),
        waived("principal", 500),
        changed("penalty-accrued"),
        changed("refund-paid"),
    ],
)
def test_what_the_standing_tells_of_leaves_the_instalments_known(event: LedgerEventData) -> None:
    assert stay_known(event)


@pytest.mark.parametrize(
    "event",
    [
        paid(8, penalty_minor=300),
        paid(8, interest_minor=50),
        paid(7, value_date=AGREED_ON, penalty_minor=300),
        charged(DUE_DATES[3]),
        charged(AGREED_ON),
        waived("penalty", 300),
        waived("interest", 50),
        REVERSED,
        CHARGED_BACK,
        changed("due-date-changed"),
        changed("charge-undone"),
        changed("waiver-undone"),
        changed("restructuring-undone"),
    ],
)
def test_what_may_touch_later_instalments_makes_them_uncertain(event: LedgerEventData) -> None:
    assert not stay_known(event)


def test_a_new_schedule_without_its_terms_is_not_known() -> None:
    event = LoanRestructured(
        **about(), restructuring_id="R-2", restructured_on=TOLD_ON, instalments=INSTALMENTS, terms=None
    )  # fmt: skip
    assert restructured_schedule(event) == NOT_KNOWN
