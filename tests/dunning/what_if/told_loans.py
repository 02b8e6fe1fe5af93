"""Loans of a small ledger that tells dunning of them: equal monthly instalments, paid from the oldest on."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from schemas.ledger import (
    LedgerEventData,
    LoanOpened,
    LoanRestructured,
    LoanWrittenOff,
    PaymentAllocation,
    PaymentChargedBack,
    PaymentReceived,
    PaymentReversed,
    ScheduledInstalment,
    ScheduleTerms,
    StandingChanged,
)
from schemas.values import ComponentAmounts, LoanStanding

CURRENCY: Final = "CNY"
INSTALMENT_MINOR: Final = 10_000


@dataclass(slots=True)
class ToldPayment:
    """A payment, and how much of what was allocated of it still stands."""

    payment_id: str
    standing_minor: int


@dataclass(slots=True)
class ToldLoan:
    """A loan as a ledger keeps it: each method is something that happens to it on a day, and returns the event."""

    borrower_id: str
    loan_id: str
    due_on: list[date]
    product: str | None = None
    payments: list[ToldPayment] = field(default_factory=list)
    sequence: int = 0
    written_off: bool = False

    def opens(self, on: date) -> LedgerEventData:
        terms = ScheduleTerms(
            principal_minor=INSTALMENT_MINOR * len(self.due_on), currency=CURRENCY, annual_rate_percent=Decimal(0),
            method="equal_principal", number_of_instalments=len(self.due_on), every_count=30, every_unit="days",
            day_count="ACT/365", disbursed_on=on, first_due_on=self.due_on[0],
        )  # fmt: skip
        return LoanOpened(**self._told(on), product=self.product, terms=terms, maturity_on=self.due_on[-1])

    def pays(self, on: date, amount_minor: int, value_on: date | None = None) -> LedgerEventData:
        allocated = min(amount_minor, self._lacking_minor())
        payment_id = f"{self.loan_id}-P{len(self.payments)}"
        self.payments.append(ToldPayment(payment_id, allocated))
        allocation = PaymentAllocation(
            principal_minor=allocated, unallocated_minor=amount_minor - allocated, instalments=()
        )
        return PaymentReceived(
            **self._told(on), payment_id=payment_id, amount_minor=amount_minor, value_date=value_on or on,
            allocation=allocation,
        )  # fmt: skip

    def takes_back(self, on: date, number: int, amount_minor: int | None = None) -> LedgerEventData | None:
        """A payment is reversed, or part of it charged back; None when nothing of it stands."""
        payment = self.payments[number % len(self.payments)] if self.payments else None
        if payment is None or payment.standing_minor == 0:
            return None
        if amount_minor is None:
            taken, payment.standing_minor = payment.standing_minor, 0
            return PaymentReversed(**self._told(on), payment_id=payment.payment_id, amount_minor=taken, reversed_on=on)
        taken = min(amount_minor, payment.standing_minor)
        payment.standing_minor -= taken
        return PaymentChargedBack(
            **self._told(on), payment_id=payment.payment_id, chargeback_id=f"C-{self.sequence}",
            amount_minor=taken, charged_back_on=on,
        )  # fmt: skip

    def is_restructured(self, on: date, days_to_first_due: int) -> LedgerEventData:
        """What is lacking falls due anew, over as many instalments as were open."""
        lacking, first = self._lacking_minor(), on + timedelta(days=days_to_first_due)
        number = max(1, -(-lacking // INSTALMENT_MINOR))
        self.due_on = [*[date(2000, 1, 1)] * (len(self.due_on) - number), *_monthly(first, number)]
        instalments = tuple(
            ScheduledInstalment(instalment_number=index + 1, due_on=due_on, amounts=ComponentAmounts(principal_minor=1))
            for index, due_on in enumerate(self.due_on[-number:])
        )
        return LoanRestructured(
            **self._told(on), restructuring_id=f"{self.loan_id}-R{self.sequence}", restructured_on=on,
            instalments=instalments,
        )  # fmt: skip

    def is_written_off(self, on: date) -> LedgerEventData:
        self.written_off = True
        return LoanWrittenOff(**self._told(on), written_off_on=on, amount_minor=self._lacking_minor())

    def is_told_again(self, on: date) -> LedgerEventData:
        return StandingChanged(**self._told(on), reason="penalty-accrued", business_date=on)

    def standing(self, on: date) -> LoanStanding:
        unpaid = self._unpaid()
        overdue = sum(lacking for due_on, lacking in unpaid if due_on < on)
        following = next(((due_on, lacking) for due_on, lacking in unpaid if due_on >= on), None)
        return LoanStanding(
            as_of=on, principal_outstanding_minor=self._lacking_minor(),
            overdue=ComponentAmounts(principal_minor=overdue),
            oldest_unpaid_due_on=unpaid[0][0] if unpaid else None,
            next_due_on=None if following is None else following[0],
            next_due=ComponentAmounts(principal_minor=0 if following is None else following[1]),
            credit_minor=0, settled=not unpaid, written_off=self.written_off,
        )  # fmt: skip

    def _told(self, on: date) -> dict[str, Any]:
        self.sequence += 1
        return {
            "borrower_id": self.borrower_id, "loan_id": self.loan_id, "currency": CURRENCY,
            "standing": self.standing(on),
        }  # fmt: skip

    def _lacking_minor(self) -> int:
        return INSTALMENT_MINOR * len(self.due_on) - sum(payment.standing_minor for payment in self.payments)

    def _unpaid(self) -> list[tuple[date, int]]:
        paid = sum(payment.standing_minor for payment in self.payments)
        unpaid = []
        for due_on in self.due_on:
            lacking = INSTALMENT_MINOR - min(paid, INSTALMENT_MINOR)
            paid -= min(paid, INSTALMENT_MINOR)
            if lacking:
                unpaid.append((due_on, lacking))
        return unpaid


def told_loan(borrower_id: str, loan_id: str, first_due_on: date, instalments: int = 3, **others: Any) -> ToldLoan:
    """A loan with an instalment of `INSTALMENT_MINOR` every 30 days."""
    return ToldLoan(borrower_id, loan_id, _monthly(first_due_on, instalments), **others)


def _monthly(first: date, number: int) -> list[date]:
    return [first + timedelta(days=30 * index) for index in range(number)]
