"""What comes up on a loan whose whole record is at hand: books and events of each change. Without I/O."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from schemas import ledger as contract
from services.eventing.envelope import outgoing, outgoing_json
from services.ledger import event_text
from services.ledger.entries import Cause
from services.ledger.facts import (
    Charged,
    ChargedBack,
    DueDateChanged,
    Fact,
    Paid,
    PenaltiesResumed,
    PenaltiesStopped,
    Refunded,
    Restructured,
    Waived,
    WrittenOff,
    undone,
)
from services.ledger.life import Life
from services.ledger.payments import Bookings, FactRow, PaymentRow, tell_received
from services.ledger.rework import LoanBook, Reworked, instalment_of, payment_of, rework
from services.ledger.standing import lacking
from services.schedules.told_terms import told_terms

_REASONS: Final[Mapping[type[Fact], str]] = {
    Refunded: "refund-paid",
    DueDateChanged: "due-date-changed",
    PenaltiesStopped: "penalties-stopped",
    PenaltiesResumed: "penalties-resumed",
}
"""What is told of a fact that has no event of its own."""
_UNDONE_REASONS: Final = {
    Charged: "charge-undone",
    Waived: "waiver-undone",
    DueDateChanged: "due-date-changed",
    Restructured: "restructuring-undone",
    WrittenOff: "write-off-undone",
}
"""What is told of a fact that was taken back; what payments do has events of its own."""


def capture(book: LoanBook, fact: Paid, business_date: date | None, trace: str | None, bookings: Bookings) -> None:
    """Post a payment anywhere in the loan's history. Raises FactRefused; then nothing is noted."""
    as_of = business_date or fact.on
    result = rework(book, as_of, as_of, bookings, fact)
    loan, allocation = book.loan, result.life.allocations[fact.fact_id]
    borrower_id, loan_id = loan.key
    bookings.payments.append(
        PaymentRow(
            borrower_id, fact.fact_id, loan_id, fact.amount_minor, fact.on, "posted", allocation.totals, fact.purpose
        )
    )
    _tell_calendar(book, result, as_of, trace, bookings)
    tell_received(loan, payment_of(fact, loan.account.currency), allocation, as_of, trace, bookings)
    _tell_split_anew(book, result, as_of, trace, bookings)


def reverse(
    book: LoanBook, payment_id: str, reversed_on: date, business_date: date | None, trace: str | None,
    bookings: Bookings,
) -> None:  # fmt: skip
    """Take a posted payment back, as if it had never been."""
    as_of = business_date or reversed_on
    fact = book.facts["payment", payment_id]
    assert isinstance(fact, Paid)
    totals = book.allocations[payment_id]
    result = rework(book, as_of, reversed_on, bookings, undone(fact))
    borrower_id, loan_id = book.loan.key
    bookings.payment_changes.append(
        PaymentRow(borrower_id, payment_id, loan_id, fact.amount_minor, fact.on, "reversed", totals, fact.purpose)
    )
    _tell_calendar(book, result, as_of, trace, bookings)
    _tell(
        book, as_of, trace, bookings, contract.PaymentReversed,
        payment_id=payment_id, amount_minor=fact.amount_minor, reversed_on=reversed_on,
    )  # fmt: skip
    _tell_split_anew(book, result, as_of, trace, bookings)


def record(
    book: LoanBook, fact: Fact, recorded_by: str, business_date: date | None, trace: str | None, bookings: Bookings
) -> None:
    """Take any other fact into the record. Raises FactRefused, InvalidTerms; then nothing is noted."""
    as_of = business_date or fact.on
    result = rework(book, as_of, as_of, bookings, fact)
    bookings.facts.append(FactRow(*book.loan.key, fact, recorded_by))
    _tell_calendar(book, result, as_of, trace, bookings)
    _tell_fact(book, fact, result.life, as_of, trace, bookings)
    _tell_split_anew(book, result, as_of, trace, bookings)


def undo(
    book: LoanBook, fact_id: str, undone_on: date, business_date: date | None, trace: str | None, bookings: Bookings
) -> None:
    """Take a recorded fact back, as if it had never been."""
    as_of = business_date or undone_on
    fact = book.facts["other", fact_id]
    result = rework(book, as_of, undone_on, bookings, undone(fact))
    bookings.undone_facts.append((book.loan.account.borrower_id, fact_id))
    _tell_calendar(book, result, as_of, trace, bookings)
    reason = _UNDONE_REASONS[type(fact)]
    _tell(book, as_of, trace, bookings, contract.StandingChanged, reason=reason, business_date=as_of)
    _tell_split_anew(book, result, as_of, trace, bookings)


def run_calendar(book: LoanBook, on: date, bookings: Bookings) -> Life:
    """Let the calendar run to a day: penalties, late fees, credit, charge-off."""
    book.loan.calendar_through = max(book.loan.calendar_through, on)
    result = rework(book, on, on, bookings)
    _tell_calendar(book, result, on, None, bookings)
    if any(cause.kind == "penalty" for cause in result.corrected):
        _tell_penalty_accrued(book, on, bookings)
    _tell_split_anew(book, result, on, None, bookings)
    return result.life


