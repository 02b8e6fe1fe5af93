"""The JSON text of the events that come by the million, written without models: they would cost four times as much.

Only numbers, dates and identifiers go in, and neither a date nor an identifier (see `schemas.values.Identifier`) has a
character that JSON escapes. The text is what the contract's models would write, byte for byte.
"""

from datetime import date

from services.ledger.account import Payment
from services.ledger.allocation import Allocation, AllocationLine
from services.ledger.standing import Amounts, Standing


def payment_received(
    borrower_id: str, loan_id: str, currency: str, standing: Standing, payment: Payment, allocation: Allocation
) -> bytes:
    """The value of a `schemas.ledger.PaymentReceived`."""
    lines = ",".join([_line(line) for line in allocation.lines])
    return (
        f"{_common(borrower_id, loan_id, currency, standing)}"
        f',"payment_id":"{payment.payment_id}","amount_minor":{payment.amount_minor}'
        f',"value_date":"{payment.value_date}","allocation":{{"penalty_minor":{allocation.penalty_minor}'
        f',"fee_minor":{allocation.fee_minor},"interest_minor":{allocation.interest_minor}'
        f',"principal_minor":{allocation.principal_minor},"unallocated_minor":{allocation.unallocated_minor}'
        f',"instalments":[{lines}]}}}}'
    ).encode()


def repayment_due(
    borrower_id: str,
    loan_id: str,
    currency: str,
    standing: Standing,
    number: int,
    due_on: date,
    lacks: Amounts,
    business_date: date,
) -> bytes:
    """The value of a `schemas.ledger.RepaymentDue` for instalment `number`."""
    return (
        f'{_common(borrower_id, loan_id, currency, standing)},"instalment_number":{number},"due_on":"{due_on}"'
        f',"days_ahead":{(due_on - business_date).days},"amounts":{_amounts(lacks)},"business_date":"{business_date}"}}'
    ).encode()


def instalment_overdue(
    borrower_id: str,
    loan_id: str,
    currency: str,
    standing: Standing,
    number: int,
    due_on: date,
    lacks: Amounts,
    business_date: date,
) -> bytes:
    """The value of a `schemas.ledger.InstalmentOverdue` for instalment `number`."""
    return (
        f'{_common(borrower_id, loan_id, currency, standing)},"instalment_number":{number},"due_on":"{due_on}"'
        f',"amounts":{_amounts(lacks)},"days_past_due":{(business_date - due_on).days}'
        f',"business_date":"{business_date}"}}'
    ).encode()


def standing_changed(
    borrower_id: str, loan_id: str, currency: str, standing: Standing, reason: str, business_date: date
) -> bytes:
    """The value of a `schemas.ledger.StandingChanged`."""
    return (
        f'{_common(borrower_id, loan_id, currency, standing)},"reason":"{reason}","business_date":"{business_date}"}}'
    ).encode()


def _common(borrower_id: str, loan_id: str, currency: str, standing: Standing) -> str:
    """What every event about a loan begins with."""
    return (
        f'{{"borrower_id":"{borrower_id}","loan_id":"{loan_id}","currency":"{currency}"'
        f',"standing":{_standing(standing)}'
    )


def _line(line: AllocationLine) -> str:
    return (
        f'{{"penalty_minor":{line.penalty_minor},"fee_minor":{line.fee_minor},"interest_minor":{line.interest_minor}'
        f',"principal_minor":{line.principal_minor},"instalment_number":{line.number}}}'
    )


def _standing(standing: Standing) -> str:
    return (
        f'{{"as_of":"{standing.as_of}","principal_outstanding_minor":{standing.principal_outstanding_minor}'
        f',"overdue":{_amounts(standing.overdue)},"oldest_unpaid_due_on":{_date(standing.oldest_unpaid_due_on)}'
        f',"next_due_on":{_date(standing.next_due_on)},"next_due":{_amounts(standing.next_due)}'
        f',"credit_minor":{standing.credit_minor},"settled":{"true" if standing.settled else "false"}}}'
    )


def _amounts(amounts: Amounts) -> str:
    return (
        f'{{"penalty_minor":{amounts.penalty_minor},"fee_minor":{amounts.fee_minor}'
        f',"interest_minor":{amounts.interest_minor},"principal_minor":{amounts.principal_minor}}}'
    )


def _date(day: date | None) -> str:
    return "null" if day is None else f'"{day}"'
