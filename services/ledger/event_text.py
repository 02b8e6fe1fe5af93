"""The JSON text of the events that come by the million, written without models: they would cost four times as much.

Only numbers, dates and identifiers go in, and neither a date nor an identifier (see `schemas.values.Identifier`) has a
character that JSON escapes; nor has a product's reference, or a
country that the holiday calendar knows. The text is what the contract's models would write, byte for byte.
"""

from datetime import date

from services.ledger.account import Payment
from services.ledger.allocation import Allocation, AllocationLine
from services.ledger.standing import Amounts, Standing
from services.schedules.schedule import LoanTerms


def loan_opened(
    borrower_id: str,
    loan_id: str,
    currency: str,
    standing: Standing,
    product: str | None,
    terms: LoanTerms,
    maturity_on: date,
) -> bytes:
    """The value of a `schemas.ledger.LoanOpened`."""
    return (
        f'{_common(borrower_id, loan_id, currency, standing)},"product":{_quoted(product)},"terms":{_terms(terms)}'
        f',"maturity_on":"{maturity_on}"}}'
    ).encode()


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
        f',"overdue":{_amounts(standing.overdue)},"oldest_unpaid_due_on":{_quoted(standing.oldest_unpaid_due_on)}'
        f',"next_due_on":{_quoted(standing.next_due_on)},"next_due":{_amounts(standing.next_due)}'
        f',"credit_minor":{standing.credit_minor},"settled":{_bool(standing.settled)}'
        f',"written_off":{_bool(standing.written_off)}}}'
    )


def _terms(terms: LoanTerms) -> str:
    """A `schemas.ledger.ScheduleTerms`."""
    length, unit = terms.every
    day = terms.due_day_of_month
    return (
        f'{{"principal_minor":{terms.principal_minor},"currency":"{terms.currency}"'
        f',"annual_rate_percent":"{terms.annual_rate_percent:f}","method":"{terms.method}"'
        f',"number_of_instalments":{terms.number_of_instalments},"every_count":{length},"every_unit":"{unit}"'
        f',"day_count":"{terms.day_count}","disbursed_on":"{terms.disbursed_on}"'
        f',"first_due_on":{_quoted(terms.first_due_on)},"due_day_of_month":{"null" if day is None else day}'
        f',"minimum_days_to_first_due":{terms.minimum_days_to_first_due}'
        f',"keeps_month_end":{_bool(terms.keeps_month_end)},"country":{_quoted(terms.country)}'
        f',"subdivision":{_quoted(terms.subdivision)},"non_working_days":"{terms.non_working_days}"'
        f',"interest_on_adjusted_dates":{_bool(terms.interest_on_adjusted_dates)}'
        f',"principal_grace_instalments":{terms.principal_grace_instalments}'
        f',"interest_grace_instalments":{terms.interest_grace_instalments}'
        f',"interest_grace":"{terms.interest_grace}","rounding_mode":"{terms.rounding_mode}"'
        f',"rounding_unit_minor":{terms.rounding_unit_minor},"balloon_minor":{terms.balloon_minor}'
        f',"down_payment_minor":{terms.down_payment_minor}}}'
    )


def _amounts(amounts: Amounts) -> str:
    return (
        f'{{"penalty_minor":{amounts.penalty_minor},"fee_minor":{amounts.fee_minor}'
        f',"interest_minor":{amounts.interest_minor},"principal_minor":{amounts.principal_minor}}}'
    )


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _quoted(value: date | str | None) -> str:
    return "null" if value is None else f'"{value}"'
