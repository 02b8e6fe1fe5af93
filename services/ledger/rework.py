"""Working a loan out anew from all its facts, and booking what that changes. Without I/O."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from services.ledger.account import LoanInstalment, Payment
from services.ledger.agreement import Agreement
from services.ledger.allocation import AllocationTotals
from services.ledger.entries import Booked, Cause, Entry, corrections
from services.ledger.facts import Fact, FactKey, Paid, PenaltyDays
from services.ledger.life import Life, live
from services.ledger.lines import Line
from services.ledger.loan import Loan, transaction
from services.ledger.payments import Bookings, PaymentRow
from services.schedules.schedule import Instalment


@dataclass(slots=True)
class LoanBook:
    """A loan with its whole record.

    `instalments`, `booked` and `allocations` (by payment id) are what the books hold now; `facts` (by key) and
    `schedule` what they follow from.
    """

    loan: Loan
    agreement: Agreement
    schedule: tuple[Instalment, ...]
    facts: dict[FactKey, Fact] = field(default_factory=dict)
    instalments: dict[int, LoanInstalment] = field(default_factory=dict)
    allocations: dict[str, AllocationTotals] = field(default_factory=dict)
    booked: Booked = field(default_factory=Booked)


@dataclass(frozen=True, slots=True)
class Reworked:
    """The loan's life, the payments booked before that it splits anew, and the causes booked, all and new ones."""

    life: Life
    split_anew: tuple[Paid, ...]
    corrected: tuple[Cause, ...]
    first_booked: tuple[Cause, ...]


def live_book(book: LoanBook, through: date, facts: Iterable[Fact], new: Collection[FactKey] = ()) -> Life:
    """The life that the record tells. Raises FactRefused, InvalidTerms for a fact among the `new`."""
    return live(book.agreement, book.schedule, facts, through, book.loan.account.loan_id, new)


def rework(book: LoanBook, as_of: date, corrected_on: date, bookings: Bookings, *new: Fact) -> Reworked:
    """Bring the books to what the record and `new` facts (or a new version of known ones) tell.

    The books follow the calendar to the day it has run to, or to the last fact if that is later; the loan is left
    standing as of `as_of`, with what the days until then cost, to be told. Raises FactRefused, InvalidTerms; then
    nothing has changed.
    """
    loan = book.loan
    facts = {**book.facts, **{fact.key: fact for fact in new}}
    arrived = {fact.key for fact in new if not fact.is_undone}
    life = live_book(book, booked_through(loan.calendar_through, facts.values()), facts.values(), arrived)
    book.facts = facts
    known = set(book.booked)
    corrected = _correct_journal(book, life, corrected_on, bookings)
    _replace_instalments(book, life, bookings)
    split_anew = _split_anew(book, life, bookings)
    _move_loan(loan, book, life, as_of)
    return Reworked(life, split_anew, corrected, tuple(cause for cause in corrected if cause not in known))


def booked_through(calendar_through: date, facts: Iterable[Fact]) -> date:
    """The day to which the books of a loan go: no stop of penalties, however far ahead, takes them further."""
    return max(
        [calendar_through, *(fact.on for fact in facts if not (fact.is_undone or isinstance(fact, PenaltyDays)))]
    )


def wanted_entries(life: Life, calendar_through: date) -> dict[Cause, Entry]:
    """The bookings that a life calls for; interest falls due when the calendar gets there, not by a payment before."""
    return {
        cause: entry
        for cause, entry in life.entries.by_cause.items()
        if cause.kind != "interest-due" or entry.on <= calendar_through or not _is_only_due(life, cause)
    }


def _is_only_due(life: Life, cause: Cause) -> bool:
    """The interest is earned for no other reason than that its day has come."""
    line = next(line for line in life.lines if f"instalment-{line.number}" == cause.about)
    return not (line.is_replaced or life.is_written_off)


def _correct_journal(book: LoanBook, life: Life, corrected_on: date, bookings: Bookings) -> tuple[Cause, ...]:
    corrected = []
    wanted = wanted_entries(life, book.loan.calendar_through)
    for correction in list(corrections(wanted, book.booked, corrected_on)):
        kind, about = correction.cause
        bookings.transactions.append(transaction(book.loan, kind, about, correction.on, correction.postings))
        for posting in correction.postings:
            book.booked.add(correction.cause, correction.on, *posting)
        corrected.append(correction.cause)
    return tuple(corrected)


def kept_instalments(life: Life, calendar_through: date) -> dict[int, LoanInstalment]:
    """The lines of a life as they are kept, by number."""
    kept = {}
    for line in life.lines:
        is_earned = line.due_on <= calendar_through or (line.is_earned and (line.is_replaced or life.is_written_off))
        kept[line.number] = _instalment(line, is_earned)
    return kept


