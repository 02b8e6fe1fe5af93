"""The ledger's reaction to loans disbursed, payments captured and reversed, and business dates opened."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import cast

from schemas.calendar import BusinessDateOpened
from schemas.lending import LoanDisbursed
from schemas.payments import PaymentCaptured, PaymentEventData, PaymentReversed
from schemas.values import EventData
from services.eventing import metrics
from services.eventing import store as eventing_store
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent, of_types
from services.ledger import store
from services.ledger.account import CurrencyMismatch, Payment, WindowTooSmall
from services.ledger.disbursals import open_loan
from services.ledger.loan import Key, Loan
from services.ledger.money import UnknownCurrency
from services.ledger.payments import Bookings, LoanHistory, post_payment, reverse_payment, rework_payment
from services.ledger.schedule import InvalidTerms
from services.ledger.settings import LedgerSettings
from services.ledger.store import KnownPayment

PaymentEvent = ReceivedEvent[PaymentCaptured] | ReceivedEvent[PaymentReversed]
CLOCK_PARTITION = -1


class LedgerHandler:
    """One batch: read the loans concerned, decide in memory, write with a fixed number of statements."""

    def __init__(self, calendar_id: str, settings: LedgerSettings) -> None:
        self._calendar_id = calendar_id
        self._settings = settings

    async def __call__(self, connection: Connection, events: Sequence[ReceivedEvent[EventData]]) -> Outcome:
        """Handle each kind of event that the batch has."""
        outcome = Outcome()
        for opened in of_types(events, BusinessDateOpened):
            await eventing_store.open_business_date(
                connection, opened.data.calendar_id, CLOCK_PARTITION, opened.data.business_date
            )
        if disbursals := of_types(events, LoanDisbursed):
            await self._open_loans(connection, disbursals, outcome)
        if payments := of_types(events, PaymentEventData):
            await self._book_payments(connection, cast(list[PaymentEvent], payments), outcome)
        return outcome

    async def _open_loans(
        self, connection: Connection, events: Sequence[ReceivedEvent[LoanDisbursed]], outcome: Outcome
    ) -> None:
        known = await store.known_terms(connection, [(e.data.borrower_id, e.data.loan_id) for e in events])
        new: dict[Key, store.NewLoan] = {}
        bookings = []
        for event in events:
            key = (event.data.borrower_id, event.data.loan_id)
            if key in known:
                _reject_other_terms(event, known[key], outcome)
                continue
            try:
                loan, booking = open_loan(event.data, self._settings.announce_days)
            except InvalidTerms as error:
                outcome.reject(event, "invalid-terms", error.field, error.value, str(error))
                continue
            except UnknownCurrency as error:
                outcome.reject(event, "invalid-terms", "currency", event.data.currency, str(error))
                continue
            new[key] = loan
            known[key] = loan.terms_json
            bookings.append(booking)
        if new:
            await store.insert_loans(connection, list(new.values()))
            await store.write_journal(connection, bookings)

    async def _book_payments(self, connection: Connection, events: Sequence[PaymentEvent], outcome: Outcome) -> None:
        business_date = await eventing_store.business_date_of(connection, self._calendar_id, 1)
        loans = await store.load_loans(connection, {(e.data.borrower_id, e.data.loan_id) for e in events})
        known = await store.known_payments(connection, [(e.data.borrower_id, e.data.payment_id) for e in events])
        accepted = _accept(events, loans, known, outcome)
        if not accepted:
            return
        slow = _out_of_order(accepted, loans)
        windows = _windows(accepted, loans, slow, business_date)
        await store.load_windows(connection, windows)
        histories = await store.load_histories(connection, slow) if slow else {}
        try:
            bookings = _book(accepted, loans, histories, business_date)
        except WindowTooSmall:
            whole = {(e.data.borrower_id, e.data.loan_id) for e in accepted}
            loans = await store.load_loans(connection, whole)
            await store.load_windows(connection, [(loan, loan.number_of_instalments) for loan in loans.values()])
            histories = await store.load_histories(connection, slow) if slow else {}
            bookings = _book(accepted, loans, histories, business_date)
        await _write(
            connection, bookings, [loans[key] for key in {(e.data.borrower_id, e.data.loan_id) for e in accepted}]
        )
        outcome.emitted += bookings.emitted


def _reject_other_terms(event: ReceivedEvent[LoanDisbursed], known: str, outcome: Outcome) -> None:
    """The same loan again is a duplicate; with other terms it is an error."""
    before = json.loads(known)
    now = json.loads(store.terms_text(event.data.model_dump(mode="json")))
    for name, value in now.items():
        if before.get(name) != value:
            message = f"{value!r} differs from {before.get(name)!r} of loan {event.data.loan_id}, which is open already"
            outcome.reject(event, "loan-id-reused", name, value, message)
            return
    metrics.DUPLICATES.labels(event.event_type).inc()


def _accept(
    events: Sequence[PaymentEvent], loans: dict[Key, Loan], known: dict[Key, KnownPayment], outcome: Outcome
) -> list[PaymentEvent]:
    """The events that change something, in order; duplicates are dropped, what breaks a rule is rejected."""
    accepted: list[PaymentEvent] = []
    for event in events:
        data = event.data
        loan = loans.get((data.borrower_id, data.loan_id))
        if loan is None:
            message = f"loan {data.loan_id!r} of borrower {data.borrower_id!r} is not known"
            outcome.reject(event, "unknown-loan", "loan_id", data.loan_id, message)
            continue
        key = (data.borrower_id, data.payment_id)
        before = known.get(key)
        if type(data) is not PaymentCaptured:
            if before is None or before.loan_id != data.loan_id:
                message = f"payment {data.payment_id!r} of loan {data.loan_id!r} is not known"
                outcome.reject(event, "unknown-payment", "payment_id", data.payment_id, message)
            elif before.status == "reversed":
                metrics.DUPLICATES.labels(event.event_type).inc()
            else:
                known[key] = replace(before, status="reversed")
                accepted.append(event)
            continue
        if before is not None:
            _reject_reuse(event, before, outcome)
        elif data.currency != loan.account.currency:
            error = CurrencyMismatch("currency", data.currency, loan.account.currency)
            message = f"{data.currency!r} is not the loan's currency {loan.account.currency!r}"
            outcome.reject(event, "wrong-currency", error.field, error.value, message)
        elif data.value_date < loan.disbursed_on:
            message = f"{data.value_date} is before the loan's disbursal on {loan.disbursed_on}"
            outcome.reject(event, "before-disbursal", "value_date", data.value_date, message)
        else:
            known[key] = KnownPayment(data.loan_id, data.amount_minor, data.currency, data.value_date, "posted")
            accepted.append(event)
    return accepted


def _reject_reuse(event: PaymentEvent, before: KnownPayment, outcome: Outcome) -> None:
    data = cast(PaymentCaptured, event.data)
    for name in ("loan_id", "amount_minor", "currency", "value_date"):
        now, was = getattr(data, name), getattr(before, name)
        if now != was:
            message = f"{now} differs from {was} of payment {data.payment_id!r}, which is posted already"
            outcome.reject(event, "payment-id-reused", name, now, message)
            return
    metrics.DUPLICATES.labels(event.event_type).inc()


def _out_of_order(events: Sequence[PaymentEvent], loans: dict[Key, Loan]) -> set[Key]:
    """Loans with a reversal, or with a payment that counts before one already posted."""
    newest: dict[Key, date] = {}
    slow: set[Key] = set()
    for event in events:
        data = event.data
        key = (data.borrower_id, data.loan_id)
        if type(data) is not PaymentCaptured:
            slow.add(key)
            continue
        last = newest.get(key) or loans[key].account.last_value_date
        if last is not None and data.value_date < last:
            slow.add(key)
        else:
            newest[key] = data.value_date
    return slow


def _windows(
    events: Sequence[PaymentEvent], loans: dict[Key, Loan], slow: set[Key], business_date: date | None
) -> list[tuple[Loan, int]]:
    """Each loan with the number of the last instalment to load."""
    totals: dict[Key, int] = defaultdict(int)
    newest: dict[Key, date] = {}
    for event in events:
        data = event.data
        if type(data) is PaymentCaptured:
            key = (data.borrower_id, data.loan_id)
            totals[key] += data.amount_minor
            newest[key] = max(data.value_date, newest.get(key, data.value_date))
    return [
        (loans[key], loans[key].window_end(total, business_date or newest[key]))
        for key, total in sorted(totals.items())
        if key not in slow
    ]


def _book(
    events: Sequence[PaymentEvent],
    loans: dict[Key, Loan],
    histories: dict[Key, LoanHistory],
    business_date: date | None,
) -> Bookings:
    bookings = Bookings()
    for event in events:
        data = event.data
        key = (data.borrower_id, data.loan_id)
        loan = loans[key]
        if type(data) is not PaymentCaptured:
            assert type(data) is PaymentReversed
            reverse_payment(loan, histories[key], data.payment_id, data.reversed_on, business_date,
                            event.traceparent, bookings)  # fmt: skip
            continue
        payment = Payment(data.payment_id, data.amount_minor, data.currency, data.value_date)
        if key in histories:
            rework_payment(loan, histories[key], payment, business_date, event.traceparent, bookings)
        else:
            post_payment(loan, payment, business_date, event.traceparent, bookings)
    return bookings


async def _write(connection: Connection, bookings: Bookings, loans: Sequence[Loan]) -> None:
    if bookings.payments:
        await store.insert_payments(connection, bookings.payments)
    if bookings.payment_changes:
        await store.update_payments(connection, bookings.payment_changes)
    await store.write_journal(connection, bookings.transactions)
    if bookings.instalments:
        await store.update_instalments(connection, bookings.instalments.values())
    await store.update_loans(connection, loans)
