"""Doing a command: one transaction that locks the loan, records the fact, books, queues events and keeps the audit.

Payments of the same loan wait for the lock, or this for them; each sees what the other did.
"""

from datetime import date
from typing import Final

from services.eventing import store as eventing_store
from services.eventing.api_commands import CREATED, Answered, Sender, former_answer
from services.eventing.api_connections import ApiConnections
from services.eventing.database import Connection
from services.eventing.problems import FORBIDDEN, INVALID, Problem, refused_field
from services.ledger import book_store, changes, store
from services.ledger.api import command_store
from services.ledger.api.command_requests import (
    AdjustmentRequest,
    ChargeRequest,
    Command,
    fact_id_of,
    fact_of,
)
from services.ledger.api.command_store import DoneCommand
from services.ledger.api.ledger_problems import REFUSED, refused, unknown_fact, unknown_loan
from services.ledger.api.loan_answers import CommandAnswer
from services.ledger.api.loan_reading import LoanHead, loan_answer
from services.ledger.api.parameters import day_within
from services.ledger.facts import Charged, DueDateChanged, Fact, Waived, WrittenOff
from services.ledger.handlers import write_bookings
from services.ledger.loan import Loan
from services.ledger.payments import Bookings
from services.ledger.product_store import ProductStore
from services.ledger.refusal import FactRefused
from services.ledger.rework import LoanBook, live_book
from services.schedules.schedule import InvalidTerms

_COMMANDED: Final = (Charged, Waived, DueDateChanged, WrittenOff)
"""Facts that are commanded here; all others are told by the systems they come from, and taken back by these."""


class Commands:
    """Does commands for loans."""

    def __init__(self, connections: ApiConnections, products: ProductStore, calendar_id: str) -> None:
        self._connections = connections
        self._products = products
        self._calendar_id = calendar_id

    async def do(self, command: Command, sender: Sender) -> Answered:
        """Do a command once, however often it is sent. Raises Problem; then nothing has changed."""
        async with self._connections.writing() as connection:
            former = await former_answer(connection, command.key[0], sender, command.sha256)
            if former is not None:
                return former
            loans = await store.load_loans(connection, [command.key])
            if command.key not in loans:
                raise unknown_loan(command.key)
            return await self._do_first(connection, loans[command.key], command, sender)

    async def _do_first(self, connection: Connection, loan: Loan, command: Command, sender: Sender) -> Answered:
        business_date = await eventing_store.business_date_of(connection, self._calendar_id, 1)
        on = _counting_day(command, loan, business_date)
        books = await book_store.load_books(connection, [loan], self._products)
        book = books[loan.key]
        bookings = Bookings()
        try:
            fact_id = _take_effect(book, command, sender, on, business_date, bookings)
        except (FactRefused, InvalidTerms) as error:
            raise refused(error) from error
        await write_bookings(connection, bookings, [loan], [book])
        await eventing_store.write_outbox(connection, bookings.emitted)
        answer = _answer(book, command, fact_id, on, business_date)
        await command_store.keep_command(connection, _done(command, sender, fact_id, answer))
        return Answered(CREATED, answer, is_replayed=False)


def _counting_day(command: Command, loan: Loan, business_date: date | None) -> date:
    """The day from which a command counts: in the loan's life, and no later than today. Raises Problem."""
    on = command.request.on or business_date
    if on is None:
        raise refused_field(INVALID, "on", None, "no business date is open yet: name the day")
    day_within("on", on, loan.disbursed_on, on)
    if business_date is not None and on > business_date:
        raise refused_field(INVALID, "on", on, f"is after the business date {business_date}")
    if isinstance(command.request, ChargeRequest | AdjustmentRequest):
        day_within("due_on", command.request.due_on, loan.disbursed_on, on)
    return on


def _take_effect(
    book: LoanBook, command: Command, sender: Sender, on: date, business_date: date | None, bookings: Bookings
) -> str:
    """Record or undo; returns the id of the fact. Raises Problem, FactRefused, InvalidTerms."""
    if command.fact_id is not None:
        found = book.facts.get(("other", command.fact_id), book.facts.get(("payment", command.fact_id)))
        _check_undoing(found, command.fact_id, sender, on)
        changes.undo(book, command.fact_id, on, business_date, sender.trace, bookings)
        return command.fact_id
    fact_id = fact_id_of(command.key[0], sender.key.name, sender.idempotency_key)
    fact = fact_of(command.request, fact_id, on)
    changes.record(book, fact, f"api:{sender.key.name}", business_date, sender.trace, bookings)
    return fact_id


def _check_undoing(fact: Fact | None, fact_id: str, sender: Sender, on: date) -> None:
    if fact is None:
        raise unknown_fact(fact_id)
    if not isinstance(fact, _COMMANDED):
        reason = "was told by an event, and is taken back by one"
        raise refused_field(REFUSED, "fact_id", fact_id, reason)
    if fact.is_undone:
        raise refused_field(REFUSED, "fact_id", fact_id, "is undone already")
    if on < fact.on:
        raise refused_field(INVALID, "on", on, f"is before the fact's own day {fact.on}")
    if isinstance(fact, WrittenOff) and "ledger:admin" not in sender.key.scopes:
        detail = f"The key {sender.key.id} ({sender.key.name}) lacks the scope ledger:admin, which a write-off needs."
        raise Problem(FORBIDDEN, detail, scope="ledger:admin")


def _answer(book: LoanBook, command: Command, fact_id: str, on: date, business_date: date | None) -> str:
    life = live_book(book, max(business_date or on, on), book.facts.values())
    loan = loan_answer(LoanHead.of(book.loan), life)
    return CommandAnswer(command=command.kind, fact_id=fact_id, on=on, loan=loan).model_dump_json()


def _done(command: Command, sender: Sender, fact_id: str, answer: str) -> DoneCommand:
    borrower_id, loan_id = command.key
    return DoneCommand(
        borrower_id=borrower_id,
        caller=sender.key.name,
        idempotency_key=sender.idempotency_key,
        loan_id=loan_id,
        kind=command.kind,
        fact_id=fact_id,
        request_json=command.request.model_dump_json(),
        request_sha256=command.sha256,
        reason=command.request.reason,
        key_id=sender.key.id,
        operator=sender.operator,
        request_id=sender.request_id,
        status=CREATED,
        answer=answer,
    )
