"""The business-date close of a loan: what a date makes due, announced or overdue. Pure; levels, not edges."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from schemas import ledger as contract
from services.eventing.envelope import OutgoingEvent, outgoing_json
from services.ledger import event_text, journal
from services.ledger.account import LoanInstalment
from services.ledger.agreement import Agreement
from services.ledger.loan import Loan, Transaction, transaction
from services.ledger.standing import lacking


class Stage(IntEnum):
    """What the calendar has done with an instalment; between NOTHING and DUE the number of announcements reached."""

    NOTHING = 0
    DUE = 100
    PASSED = 101


@dataclass(frozen=True, slots=True)
class StagedInstalment:
    """An instalment and the stage the calendar has brought it to."""

    instalment: LoanInstalment
    stage: int


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing one loan on a date does.

    `stages` are the new stages by instalment number, `earned` the numbers of those whose interest is earned now.
    """

    stages: dict[int, int]
    earned: tuple[int, ...]
    transactions: list[Transaction]
    emitted: list[OutgoingEvent]
    next_action_on: date | None


def stage_on(due_on: date, on: date, days_ahead: Sequence[int]) -> int:
    """The stage that a date brings an instalment to; `days_ahead` are the days of announcement, descending."""
    if on >= due_on:
        return Stage.PASSED if on > due_on else Stage.DUE
    return sum(1 for days in days_ahead if days and on >= due_on - timedelta(days=days))


def close_loan(loan: Loan, staged: Sequence[StagedInstalment], on: date, days_ahead: Sequence[int]) -> Closed:
    """Bring every instalment to the stage of `on`: earn its interest when it falls due (unless it is earned already),
    announce or report what is unpaid. After a jump over several stages only the last one is told.

    `staged` are the loan's instalments that are unpaid or not passed, in order, up to at least the first one that `on`
    does not reach.
    """
    stages: dict[int, int] = {}
    earned: list[int] = []
    transactions: list[Transaction] = []
    emitted: list[OutgoingEvent] = []
    for one in staged:
        instalment = one.instalment
        stage = stage_on(instalment.due_on, on, days_ahead)
        if stage <= one.stage:
            continue
        stages[instalment.number] = stage
        if stage >= Stage.DUE and not instalment.is_earned:
            earned.append(instalment.number)
            if postings := journal.interest_due(instalment.interest_minor, instalment.interest_in_advance_minor):
                about = f"instalment-{instalment.number}"
                transactions.append(transaction(loan, "interest-due", about, instalment.due_on, postings))
        tolerance_minor = loan.arrears_tolerance_minor if stage is Stage.PASSED else 0
        is_told = stage != Stage.DUE or 0 in days_ahead
        if is_told and instalment.outstanding_minor > tolerance_minor:
            emitted.append(_notice(loan, instalment, stage, on))
    return Closed(stages, tuple(earned), transactions, emitted, _next_action(staged, stages, days_ahead))


def next_calendar_day(agreement: Agreement, unpaid: Sequence[LoanInstalment], on: date) -> date | None:
    """The next day on which being late costs more than before must be booked: a late fee, the charge-off, and every
    month's end while penalty interest accrues. `unpaid` are all unpaid instalments."""
    overdue = [instalment for instalment in unpaid if instalment.due_on < on and instalment.outstanding_minor]
    if not overdue:
        return None
    days = []
    if agreement.late_fee is not None:
        days += [one.due_on + timedelta(days=agreement.late_fee.after_days + 1) for one in overdue]
    if agreement.charge_off_after_days is not None:
        days.append(overdue[0].due_on + timedelta(days=agreement.charge_off_after_days))
    if agreement.penalty is not None:
        days.append(_month_end_after(on))
    return min((day for day in days if day > on), default=None)


def _month_end_after(on: date) -> date:
    following = on + timedelta(days=1)
    return following.replace(day=monthrange(following.year, following.month)[1])


def _next_action(staged: Sequence[StagedInstalment], stages: dict[int, int], days_ahead: Sequence[int]) -> date | None:
    """The earliest day on which an instalment reaches a stage that means something: not one that is paid and earned."""
    days = []
    for one in staged:
        due_on = one.instalment.due_on
        stage = stages.get(one.instalment.number, one.stage)
        is_earned = one.instalment.is_earned or stage >= Stage.DUE or not one.instalment.interest_minor
        if one.instalment.paid_on is not None and is_earned:
            continue
        if stage < Stage.DUE:
            ahead = [days for days in days_ahead if days][stage:]
            days.append(due_on - timedelta(days=ahead[0]) if ahead else due_on)
        elif stage == Stage.DUE:
            days.append(due_on + timedelta(days=1))
    return min(days, default=None)


def _notice(loan: Loan, instalment: LoanInstalment, stage: int, on: date) -> OutgoingEvent:
    is_overdue = stage == Stage.PASSED
    borrower_id, loan_id = loan.key
    write = event_text.instalment_overdue if is_overdue else event_text.repayment_due
    value = write(
        borrower_id, loan_id, loan.account.currency, loan.standing(on), instalment.number, instalment.due_on,
        lacking(instalment), on,
    )  # fmt: skip
    model = contract.InstalmentOverdue if is_overdue else contract.RepaymentDue
    return outgoing_json(model, borrower_id, loan_id, value, loan.next_sequence())
