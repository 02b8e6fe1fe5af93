"""How a loan stands on a date, as every event of the ledger tells it."""

from collections.abc import Sequence
from datetime import date

from schemas.values import ComponentAmounts, LoanStanding
from services.ledger.account import LoanInstalment

_NOTHING = ComponentAmounts()


def lacking(instalment: LoanInstalment) -> ComponentAmounts:
    """What an instalment still lacks, by component."""
    return ComponentAmounts(
        penalty_minor=instalment.penalty_minor - instalment.penalty_paid_minor,
        fee_minor=instalment.fee_minor - instalment.fee_paid_minor,
        interest_minor=instalment.interest_minor - instalment.interest_paid_minor,
        principal_minor=instalment.principal_minor - instalment.principal_paid_minor,
    )


def standing_of(
    unpaid: Sequence[LoanInstalment],
    as_of: date,
    *,
    principal_outstanding_minor: int,
    credit_minor: int,
    tolerance_minor: int,
) -> LoanStanding:
    """The standing from the unpaid instalments in order: at least all before `as_of` and the first two after.

    An instalment that lacks no more than `tolerance_minor` counts as paid, past or to come; its rest is still told in
    `overdue` once another one is past due.
    """
    past = [instalment for instalment in unpaid if instalment.due_on < as_of]
    following = next((i for i in unpaid[len(past) :] if i.outstanding_minor > tolerance_minor), None)
    counted = next((i for i in past if i.outstanding_minor > tolerance_minor), None)
    oldest = counted or following
    return LoanStanding(
        as_of=as_of,
        principal_outstanding_minor=principal_outstanding_minor,
        overdue=_NOTHING if counted is None else _sum(past),
        oldest_unpaid_due_on=None if oldest is None else oldest.due_on,
        next_due_on=None if following is None else following.due_on,
        next_due=_NOTHING if following is None else lacking(following),
        credit_minor=credit_minor,
        settled=not unpaid,
    )


def _sum(instalments: Sequence[LoanInstalment]) -> ComponentAmounts:
    return ComponentAmounts(
        penalty_minor=sum(i.penalty_minor - i.penalty_paid_minor for i in instalments),
        fee_minor=sum(i.fee_minor - i.fee_paid_minor for i in instalments),
        interest_minor=sum(i.interest_minor - i.interest_paid_minor for i in instalments),
        principal_minor=sum(i.principal_minor - i.principal_paid_minor for i in instalments),
    )