def _tell(
    book: LoanBook, as_of: date, trace: str | None, bookings: Bookings, model: type[contract.LedgerEventData],
    **fields: Any,
) -> None:  # fmt: skip
    loan = book.loan
    borrower_id, loan_id = loan.key
    standing = loan.standing(as_of).told()
    data = model(borrower_id=borrower_id, loan_id=loan_id, currency=loan.account.currency, standing=standing, **fields)
    bookings.emitted.append(outgoing(data, loan.next_sequence(), traceparent=trace))


def _tell_penalty_accrued(book: LoanBook, on: date, bookings: Bookings) -> None:
    """Written without a model: a month's end tells it of every late loan."""
    loan = book.loan
    value = event_text.standing_changed(*loan.key, loan.account.currency, loan.standing(on), "penalty-accrued", on)
    bookings.emitted.append(outgoing_json(contract.StandingChanged, *loan.key, value, loan.next_sequence()))


def _tell_calendar(book: LoanBook, result: Reworked, as_of: date, trace: str | None, bookings: Bookings) -> None:
    """Tell of late fees and of a charge-off that came up."""
    for cause in result.first_booked:
        if cause.kind == "fee" and cause.about.startswith("late-fee-"):
            _tell_charge(book, cause.about, result.life, as_of, trace, bookings)
        elif cause == Cause("write-off", "charge-off"):
            _tell_write_off(book, cause, result.life, as_of, trace, bookings)


def _tell_split_anew(book: LoanBook, result: Reworked, as_of: date, trace: str | None, bookings: Bookings) -> None:
    """Tell again of payments that are split differently now; the higher sequence counts."""
    for fact in result.split_anew:
        payment = payment_of(fact, book.loan.account.currency)
        tell_received(book.loan, payment, result.life.allocations[fact.fact_id], as_of, trace, bookings)


def _tell_fact(book: LoanBook, fact: Fact, life: Life, as_of: date, trace: str | None, bookings: Bookings) -> None:
    match fact:
        case Charged():
            _tell_charge(book, fact.fact_id, life, as_of, trace, bookings)
        case ChargedBack():
            _tell(
                book, as_of, trace, bookings, contract.PaymentChargedBack, payment_id=fact.payment_id,
                chargeback_id=fact.fact_id, amount_minor=fact.amount_minor, charged_back_on=fact.on,
            )  # fmt: skip
        case Waived():
            _tell(
                book, as_of, trace, bookings, contract.ChargeWaived, waiver_id=fact.fact_id,
                component=fact.component, amount_minor=life.waived_minor.get(fact.fact_id, 0), waived_on=fact.on,
            )  # fmt: skip
        case Restructured():
            _tell(
                book, as_of, trace, bookings, contract.LoanRestructured, restructuring_id=fact.fact_id,
                restructured_on=fact.on, instalments=_schedule(life), terms=told_terms(life.terms),
            )  # fmt: skip
        case WrittenOff():
            _tell_write_off(book, Cause("write-off", fact.fact_id), life, as_of, trace, bookings)
        case _:
            reason = _REASONS[type(fact)]
            _tell(book, as_of, trace, bookings, contract.StandingChanged, reason=reason, business_date=as_of)


def _tell_charge(
    book: LoanBook, charge_id: str, life: Life, as_of: date, trace: str | None, bookings: Bookings
) -> None:
    for line in life.lines:
        item = line.charge(charge_id)
        if item is not None:
            _tell(
                book, as_of, trace, bookings, contract.ChargePosted, charge_id=charge_id, kind=item.kind,
                instalment_number=line.number, amount_minor=item.amount_minor, capped_minor=item.capped_minor,
                due_on=item.due_on,
            )  # fmt: skip


def _tell_write_off(
    book: LoanBook, cause: Cause, life: Life, as_of: date, trace: str | None, bookings: Bookings
) -> None:
    entry = life.entries.by_cause.get(cause)
    _tell(
        book, as_of, trace, bookings, contract.LoanWrittenOff,
        written_off_on=as_of if entry is None else entry.on, amount_minor=_booked_minor(life, [cause]),
    )  # fmt: skip


def _booked_minor(life: Life, causes: Iterable[Cause]) -> int:
    entries = [life.entries.by_cause[cause] for cause in causes if cause in life.entries.by_cause]
    return sum(sum(entry.amounts.values()) for entry in entries)


def _schedule(life: Life) -> tuple[contract.ScheduledInstalment, ...]:
    return tuple(
        contract.ScheduledInstalment(
            instalment_number=line.number, due_on=line.due_on, amounts=lacking(instalment_of(line)).told()
        )
        for line in life.lines
        if line.outstanding_minor
    )
