"""The business-date close of a loan: what a date makes due, announced or overdue. Pure; levels, not edges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from schemas import ledger as contract
from services.eventing.envelope import OutgoingEvent, outgoing
from services.ledger import journal
from services.ledger.account import LoanInstalment
from services.ledger.loan import Loan, Transaction, transaction
from services.ledger.standing import lacking


class Stage(IntEnum):
    """What the calendar has done with an instalment."""

    NOTHING = 0
    ANNOUNCED = 1
    DUE = 2
    PASSED = 3


@dataclass(frozen=True, slots=True)
class StagedInstalment:
    """An instalment and the stage the calendar has brought it to."""

    instalment: LoanInstalment
    stage: Stage


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing one loan on a date does; `stages` are the new stages by instalment number."""

    stages: dict[int, Stage]
    transactions: list[Transaction]
    emitted: list[OutgoingEvent]
    next_action_on: date | None


def stage_on(due_on: date, on: date, announce_days: int) -> Stage:
    """The stage that a date brings an instalment to."""
    if on > due_on:
        return Stage.PASSED
    if on == due_on:
        return Stage.DUE
    return Stage.ANNOUNCED if on >= due_on - timedelta(days=announce_days) else Stage.NOTHING


def close_loan(loan: Loan, staged: Sequence[StagedInstalment], on: date, announce_days: int) -> Closed:
    """Bring every instalment to the stage of `on`: earn its interest when it falls due, announce or report what is
    unpaid. After a jump over several stages only the last one is told.

    `staged` are the loan's instalments that are unpaid or not passed, in order, up to at least the first one that `on`
    does not reach.
    """
    stages: dict[int, Stage] = {}
    transactions: list[Transaction] = []
    emitted: list[OutgoingEvent] = []
    for one in staged:
        instalment = one.instalment
        stage = stage_on(instalment.due_on, on, announce_days)
        if stage <= one.stage:
            continue
        stages[instalment.number] = stage
        if stage >= Stage.DUE > one.stage and instalment.interest_minor:
            transactions.append(transaction(
                loan, "interest-due", f"instalment-{instalment.number}", instalment.due_on,
                journal.interest_due(instalment.interest_minor)))  # fmt: skip
        if instalment.outstanding_minor > (loan.arrears_tolerance_minor if stage is Stage.PASSED else 0):
            emitted.append(_notice(loan, instalment, stage, on))
    return Closed(stages, transactions, emitted, _next_action(staged, stages, announce_days))


def _next_action(staged: Sequence[StagedInstalment], stages: dict[int, Stage], announce_days: int) -> date | None:
    for one in staged:
        due_on = one.instalment.due_on
        stage = stages.get(one.instalment.number, one.stage)
        if stage is Stage.NOTHING:
            return due_on - timedelta(days=announce_days)
        if stage is Stage.ANNOUNCED:
            return due_on
        if stage is Stage.DUE:
            return due_on + timedelta(days=1)
    return None


def _notice(loan: Loan, instalment: LoanInstalment, stage: Stage, on: date) -> OutgoingEvent:
    common = contract.LedgerEventData(
        borrower_id=loan.account.borrower_id, loan_id=loan.account.loan_id, currency=loan.account.currency,
        standing=loan.standing(on).told(),
    )  # fmt: skip
    data: contract.LedgerEventData
    if stage is Stage.PASSED:
        data = contract.InstalmentOverdue(
            **dict(common), instalment_number=instalment.number, due_on=instalment.due_on,
            amounts=lacking(instalment).told(), days_past_due=(on - instalment.due_on).days, business_date=on,
        )  # fmt: skip
    else:
        data = contract.RepaymentDue(
            **dict(common), instalment_number=instalment.number, due_on=instalment.due_on,
            days_ahead=(instalment.due_on - on).days, amounts=lacking(instalment).told(), business_date=on,
        )  # fmt: skip
    return outgoing(data, loan.next_sequence())
