"""The loan account: what the next payment changes on a loan to which nothing but payments has happened.

`apply_payment` takes one payment in the order of value dates and looks only at the instalments the payment can reach.
`life` works out everything anew from all facts; both agree where this one may be used (see `payments.needs_history`).

What is created for every payment is a named tuple: as immutable as a frozen dataclass, at a quarter of its cost.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from services.ledger.allocation import (
    Allocation,
    AllocationOrder,
    OpenInstalment,
    allocate,
)
from services.schedules.schedule import Instalment

Status = Literal["active", "settled", "written_off"]


class AccountError(ValueError):
    """A payment cannot be applied to an account as given."""


class CurrencyMismatch(AccountError):
    """The payment's currency is not the loan's."""

    def __init__(self, field: str, value: str, expected: str) -> None:
        super().__init__(f"{field} is {value}, expected {expected}")
        self.field = field
        self.value = value
        self.expected = expected


class BackdatedPayment(AccountError):
    """The payment counts before one already applied: work out the loan's whole life."""

    def __init__(self, payment_id: str, value_date: date, last_value_date: date) -> None:
        super().__init__(f"payment {payment_id} of {value_date} comes after one of {last_value_date}")
        self.payment_id = payment_id
        self.value_date = value_date
        self.last_value_date = last_value_date


class WindowTooSmall(AccountError):
    """More open instalments exist than were given, and they matter: load the rest and apply again.

    They matter when the payment pays all those given, or when those given end before the business date.
    """

    def __init__(self, loan_id: str, instalments_given: int, last_due_on: date | None) -> None:
        super().__init__(f"loan {loan_id}: {instalments_given} open instalments up to {last_due_on} do not suffice")
        self.loan_id = loan_id
        self.instalments_given = instalments_given
        self.last_due_on = last_due_on


class LoanInstalment(NamedTuple):
    """One instalment with what is scheduled and what is paid, by component, in minor units.

    `paid_on` is the value date of the payment that paid the last of it; None while something is outstanding.
    `is_earned`: its interest is booked as income; what was paid of it before is `interest_in_advance_minor`.
    """

    number: int
    due_on: date
    penalty_minor: int
    fee_minor: int
    interest_minor: int
    principal_minor: int
    penalty_paid_minor: int = 0
    fee_paid_minor: int = 0
    interest_paid_minor: int = 0
    principal_paid_minor: int = 0
    paid_on: date | None = None
    interest_in_advance_minor: int = 0
    is_earned: bool = False

    @property
    def outstanding_minor(self) -> int:
        """All that is scheduled and not yet paid."""
        return (
            self.penalty_minor
            + self.fee_minor
            + self.interest_minor
            + self.principal_minor
            - self.penalty_paid_minor
            - self.fee_paid_minor
            - self.interest_paid_minor
            - self.principal_paid_minor
        )


class LoanAccount(NamedTuple):
    """What the store loads of a loan for a payment.

    `principal_outstanding_minor` is principal not yet paid, due or not; `credit_minor` is what the borrower paid beyond
    what was owed; `last_value_date` is that of the newest payment applied; `sequence` counts changes of the account.
    `open_instalments` are unpaid instalments, ascending by due date, the earliest first and without gaps: all of them,
    or as many as a payment can reach and one more that is not overdue.
    """

    loan_id: str
    borrower_id: str
    currency: str
    status: Status
    principal_outstanding_minor: int
    credit_minor: int
    last_value_date: date | None
    sequence: int
    open_instalments: tuple[LoanInstalment, ...]


class Payment(NamedTuple):
    """Money from the borrower: `amount_minor` is above zero, `value_date` is the day it counts."""

    payment_id: str
    amount_minor: int
    currency: str
    value_date: date


class PaymentApplied(NamedTuple):
    """What a payment did to an account.

    `changed` are the instalments it paid something of, with their new paid amounts. `settled`: nothing is outstanding
    on any instalment.
    """

    allocation: Allocation
    changed: tuple[LoanInstalment, ...]
    principal_outstanding_minor: int
    credit_minor: int
    settled: bool


