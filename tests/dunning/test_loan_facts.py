"""What dunning knows of a loan after an event of the ledger; of payments, only those that were not taken back."""

from datetime import date
from typing import Any

from schemas.ledger import (
    LedgerEventData,
    LoanRestructured,
    PaymentAllocation,
    PaymentChargedBack,
    PaymentReceived,
    PaymentReversed,
    StandingChanged,
)
from schemas.values import ComponentAmounts, LoanStanding
from services.dunning.amounts import Amounts
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.told_standing import loan_facts, take_standing
from tests.dunning.cases import BORROWER, day, ladder
from tests.dunning_api.loans import opened

STANDING = LoanStanding(
    as_of=day(5), principal_outstanding_minor=1_000, overdue=ComponentAmounts(interest_minor=5, principal_minor=100),
    oldest_unpaid_due_on=day(0), next_due_on=day(31), next_due=ComponentAmounts(principal_minor=90), credit_minor=0,
    settled=False,
)  # fmt: skip
ABOUT: dict[str, Any] = {"borrower_id": BORROWER, "loan_id": "loan-1", "currency": "CNY", "standing": STANDING}
CHANGED = StandingChanged(**ABOUT, reason="penalty-accrued", business_date=day(5))
NO_COMPONENTS: dict[str, Any] = {"unallocated_minor": 0, "instalments": ()}


def paid(payment_id: str, on: date) -> LedgerEventData:
    allocation = PaymentAllocation(principal_minor=10, **NO_COMPONENTS)
    return PaymentReceived(**ABOUT, payment_id=payment_id, amount_minor=10, value_date=on, allocation=allocation)


def reversed_(payment_id: str) -> LedgerEventData:
    return PaymentReversed(**ABOUT, payment_id=payment_id, amount_minor=10, reversed_on=day(9))


def charged_back(payment_id: str) -> LedgerEventData:
    return PaymentChargedBack(
        **ABOUT, payment_id=payment_id, chargeback_id="chargeback-1", amount_minor=10, charged_back_on=day(9)
    )


def known_after(*told: LedgerEventData) -> LoanFacts:
    known: LoanFacts | None = None
    for number, data in enumerate(told, 1):
        known = loan_facts(data, number, known)
    assert known is not None
    return known


def test_a_loan_is_known_as_the_ledger_tells_its_standing() -> None:
    known = known_after(CHANGED)
    assert (known.as_of, known.oldest_unpaid_due_on, known.next_due_on) == (day(5), day(0), day(31))
    assert (known.overdue, known.next_due_amounts) == (
        Amounts(interest_minor=5, principal_minor=100), Amounts(principal_minor=90)
    )  # fmt: skip


def test_the_product_of_the_first_event_stays_known() -> None:
    first = opened(date(2024, 1, 10))
    assert known_after(first, CHANGED).product == "cn-consumer@1"


def test_a_plan_stays_known_until_it_is_undone() -> None:
    agreed = LoanRestructured(**ABOUT, restructuring_id="plan-1", restructured_on=day(3), instalments=())
    undone = StandingChanged(**ABOUT, reason="restructuring-undone", business_date=day(8))
    assert known_after(agreed, CHANGED).restructuring_id == "plan-1"
    assert known_after(agreed, undone).restructuring_id is None


def test_the_newest_payment_is_the_last() -> None:
    assert known_after(paid("a", day(1)), CHANGED, paid("b", day(4))).last_paid_on == day(4)


def test_a_payment_taken_back_makes_the_one_before_the_last() -> None:
    assert known_after(paid("a", day(1)), paid("b", day(4)), reversed_("b")).last_paid_on == day(1)
    assert known_after(paid("a", day(1)), paid("b", day(4)), charged_back("b")).last_paid_on == day(1)


def test_a_loan_whose_only_payment_was_taken_back_was_never_paid() -> None:
    assert known_after(paid("a", day(1)), reversed_("a")).last_paid_on is None


def test_taking_an_earlier_payment_back_leaves_the_last() -> None:
    assert known_after(paid("a", day(1)), paid("b", day(4)), reversed_("a")).last_paid_on == day(4)


def test_of_payments_that_may_all_have_been_taken_back_none_counts() -> None:
    first_two = (paid("a", day(1)), paid("b", day(4)))
    assert known_after(*first_two, reversed_("a"), reversed_("b")).last_paid_on is None
    assert known_after(*first_two, reversed_("b"), reversed_("a")).last_paid_on is None


def test_a_loan_not_known_before_has_a_memory_in_which_nothing_was_done() -> None:
    case = CaseFile(BORROWER)
    take_standing(case, CHANGED, 4, ladder())
    file = case.loans["loan-1"]
    assert (file.facts.sequence, file.known_on, file.memory.bucket, file.memory.steps) == (4, day(5), "b0", {})
