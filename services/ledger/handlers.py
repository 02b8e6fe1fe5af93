"""The ledger's reaction to loans disbursed, to what happens to them, and to business dates opened."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import cast

from schemas.calendar import BusinessDateOpened
from schemas.dunning import RestructureUndone
from schemas.lending import LoanDisbursed
from schemas.payments import PaymentCaptured, PaymentReversed
from schemas.values import EventData
from services.eventing import metrics
from services.eventing import store as eventing_store
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent
from services.ledger import book_store, changes, store
from services.ledger.acceptance import LOAN_EVENTS, Acceptance, LoanEvent, LoanEventData, fact_ids_of, fact_of, key_of
from services.ledger.account import Payment, WindowTooSmall
from services.ledger.borrower_payments import rounds, shares_of
from services.ledger.disbursals import open_loan, tell_opened
from services.ledger.facts import Paid
from services.ledger.loan import Key, Loan
from services.ledger.payments import Bookings, needs_history, post_payment
from services.ledger.product_catalogue import ProductCatalogue, shipped_products
from services.ledger.product_store import ProductStore
from services.ledger.refusal import FactRefused
from services.ledger.rework import LoanBook
from services.schedules.money import UnknownCurrency
from services.schedules.schedule import InvalidTerms

CLOCK_PARTITION = -1


class LedgerHandler:
    """One batch: read the loans concerned, decide in memory, write with a fixed number of statements."""

    def __init__(
        self,
        calendar_id: str,
        catalogue: ProductCatalogue | None = None,
        products: ProductStore | None = None,
    ) -> None:
        self._calendar_id = calendar_id
        self._catalogue = catalogue or shipped_products()
        self._products = products or ProductStore()

    async def __call__(self, connection: Connection, events: Sequence[ReceivedEvent[EventData]]) -> Outcome:
        """Handle each kind of event that the batch has."""
        outcome = Outcome()
        # Exact types: asking pydantic's metaclass for each event costs more than sorting them.
        by_type: dict[type, list[ReceivedEvent[EventData]]] = defaultdict(list)
        about_loans: list[LoanEvent] = []
        for event in events:
            model = type(event.data)
            if model in LOAN_EVENTS:
                about_loans.append(cast(LoanEvent, event))
            else:
                by_type[model].append(event)
        for opened in cast(list[ReceivedEvent[BusinessDateOpened]], by_type[BusinessDateOpened]):
            await eventing_store.open_business_date(
                connection, opened.data.calendar_id, CLOCK_PARTITION, opened.data.business_date
            )
        if disbursals := cast(list[ReceivedEvent[LoanDisbursed]], by_type[LoanDisbursed]):
            await self._open_loans(connection, disbursals, outcome)
        for one in rounds(about_loans) if about_loans else ():
            if one.of_loans:
                await self._change_loans(connection, one.of_loans, outcome)
            if one.of_borrowers and (shares := await shares_of(connection, one.of_borrowers, outcome)):
                await self._change_loans(connection, shares, outcome)
        return outcome

    async def _open_loans(
        self, connection: Connection, events: Sequence[ReceivedEvent[LoanDisbursed]], outcome: Outcome
    ) -> None:
        known = await store.known_terms(connection, [event.data.loan_id for event in events])
        new: dict[Key, store.NewLoan] = {}
        bookings = []
        for event in events:
            key = (event.data.borrower_id, event.data.loan_id)
            if event.data.loan_id in known:
                _reject_other_terms(event, *known[event.data.loan_id], outcome)
                continue
            try:
                loan, booking = open_loan(event.data, self._catalogue)
            except InvalidTerms as error:
                outcome.reject(event, "invalid-terms", error.field, error.value, f"{error.value}: {error.reason}")
                continue
            except UnknownCurrency as error:
                outcome.reject(event, "invalid-terms", "currency", event.data.currency, str(error))
                continue
            new[key] = loan
            known[event.data.loan_id] = (event.data.borrower_id, loan.terms_json)
            bookings.append(booking)
            outcome.emitted.append(tell_opened(loan, event.data.product, event.traceparent))
        if new:
            products = {one.loan.product for one in new.values()}
            await self._products.keep(connection, [self._catalogue.named(reference) for reference in products])
            await store.insert_loans(connection, list(new.values()))
            await store.write_journal(connection, bookings)

    async def _change_loans(self, connection: Connection, events: Sequence[LoanEvent], outcome: Outcome) -> None:
        business_date = await eventing_store.business_date_of(connection, self._calendar_id, 1)
        loans = await store.load_loans(connection, {key_of(e.data) for e in events})
        accepted = await self._accepted(connection, events, loans, outcome)
        if not accepted:
            return
        await self._products.load(connection, {loan.product for loan in loans.values()})
        slow = _with_other_than_new_payments(accepted, loans)
        quick = _payments_by_loan(accepted, slow)
        await store.load_windows(connection, _windows(quick, loans, business_date))
        for key, payments in quick.items():
            if needs_history(loans[key], payments, self._products.rules(loans[key].product)):
                slow.add(key)
        books = await book_store.load_books_to_rework(connection, [loans[key] for key in sorted(slow)], self._products)
        try:
            bookings = self._book(accepted, loans, books, business_date, outcome)
        except WindowTooSmall:
            loans = await store.load_loans(connection, {key_of(e.data) for e in accepted})
            await store.load_windows(connection, [(loan, loan.number_of_instalments) for loan in loans.values()])
            books = await book_store.load_books_to_rework(
                connection, [loans[key] for key in sorted(slow)], self._products
            )
            bookings = self._book(accepted, loans, books, business_date, outcome)
        changed = [loans[key] for key in {key_of(e.data) for e in accepted}]
        await write_bookings(connection, bookings, changed, list(books.values()))
        outcome.emitted += bookings.emitted

    async def _accepted(
        self, connection: Connection, events: Sequence[LoanEvent], loans: dict[Key, Loan], outcome: Outcome
    ) -> list[LoanEvent]:
        payments = [
            (data.borrower_id, data.payment_id)
            for data in (event.data for event in events)
            if type(data) is PaymentCaptured or type(data) is PaymentReversed
        ]
        facts = [(event.data.borrower_id, fact_id) for event in events for fact_id in fact_ids_of(event.data)]
        known_payments = await store.known_payments(connection, payments)
        known_facts = await book_store.known_facts(connection, facts) if facts else {}
        return Acceptance(loans, known_payments, known_facts, outcome).accepted(events)

    def _book(
        self,
        events: Sequence[LoanEvent],
        loans: dict[Key, Loan],
        books: dict[Key, LoanBook],
        business_date: date | None,
        outcome: Outcome,
    ) -> Bookings:
        bookings = Bookings()
        for event in events:
            data = event.data
            key = key_of(data)
            if key in books:
                try:
                    change_book(books[key], data, business_date, event.traceparent, bookings)
                except (FactRefused, InvalidTerms) as error:
                    outcome.reject(event, "refused", error.field, error.value, f"{error.value}: {error.reason}")
                continue
            assert type(data) is PaymentCaptured
            payment = Payment(data.payment_id, data.amount_minor, data.currency, data.value_date)
            order = self._products.rules(loans[key].product).order
            post_payment(loans[key], payment, business_date, event.traceparent, bookings, order)
        return bookings


def change_book(
    book: LoanBook, data: LoanEventData, business_date: date | None, trace: str | None, bookings: Bookings
) -> None:
    """Give an event its effect on a loan whose record is at hand. Raises FactRefused, InvalidTerms."""
    match data:
        case PaymentCaptured():
            fact = Paid(
                fact_id=data.payment_id, on=data.value_date, amount_minor=data.amount_minor, purpose=data.purpose
            )
            changes.capture(book, fact, business_date, trace, bookings)
        case PaymentReversed():
            changes.reverse(book, data.payment_id, data.reversed_on, business_date, trace, bookings)
        case RestructureUndone():
            changes.undo(book, data.restructuring_id, data.undone_on, business_date, trace, bookings)
        case _:
            changes.record(book, fact_of(data), data.event_type, business_date, trace, bookings)


async def write_bookings(
    connection: Connection, bookings: Bookings, loans: Sequence[Loan], books: Sequence[LoanBook]
) -> None:
    """Write what was decided, each table with one statement."""
    if bookings.payments:
        await store.insert_payments(connection, bookings.payments)
    if bookings.payment_changes:
        await store.update_payments(connection, bookings.payment_changes)
    if bookings.facts:
        await book_store.insert_facts(connection, bookings.facts)
    if bookings.undone_facts:
        await book_store.undo_facts(connection, bookings.undone_facts)
    if bookings.transactions:
        await store.write_journal(connection, bookings.transactions)
    if bookings.instalments:
        await store.update_instalments(connection, bookings.instalments.values())
    if bookings.reworked:
        await book_store.write_instalments(connection, bookings.reworked.values())
    if loans:
        await store.update_loans(connection, loans)
    if books:
        await book_store.write_loans(connection, [book.loan for book in books])


def _reject_other_terms(
    event: ReceivedEvent[LoanDisbursed], borrower_id: str, terms_json: str, outcome: Outcome
) -> None:
    """The same loan again is a duplicate; of another borrower, or with other terms, it is an error."""
    before = {**json.loads(terms_json), "borrower_id": borrower_id}
    now = json.loads(store.terms_text(event.data.model_dump(mode="json")))
    for name, value in now.items():
        if before.get(name) != value:
            message = f"{value!r} differs from {before.get(name)!r} of loan {event.data.loan_id}, which is open already"
            outcome.reject(event, "loan-id-reused", name, value, message)
            return
    metrics.DUPLICATES.labels(event.event_type).inc()


def _with_other_than_new_payments(events: Sequence[LoanEvent], loans: dict[Key, Loan]) -> set[Key]:
    """Loans to which something else happens than a payment that counts after all before it."""
    newest: dict[Key, date] = {}
    slow: set[Key] = set()
    for event in events:
        data = event.data
        key = key_of(data)
        if type(data) is not PaymentCaptured or data.purpose != "payment":
            slow.add(key)
            continue
        last = newest.get(key) or loans[key].account.last_value_date
        if last is not None and data.value_date <= last:
            slow.add(key)
        else:
            newest[key] = data.value_date
    return slow


def _payments_by_loan(events: Sequence[LoanEvent], slow: set[Key]) -> dict[Key, list[Payment]]:
    payments: dict[Key, list[Payment]] = defaultdict(list)
    for event in events:
        data = event.data
        key = key_of(data)
        if key not in slow:
            assert type(data) is PaymentCaptured
            payments[key].append(Payment(data.payment_id, data.amount_minor, data.currency, data.value_date))
    return payments


def _windows(
    payments: dict[Key, list[Payment]], loans: dict[Key, Loan], business_date: date | None
) -> list[tuple[Loan, int]]:
    """Each loan with the number of the last instalment to load."""
    return [
        (
            loans[key],
            loans[key].window_end(
                sum([payment.amount_minor for payment in of_loan]), business_date or of_loan[-1].value_date
            ),
        )
        for key, of_loan in sorted(payments.items())
    ]