def apply_payment(
    account: LoanAccount,
    payment: Payment,
    order: AllocationOrder,
    business_date: date,
    more_open: bool = False,
) -> PaymentApplied:
    """Allocate a payment and tell what changes; `more_open` says that unpaid instalments exist beyond those given.

    Raises `CurrencyMismatch`, `BackdatedPayment`, `NotPositive` (amount), `NotAscending` (instalments), and
    `WindowTooSmall` when the instalments beyond those given would matter.
    """
    if payment.currency != account.currency:
        raise CurrencyMismatch("payment.currency", payment.currency, account.currency)
    value_date = payment.value_date
    if account.last_value_date is not None and value_date < account.last_value_date:
        raise BackdatedPayment(payment.payment_id, value_date, account.last_value_date)
    window = account.open_instalments
    allocation = allocate(payment.amount_minor, value_date, _outstanding(window), order)
    changed = _pay(window, allocation, value_date)
    unpaid = _still_unpaid(window, changed)
    if more_open and (not unpaid or unpaid[-1].due_on < business_date):
        raise WindowTooSmall(account.loan_id, len(window), window[-1].due_on if window else None)
    return PaymentApplied(
        allocation,
        changed,
        account.principal_outstanding_minor - allocation.principal_minor,
        account.credit_minor + allocation.unallocated_minor,
        not unpaid,
    )


def advance(account: LoanAccount, payment: Payment, applied: PaymentApplied) -> LoanAccount:
    """The account after `applied`, ready for the next payment; its window lacks what was paid."""
    return LoanAccount(
        account.loan_id,
        account.borrower_id,
        account.currency,
        "settled" if applied.settled else "active",
        applied.principal_outstanding_minor,
        applied.credit_minor,
        payment.value_date,
        account.sequence + 1,
        _still_unpaid(account.open_instalments, applied.changed),
    )


def unpaid_instalments(schedule: Iterable[Instalment]) -> tuple[LoanInstalment, ...]:
    """The instalments of a new loan: nothing paid, no charges."""
    return tuple(
        [
            LoanInstalment(number, due_on, 0, 0, interest_minor, principal_minor)
            for number, due_on, principal_minor, interest_minor in schedule
        ]
    )


def _outstanding(instalments: Iterable[LoanInstalment]) -> Iterator[OpenInstalment]:
    """What each instalment lacks, worked out only when asked for."""
    for instalment in instalments:
        yield OpenInstalment(
            instalment.number,
            instalment.due_on,
            instalment.penalty_minor - instalment.penalty_paid_minor,
            instalment.fee_minor - instalment.fee_paid_minor,
            instalment.interest_minor - instalment.interest_paid_minor,
            instalment.principal_minor - instalment.principal_paid_minor,
        )


def _pay(instalments: Sequence[LoanInstalment], allocation: Allocation, value_date: date) -> tuple[LoanInstalment, ...]:
    """The instalments that `allocation` paid something of, with their new paid amounts."""
    changed = []
    position = 0
    for line in allocation.lines:
        position = _position(instalments, line.number, position)
        instalment = instalments[position]
        penalty_paid_minor = instalment.penalty_paid_minor + line.penalty_minor
        fee_paid_minor = instalment.fee_paid_minor + line.fee_minor
        interest_paid_minor = instalment.interest_paid_minor + line.interest_minor
        principal_paid_minor = instalment.principal_paid_minor + line.principal_minor
        # No component is ever paid beyond its amount, so all four are equal exactly when all is paid.
        is_paid = (
            principal_paid_minor == instalment.principal_minor
            and interest_paid_minor == instalment.interest_minor
            and fee_paid_minor == instalment.fee_minor
            and penalty_paid_minor == instalment.penalty_minor
        )
        changed.append(
            LoanInstalment(
                instalment.number,
                instalment.due_on,
                instalment.penalty_minor,
                instalment.fee_minor,
                instalment.interest_minor,
                instalment.principal_minor,
                penalty_paid_minor,
                fee_paid_minor,
                interest_paid_minor,
                principal_paid_minor,
                value_date if is_paid else None,
                instalment.interest_in_advance_minor + (line.interest_minor if instalment.due_on > value_date else 0),
                instalment.is_earned,
            )
        )
    return tuple(changed)


def _position(instalments: Sequence[LoanInstalment], number: int, start: int) -> int:
    """Where instalment `number` stands, looking from `start` on."""
    while instalments[start].number != number:
        start += 1
    return start


def _still_unpaid(
    window: tuple[LoanInstalment, ...], changed: tuple[LoanInstalment, ...]
) -> tuple[LoanInstalment, ...]:
    """The instalments of `window` with something outstanding, given those of them that a payment changed.

    Payment goes strictly from the first to the last, so only the last one changed can still lack something, and all
    before it are paid.
    """
    if not changed:
        rest = window
    else:
        last = changed[-1]
        rest = window[_position(window, last.number, 0) + 1 :]
        if last.paid_on is None:
            return (last, *rest)
    first_unpaid = 0
    while first_unpaid < len(rest) and not rest[first_unpaid].outstanding_minor:
        first_unpaid += 1
    return rest[first_unpaid:]
