"""Walking a live database, page by page, to prove that what is kept equals a replay of the facts. Memory stays flat.

Everything is read in one repeatable-read transaction that the caller has begun; payments go on meanwhile.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from services.eventing import store as eventing_store
from services.eventing.database import Connection
from services.ledger import book_store, journal_store, store
from services.ledger.booked import Selection
from services.ledger.emitted_events import EmittedEvents
from services.ledger.facts import Paid
from services.ledger.loan import Key, Loan
from services.ledger.product_store import ProductStore
from services.ledger.verification import Balances, Difference, balance_differences, verify_loan

_PAGE_LOANS: Final = 500
_BEFORE_ALL: Final = ("", "")


@dataclass(frozen=True, slots=True)
class VerificationScope:
    """Which loans are verified: one, the first `limit`, or all. Sums over the whole journal are only for all."""

    only: Key | None = None
    limit: int | None = None

    @property
    def is_whole(self) -> bool:
        """All loans."""
        return self.only is None and self.limit is None


@dataclass(slots=True)
class VerifiedPage:
    """What was verified of some loans, and what differs."""

    loans: int = 0
    transactions: int = 0
    payments: int = 0
    facts: int = 0
    differences: list[Difference] = field(default_factory=list)


async def verified_pages(
    connection: Connection, calendar_id: str, scope: VerificationScope, emitted: EmittedEvents | None = None
) -> AsyncIterator[VerifiedPage]:
    """Verify loans in order of their keys; the last page is about the whole book.

    `emitted` are all events on Kafka and in the outbox; without them only the books are looked at.
    """
    products = ProductStore()
    business_date = await eventing_store.business_date_of(connection, calendar_id, 1)
    right: Balances = Counter()
    async for loans in _pages(connection, scope):
        page = VerifiedPage(loans=len(loans))
        shapes = await book_store.journal_shapes(connection, [loan.key for loan in loans])
        for key, book in (await book_store.load_books(connection, loans, products)).items():
            shape = shapes.get(key)
            found = verify_loan(book, shape, business_date)
            page.differences += found.differences
            right.update(found.balances)
            payments = sum(isinstance(fact, Paid) for fact in book.facts.values())
            page.transactions += 0 if shape is None else shape.transactions
            page.payments += payments
            page.facts += len(book.facts) - payments
            if emitted is not None:
                page.differences += emitted.check(key, book.loan.sequence)
        yield page
    yield VerifiedPage(differences=await _of_the_whole(connection, scope, right, emitted))


async def _pages(connection: Connection, scope: VerificationScope) -> AsyncIterator[list[Loan]]:
    if scope.only is not None:
        loan = await store.loan_by_key(connection, scope.only)
        if loan is not None:
            yield [loan]
        return
    left = scope.limit
    after: Key = _BEFORE_ALL
    while left is None or left > 0:
        wanted = _PAGE_LOANS if left is None else min(left, _PAGE_LOANS)
        loans = await store.loans_after(connection, after, wanted)
        if not loans:
            return
        yield loans
        after = loans[-1].key
        left = None if left is None else left - len(loans)


async def _of_the_whole(
    connection: Connection, scope: VerificationScope, right: Balances, emitted: EmittedEvents | None
) -> list[Difference]:
    differences: list[Difference] = []
    if emitted is not None:
        differences += emitted.differences
    if scope.is_whole:
        turnovers = await journal_store.trial_balance(connection, Selection())
        booked: Balances = Counter(
            {(one.currency, one.account): one.debits_minor - one.credits_minor for one in turnovers}
        )
        differences += balance_differences(booked, right)
        if emitted is not None:
            differences += emitted.check_rest()
    return differences
