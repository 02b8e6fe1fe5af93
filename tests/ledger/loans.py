"""Builders of loans for tests of the ledger's decisions, and a ledger of one loan in memory."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from schemas.lending import LoanDisbursed
from services.ledger import changes
from services.ledger.account import LoanInstalment, Payment
from services.ledger.agreements import agreement_of
from services.ledger.close import StagedInstalment, close_loan, next_calendar_day
from services.ledger.disbursals import open_loan
from services.ledger.entries import Cause
from services.ledger.facts import Fact, FactKey, Paid, undone
from services.ledger.journal import AccountCode
from services.ledger.life import Life, live
from services.ledger.loan import Loan, Transaction
from services.ledger.payments import Bookings, PostingRules, needs_history, post_payment
from services.ledger.product import Product
from services.ledger.product_catalogue import ProductCatalogue, shipped_products
from services.ledger.rework import LoanBook, booked_through
from services.schedules.schedule import build_schedule

JANUARY, FEBRUARY, MARCH, APRIL = (date(2018, month, 10) for month in (1, 2, 3, 4))


def disbursed(
    *,
    instalments: int = 3,
    rate_percent: str = "0",
    principal_minor: int = 30_000,
    tolerance_minor: int = 0,
    **changes: Any,
) -> LoanDisbursed:
    """A loan disbursed on 10 January 2018, first due on 10 February."""
    return LoanDisbursed(
        borrower_id="B-1",
        loan_id="L-1",
        principal_minor=principal_minor,
        currency="USD",
        annual_rate_percent=Decimal(rate_percent),
        number_of_instalments=instalments,
        disbursed_on=JANUARY,
        arrears_tolerance_minor=tolerance_minor,
        **changes,
    )


def opened_loan(**terms: Any) -> Loan:
    """The loan of `disbursed`, with all its instalments at hand."""
    return open_loan(disbursed(**terms))[0].loan


def product(**rules: Any) -> Product:
    """A product with these rules and none besides."""
    return Product(id="test", version="1", **rules)


@dataclass(slots=True)
class LedgerOfOneLoan:
    """What the ledger's tables hold of one loan, moved by the same decisions that the service makes."""

    data: LoanDisbursed
    product: Product = field(default_factory=lambda: shipped_products().named(None))
    loan: Loan = field(init=False)
    stages: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    instalments: dict[int, LoanInstalment] = field(init=False)
    facts: dict[FactKey, Fact] = field(default_factory=dict)
    reversed_ids: set[str] = field(default_factory=set)
    journal: list[Transaction] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    allocations: dict[str, Any] = field(default_factory=dict)
    next_action_on: date | None = None
    worked_out: int = 0

    def __post_init__(self) -> None:
        named = self.data.model_copy(update={"product": self.product.reference})
        opened, booking = open_loan(named, ProductCatalogue([self.product, *shipped_products()]))
        self.loan = opened.loan
        self.instalments = {one.number: one for one in opened.schedule}
        self.journal.append(booking)
        self.next_action_on = opened.next_action_on

    def pay(self, payment_id: str, on: date, amount_minor: int, business_date: date | None = None) -> None:
        """Post a payment, in whichever way the handler would."""
        payment = Payment(payment_id, amount_minor, "USD", on)
        bookings = Bookings()
        last = self.loan.account.last_value_date
        self.loan.load(tuple(one for _, one in sorted(self.instalments.items()) if one.outstanding_minor))
        fact = Paid(fact_id=payment_id, on=on, amount_minor=amount_minor)
        rules = PostingRules.of(self.product)
        if (last is not None and on <= last) or needs_history(self.loan, [payment], rules):
            self.worked_out += 1
            changes.capture(self._book(), fact, business_date, None, bookings)
        else:
            post_payment(self.loan, payment, business_date, None, bookings, rules.order)
        self.facts[fact.key] = fact
        self._keep(bookings)

    def reverse(self, payment_id: str, on: date) -> None:
        """Take a payment back."""
        bookings = Bookings()
        changes.reverse(self._book(), payment_id, on, None, None, bookings)
        self.facts["payment", payment_id] = undone(self.facts["payment", payment_id])
        del self.allocations[payment_id]
        self._keep(bookings)

    def record(self, fact: Fact) -> None:
        """Take any other fact into the record."""
        bookings = Bookings()
        changes.record(self._book(), fact, "test", None, None, bookings)
        self.facts[fact.key] = fact
        self._keep(bookings)

    def close(self, on: date) -> None:
        """Close a business date, as the timed work does."""
        bookings = Bookings()
        lines = sorted(self.instalments.items())
        punishes = self.product.penalty is not None or self.product.late_fee is not None
        late = punishes or self.product.charge_off_after_days is not None
        book = None
        if not self.loan.is_plain or (late and any(i.due_on < on and i.paid_on is None for _, i in lines)):
            book = self._book()
            changes.run_calendar(book, on, bookings)
            lines = sorted(book.instalments.items())
        self.loan.load(tuple(one for _, one in lines if one.paid_on is None))
        staged = [StagedInstalment(one, self.stages[number]) for number, one in lines]
        closed = close_loan(self.loan, staged, on, self.product.announce_days_ahead)
        bookings.transactions += closed.transactions
        bookings.emitted += closed.emitted
        self.stages.update(closed.stages)
        self._keep(bookings)
        for number in closed.earned:
            self.instalments[number] = self.instalments[number]._replace(is_earned=True)
        self.loan.calendar_through = max(self.loan.calendar_through, on)
        calendar = None
        if book is not None:
            calendar = next_calendar_day(book.agreement, book.loan.account.open_instalments, on)
        self.next_action_on = min((day for day in (closed.next_action_on, calendar) if day), default=None)

    def life(self) -> Life:
        """The same loan from its facts alone, on the day to which its calendar has run."""
        book = self._book()
        through = booked_through(self.loan.calendar_through, self.facts.values())
        return live(book.agreement, book.schedule, self.facts.values(), through, "L-1")

    def balances(self) -> Counter[AccountCode]:
        """Debits less credits of each account that is not at zero."""
        totals: Counter[AccountCode] = Counter()
        for transaction in self.journal:
            for posting in transaction.postings:
                totals[posting.debit] += posting.amount_minor
                totals[posting.credit] -= posting.amount_minor
        return Counter({account: amount for account, amount in totals.items() if amount})

    def _book(self) -> LoanBook:
        terms = self.product.resolve(self.data)
        book = LoanBook(self.loan, agreement_of(self.product, terms), build_schedule(terms), dict(self.facts))
        book.instalments = dict(self.instalments)
        book.allocations = dict(self.allocations)
        for transaction in self.journal:
            cause = Cause(transaction.kind, transaction.cause)
            for posting in transaction.postings:
                book.booked.add(cause, transaction.value_date, *posting)
        return book

    def _keep(self, bookings: Bookings) -> None:
        for change in [*bookings.instalments.values(), *bookings.reworked.values()]:
            self.instalments[change.instalment.number] = change.instalment
        for row in [*bookings.payments, *bookings.payment_changes]:
            if row.status == "posted":
                totals = row.totals
                self.allocations[row.payment_id] = getattr(totals, "totals", totals)
        self.journal += bookings.transactions
        self.told += [event.event_type.split(".")[2] for event in bookings.emitted]