def _replace_instalments(book: LoanBook, life: Life, bookings: Bookings) -> None:
    now = kept_instalments(life, book.loan.calendar_through)
    bookings.rework(book.loan.key, [one for number, one in now.items() if book.instalments.get(number) != one])
    gone = [nothing_of(one) for number, one in book.instalments.items() if number not in now]
    bookings.rework(book.loan.key, [one for one in gone if one != book.instalments[one.number]])
    book.instalments = {**now, **{one.number: one for one in gone}}


def _split_anew(book: LoanBook, life: Life, bookings: Bookings) -> tuple[Paid, ...]:
    """Note the new split of payments booked before."""
    borrower_id, loan_id = book.loan.key
    changed = []
    for payment_id, allocation in life.allocations.items():
        before, totals = book.allocations.get(payment_id), allocation.totals
        if before is None or before == totals:
            continue
        fact = book.facts["payment", payment_id]
        assert isinstance(fact, Paid)
        changed.append(fact)
        bookings.payment_changes.append(
            PaymentRow(borrower_id, payment_id, loan_id, fact.amount_minor, fact.on, "posted", totals, fact.purpose)
        )
    book.allocations = {payment_id: allocation.totals for payment_id, allocation in life.allocations.items()}
    return tuple(changed)


def _move_loan(loan: Loan, book: LoanBook, life: Life, as_of: date) -> None:
    """Move the loan to its life; from here on the life may run ahead of the books, to `as_of`."""
    loan.number_of_instalments = max(book.instalments)
    loan.is_plain = is_plain_life(life, book)
    loan.account = loan.account._replace(
        status=life.status,
        principal_outstanding_minor=life.principal_outstanding_minor,
        credit_minor=life.credit_minor,
        last_value_date=life.last_fact_on or loan.disbursed_on,
    )
    if life.on >= as_of:
        unpaid = tuple([book.instalments[line.number] for line in life.lines if line.outstanding_minor])
    else:
        life.advance(as_of)
        unpaid = tuple([instalment_of(line) for line in life.lines if line.outstanding_minor])
    loan.open_instalments = len(unpaid)
    loan.oldest_unpaid_due_on = unpaid[0].due_on if unpaid else None
    loan.account = loan.account._replace(open_instalments=unpaid)


def is_plain_life(life: Life, book: LoanBook) -> bool:
    """Payments alone, each instalment paid before the next, no charge, no credit, and the schedule as agreed.

    Stops of penalties take nothing from that: where being late costs something, late payments ask for the whole life.
    """
    if life.credit_minor or life.is_written_off or any(line.charges for line in life.lines):
        return False
    happened = [fact for fact in book.facts.values() if not isinstance(fact, PenaltyDays)]
    if any(not isinstance(fact, Paid) or fact.purpose != "payment" for fact in happened):
        return False
    return not _is_prepaid(life, book)


def _is_prepaid(life: Life, book: LoanBook) -> bool:
    """A prepayment has changed the schedule."""
    return [(one.principal_minor, one.interest_minor) for one in book.schedule] != [
        (line.principal_minor, line.interest_minor) for line in life.lines
    ]


def instalment_of(line: Line) -> LoanInstalment:
    """A line as it is kept: amounts without what was waived; one that owes nothing more is paid."""
    return _instalment(line, line.is_earned)


def _instalment(line: Line, is_earned: bool) -> LoanInstalment:
    penalty_minor = fee_minor = penalty_paid_minor = fee_paid_minor = 0
    for item in line.charges:
        if item.kind == "penalty":
            penalty_minor += item.amount_minor - item.waived_minor
            penalty_paid_minor += item.paid_minor
        else:
            fee_minor += item.amount_minor - item.waived_minor
            fee_paid_minor += item.paid_minor
    interest_minor = line.interest_minor - line.interest_waived_minor
    principal_minor = line.principal_minor - line.principal_waived_minor
    paid_on = line.paid_on
    if paid_on is None and not line.outstanding_minor:
        paid_on = line.due_on
    # By position: names would double the cost, and every line of a loan comes here with every payment.
    return LoanInstalment(
        line.number,
        line.due_on,
        penalty_minor,
        fee_minor,
        interest_minor,
        principal_minor,
        penalty_paid_minor,
        fee_paid_minor,
        line.interest_paid_minor,
        line.principal_paid_minor,
        paid_on,
        line.interest_in_advance_minor,
        is_earned,
    )


def nothing_of(instalment: LoanInstalment) -> LoanInstalment:
    """An instalment of a schedule that was undone: it stays in the record and asks for nothing."""
    return LoanInstalment(instalment.number, instalment.due_on, 0, 0, 0, 0, paid_on=instalment.due_on, is_earned=True)


def payment_of(fact: Paid, currency: str) -> Payment:
    """A payment fact as the account takes it."""
    return Payment(fact.fact_id, fact.amount_minor, currency, fact.on)
