"""Opening loans: from terms to schedule and first booking, without I/O."""

from collections.abc import Sequence
from datetime import timedelta

from schemas.ledger import LoanOpened
from schemas.lending import LoanDisbursed
from services.eventing.envelope import OutgoingEvent, outgoing_json
from services.ledger import event_text, journal
from services.ledger.account import LoanAccount, LoanInstalment, unpaid_instalments
from services.ledger.loan import Loan, Transaction, transaction
from services.ledger.product import Product
from services.ledger.product_catalogue import ProductCatalogue, UnknownProduct, shipped_products
from services.ledger.store import NewLoan, terms_text
from services.schedules.schedule import InvalidTerms, LoanTerms, build_schedule

_SHORTEST_MONTH_DAYS = 28
_DAYS_OF_UNIT = {"days": 1, "weeks": 7, "months": _SHORTEST_MONTH_DAYS}


def open_loan(data: LoanDisbursed, products: ProductCatalogue | None = None) -> tuple[NewLoan, Transaction]:
    """The loan that a disbursal opens, and its booking. Raises InvalidTerms and UnknownCurrency."""
    product = product_of(data, products)
    terms = product.resolve(data)
    schedule = unpaid_instalments(build_schedule(terms))
    account = LoanAccount(
        data.loan_id, data.borrower_id, data.currency, "active", data.principal_minor, 0, data.disbursed_on, 0, schedule
    )
    first = schedule[0]
    length, unit = terms.every
    tolerance_minor = data.arrears_tolerance_minor
    loan = Loan(
        account=account,
        disbursed_on=data.disbursed_on,
        number_of_instalments=len(schedule),
        arrears_tolerance_minor=product.arrears_tolerance_minor if tolerance_minor is None else tolerance_minor,
        instalment_minor=_least_instalment_minor(schedule),
        period_days=length * _DAYS_OF_UNIT[unit],
        open_instalments=len(schedule),
        oldest_unpaid_due_on=first.due_on,
        sequence=0,
        transactions=0,
        product=product.reference,
        calendar_through=data.disbursed_on,
    )
    booking = transaction(loan, "disbursal", data.loan_id, data.disbursed_on, journal.disbursal(data.principal_minor))
    new = NewLoan(
        loan=loan,
        terms_json=terms_text(data.model_dump(mode="json")),
        terms=terms,
        principal_minor=data.principal_minor,
        schedule=schedule,
        next_action_on=first.due_on - timedelta(days=max(product.announce_days_ahead, default=0)),
    )
    return new, booking


def tell_opened(new: NewLoan, product: str | None, trace: str | None) -> OutgoingEvent:
    """The loan's first event. `product` is the one that its disbursal named."""
    loan = new.loan
    borrower_id, loan_id = loan.key
    value = event_text.loan_opened(
        borrower_id, loan_id, loan.account.currency, loan.standing(loan.disbursed_on), product, new.terms,
        new.schedule[-1].due_on,
    )  # fmt: skip
    return outgoing_json(LoanOpened, borrower_id, loan_id, value, loan.next_sequence(), trace)


def product_of(data: LoanDisbursed, products: ProductCatalogue | None = None) -> Product:
    """The product of a disbursal, out of `products` or else those shipped. Raises InvalidTerms."""
    try:
        return (products or shipped_products()).named(data.product)
    except UnknownProduct as error:
        raise InvalidTerms("product", data.product, f"is unknown; known are {', '.join(error.known)}") from error


def terms_of(data: LoanDisbursed, products: ProductCatalogue | None = None) -> LoanTerms:
    """The terms of a disbursal, checked. Raises InvalidTerms and UnknownCurrency."""
    return product_of(data, products).resolve(data)


def _least_instalment_minor(schedule: Sequence[LoanInstalment]) -> int:
    """What a payment needs to reach one instalment further: the smallest of those before the last that ask anything."""
    amounts_minor = [line.principal_minor + line.interest_minor for line in (schedule[:-1] or schedule)]
    return min((amount for amount in amounts_minor if amount), default=0)
