"""Which events about loans change something: duplicates are dropped, what breaks a rule is refused. Without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, cast, get_args

from schemas.dunning import InterestResumed, InterestStopped, RestructureAgreed, RestructureUndone
from schemas.payments import PaymentCaptured, PaymentChargedBack, PaymentReversed, RefundPaid
from services.eventing import metrics
from services.eventing.batch import Outcome
from services.eventing.envelope import ReceivedEvent
from services.ledger.account import CurrencyMismatch
from services.ledger.facts import (
    ChargedBack,
    Fact,
    PenaltiesResumed,
    PenaltiesStopped,
    PenaltyDays,
    Refunded,
    Restructured,
)
from services.ledger.loan import Key, Loan
from services.ledger.store import KnownPayment
from services.schedules.restructured import PrincipalPart
from services.schedules.schedule import InvalidTerms

FactEventData = PaymentChargedBack | RefundPaid | RestructureAgreed | InterestStopped | InterestResumed
"""Events that each tell one fact besides payments."""
LoanEventData = PaymentCaptured | PaymentReversed | RestructureUndone | FactEventData
LOAN_EVENTS: Final = get_args(LoanEventData)
LoanEvent = ReceivedEvent[LoanEventData]
KnownFact = tuple[str, Fact]
"""A fact in the record: its loan id, and itself."""


def key_of(data: LoanEventData) -> Key:
    """The loan that an event names."""
    loan_id = data.loan_id
    assert loan_id is not None, "payments that name only the borrower are spread first"
    return data.borrower_id, loan_id


def fact_of(data: FactEventData) -> Fact:
    """The fact that an event tells."""
    match data:
        case PaymentChargedBack():
            return ChargedBack(
                fact_id=data.chargeback_id, on=data.charged_back_on, payment_id=data.payment_id,
                amount_minor=data.amount_minor,
            )  # fmt: skip
        case RefundPaid():
            return Refunded(fact_id=data.refund_id, on=data.paid_on, amount_minor=data.amount_minor)
        case RestructureAgreed():
            return _restructured(data)
        case InterestStopped():
            return PenaltiesStopped(fact_id=data.stop_id, on=data.from_on, to_on=data.to_on)
        case InterestResumed():
            # A stop may be resumed again, on an earlier day; "/" occurs in no id that comes from outside.
            fact_id = f"{data.stop_id}/resumed-on-{data.resumed_on}"
            return PenaltiesResumed(fact_id=fact_id, on=data.resumed_on, stop_id=data.stop_id)


def _restructured(data: RestructureAgreed) -> Restructured:
    every = None if data.every_count is None or data.every_unit is None else (data.every_count, data.every_unit)
    parts = data.principal_parts
    return Restructured(
        fact_id=data.restructuring_id, on=data.agreed_on, number_of_instalments=data.number_of_instalments,
        first_due_on=data.first_due_on, annual_rate_percent=data.annual_rate_percent, every=every,
        interest=data.interest, fee=data.fee, penalty=data.penalty, settle_for_minor=data.settle_for_minor,
        carry_over_instalments=data.carry_over_instalments,
        principal_grace_instalments=data.principal_grace_instalments,
        principal_parts=None if parts is None else tuple(PrincipalPart(p.due_on, p.principal_minor) for p in parts),
    )  # fmt: skip


def fact_ids_of(data: LoanEventData) -> tuple[str, ...]:
    """The ids of the facts, other than payments, that decide whether an event changes something."""
    if type(data) is PaymentCaptured or type(data) is PaymentReversed:
        return ()
    if type(data) is RestructureUndone:
        return (data.restructuring_id,)
    fact = fact_of(cast(FactEventData, data))
    return (fact.fact_id, fact.stop_id) if isinstance(fact, PenaltiesResumed) else (fact.fact_id,)


class Acceptance:
    """Goes through a batch's events in order; `known_payments` and `known_facts` are by (borrower id, id)."""

    def __init__(
        self,
        loans: Mapping[Key, Loan],
        known_payments: dict[Key, KnownPayment],
        known_facts: dict[Key, KnownFact],
        outcome: Outcome,
    ) -> None:
        self._loans = loans
        self._payments = known_payments
        self._facts = known_facts
        self._outcome = outcome

    def accepted(self, events: Sequence[LoanEvent]) -> list[LoanEvent]:
        """The events that change something."""
        return [event for event in events if self._accepts(event)]

    def _accepts(self, event: LoanEvent) -> bool:
        data = event.data
        loan = self._loans.get(key_of(data))
        if loan is None:
            message = f"loan {data.loan_id!r} of borrower {data.borrower_id!r} is not known"
            self._outcome.reject(event, "unknown-loan", "loan_id", data.loan_id, message)
            return False
        # Exact types: asking pydantic's metaclass costs more than all the rest here.
        if type(data) is PaymentCaptured:
            return self._accepts_capture(event, data, loan)
        if type(data) is PaymentReversed:
            return self._accepts_reversal(event, data)
        if type(data) is RestructureUndone:
            return self._accepts_undoing(event, data)
        if type(data) is InterestResumed and not self._knows_stop(event, data):
            return False
        return self._accepts_fact(event, cast(FactEventData, data), loan)

    def _accepts_capture(self, event: LoanEvent, data: PaymentCaptured, loan: Loan) -> bool:
        before = self._payments.get((data.borrower_id, data.payment_id))
        if before is not None:
            self._reject_reuse(event, data, before)
            return False
        if data.currency != loan.account.currency:
            error = CurrencyMismatch("currency", data.currency, loan.account.currency)
            message = f"{data.currency!r} is not the loan's currency {loan.account.currency!r}"
            self._outcome.reject(event, "wrong-currency", error.field, error.value, message)
            return False
        if self._is_before_disbursal(event, "value_date", data.value_date, loan):
            return False
        self._payments[data.borrower_id, data.payment_id] = KnownPayment(
            loan.account.loan_id, data.amount_minor, data.currency, data.value_date, "posted", data.purpose
        )
        return True

    def _accepts_reversal(self, event: LoanEvent, data: PaymentReversed) -> bool:
        key = data.borrower_id, data.payment_id
        before = self._payments.get(key)
        if before is None or before.loan_id != data.loan_id:
            message = f"payment {data.payment_id!r} of loan {data.loan_id!r} is not known"
            self._outcome.reject(event, "unknown-payment", "payment_id", data.payment_id, message)
            return False
        if before.status == "reversed":
            return _is_duplicate(event)
        self._payments[key] = replace(before, status="reversed")
        return True

    def _accepts_undoing(self, event: LoanEvent, data: RestructureUndone) -> bool:
        key = data.borrower_id, data.restructuring_id
        loan_id, before = self._facts.get(key, ("", None))
        if not isinstance(before, Restructured) or loan_id != data.loan_id:
            message = f"restructuring {data.restructuring_id!r} of loan {data.loan_id!r} is not known"
            self._outcome.reject(event, "unknown-restructuring", "restructuring_id", data.restructuring_id, message)
            return False
        if before.is_undone:
            return _is_duplicate(event)
        self._facts[key] = (loan_id, replace(before, is_undone=True))
        return True

    def _knows_stop(self, event: LoanEvent, data: InterestResumed) -> bool:
        loan_id, before = self._facts.get((data.borrower_id, data.stop_id), ("", None))
        if isinstance(before, PenaltiesStopped) and loan_id == data.loan_id:
            return True
        message = f"stop {data.stop_id!r} of loan {data.loan_id!r} is not known"
        self._outcome.reject(event, "unknown-stop", "stop_id", data.stop_id, message)
        return False

    def _accepts_fact(self, event: LoanEvent, data: FactEventData, loan: Loan) -> bool:
        fact = fact_of(data)
        key = data.borrower_id, fact.fact_id
        loan_id, before = self._facts.get(key, ("", None))
        if before is None:
            if not isinstance(fact, PenaltyDays) and self._is_before_disbursal(event, "on", fact.on, loan):
                return False
            if self._contradicts_itself(event, fact):
                return False
            self._facts[key] = (data.loan_id, fact)
            return True
        if loan_id == data.loan_id and replace(before, is_undone=False) == fact:
            return _is_duplicate(event)
        field = "loan_id" if loan_id != data.loan_id else "id"
        message = f"{fact.fact_id!r} is taken by something else: {before}"
        self._outcome.reject(event, "id-reused", field, fact.fact_id, message)
        return False

    def _is_before_disbursal(self, event: LoanEvent, field: str, day: date, loan: Loan) -> bool:
        if day >= loan.disbursed_on:
            return False
        message = f"{day} is before the loan's disbursal on {loan.disbursed_on}"
        self._outcome.reject(event, "before-disbursal", field, day, message)
        return True

    def _contradicts_itself(self, event: LoanEvent, fact: Fact) -> bool:
        """The fields of a new schedule or a stop do not go together, whatever the loan is like."""
        if isinstance(fact, PenaltiesStopped) and fact.to_on is not None and fact.to_on < fact.on:
            message = f"{fact.to_on} is before from_on {fact.on}"
            self._outcome.reject(event, "refused", "to_on", fact.to_on, message)
            return True
        if not isinstance(fact, Restructured):
            return False
        try:
            _ = fact.agreement
        except InvalidTerms as error:
            self._outcome.reject(event, "refused", error.field, error.value, f"{error.value}: {error.reason}")
            return True
        return False

    def _reject_reuse(self, event: LoanEvent, data: PaymentCaptured, before: KnownPayment) -> None:
        for name in ("loan_id", "amount_minor", "currency", "value_date", "purpose"):
            now, was = getattr(data, name), getattr(before, name)
            if now != was:
                message = f"{now} differs from {was} of payment {data.payment_id!r}, which is posted already"
                self._outcome.reject(event, "payment-id-reused", name, now, message)
                return
        _is_duplicate(event)


def _is_duplicate(event: ReceivedEvent[Any]) -> bool:
    metrics.DUPLICATES.labels(event.event_type).inc()
    return False
