"""What the ledger tells of a loan, taken into its case. Pure."""

from datetime import date

from schemas.ledger import (
    LedgerEventData,
    LoanOpened,
    LoanRestructured,
    PaymentChargedBack,
    PaymentReceived,
    PaymentReversed,
)
from schemas.values import ComponentAmounts
from services.dunning.amounts import Amounts
from services.dunning.cases.case_file import CaseFile, LoanFile
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_memory import LoanMemory
from services.dunning.ladder.policy import LadderPolicy


def take_standing(case: CaseFile, data: LedgerEventData, sequence: int, policy: LadderPolicy) -> None:
    """Take the ledger's newest standing of a loan; `sequence` is above that of what is known."""
    file = case.loans.get(data.loan_id)
    facts = loan_facts(data, sequence, None if file is None else file.facts)
    if file is None:
        file = LoanFile(facts, LoanMemory.initial(policy), facts.as_of)
        # In the order that the store keeps them in: what is decided must not depend on which was told of first.
        case.loans = dict(sorted({**case.loans, data.loan_id: file}.items()))
    file.facts = facts
    file.known_on = facts.as_of


def loan_facts(data: LedgerEventData, sequence: int, before: LoanFacts | None) -> LoanFacts:
    """The facts of a loan after an event of the ledger, which tells the whole standing; the rest stays known."""
    standing = data.standing
    restructuring = (data.restructuring_id, data.restructured_on) if isinstance(data, LoanRestructured) else (
        (before.restructuring_id, before.restructured_on) if before is not None else (None, None)
    )  # fmt: skip
    if getattr(data, "reason", None) == "restructuring-undone":
        restructuring = (None, None)
    last_paid_on, last_payment_id, paid_before_on = _newest_payment(data, before)
    return LoanFacts(
        loan_id=data.loan_id,
        borrower_id=data.borrower_id,
        currency=data.currency,
        as_of=standing.as_of,
        sequence=sequence,
        oldest_unpaid_due_on=standing.oldest_unpaid_due_on,
        next_due_on=standing.next_due_on,
        overdue=_amounts(standing.overdue),
        next_due_amounts=_amounts(standing.next_due),
        principal_outstanding_minor=standing.principal_outstanding_minor,
        settled=standing.settled,
        written_off=standing.written_off,
        product=data.product if isinstance(data, LoanOpened) else before.product if before is not None else None,
        restructuring_id=restructuring[0],
        restructured_on=restructuring[1],
        last_paid_on=last_paid_on,
        last_payment_id=last_payment_id,
        paid_before_on=paid_before_on,
        opened_on=standing.as_of if isinstance(data, LoanOpened) else before.opened_on if before is not None else None,
    )


def _newest_payment(data: LedgerEventData, before: LoanFacts | None) -> tuple[date | None, str | None, date | None]:
    """The newest payment that stands, its id and the date of the one before, as far as they are known.

    A payment taken back never counts: where it cannot be told from another, neither does.
    """
    paid_on, payment_id, paid_before_on = (None, None, None) if before is None else (
        before.last_paid_on, before.last_payment_id, before.paid_before_on
    )  # fmt: skip
    if isinstance(data, PaymentReceived):
        return data.value_date, data.payment_id, paid_on
    if not isinstance(data, PaymentReversed | PaymentChargedBack):
        return paid_on, payment_id, paid_before_on
    return (paid_before_on, None, None) if payment_id in (None, data.payment_id) else (paid_on, payment_id, None)


def _amounts(amounts: ComponentAmounts) -> Amounts:
    return Amounts(amounts.penalty_minor, amounts.fee_minor, amounts.interest_minor, amounts.principal_minor)
