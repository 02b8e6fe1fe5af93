"""How a loan stands on a date, as every event of the ledger tells it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from schemas import values as contract
from services.ledger.account import LoanInstalment


class Amounts(NamedTuple):
    """An amount in minor units by component."""

    penalty_minor: int = 0
    fee_minor: int = 0
    interest_minor: int = 0
    principal_minor: int = 0

    def told(self) -> contract.ComponentAmounts:
        """The same as the contract has it."""
        return contract.ComponentAmounts(**self._asdict())


class Standing(NamedTuple):
    """The figures of `schemas.values.LoanStanding`, which explains them; one is made for every payment."""

    as_of: date
    principal_outstanding_minor: int
    overdue: Amounts
    oldest_unpaid_due_on: date | None
    next_due_on: date | None
    next_due: Amounts
    credit_minor: int
    settled: bool
    written_off: bool = False

    def told(self) -> contract.LoanStanding:
        """The same as the contract has it."""
        return contract.LoanStanding(
            as_of=self.as_of,
            principal_outstanding_minor=self.principal_outstanding_minor,
            overdue=self.overdue.told(),
            oldest_unpaid_due_on=self.oldest_unpaid_due_on,
            next_due_on=self.next_due_on,
            next_due=self.next_due.told(),
            credit_minor=self.credit_minor,
            settled=self.settled,
            written_off=self.written_off,
        )


_NOTHING = Amounts()


def lacking(instalment: LoanInstalment) -> Amounts:
    """What an instalment still lacks, by component."""
    return Amounts(
        instalment.penalty_minor - instalment.penalty_paid_minor,
        instalment.fee_minor - instalment.fee_paid_minor,
        instalment.interest_minor - instalment.interest_paid_minor,
        instalment.principal_minor - instalment.principal_paid_minor,
    )


def standing_of(
    unpaid: Sequence[LoanInstalment],
    as_of: date,
    *,
    principal_outstanding_minor: int,
    credit_minor: int,
    tolerance_minor: int,
    written_off: bool = False,
) -> Standing:
    """The standing from the unpaid instalments in order: at least all before `as_of` and the first two after.

    An instalment that lacks no more than `tolerance_minor` counts as paid, past or to come; its rest is still told in
    `overdue` once another one is past due.
    """
    counted = following = None
    overdue = _NOTHING
    for instalment in unpaid:
        is_past = instalment.due_on < as_of
        lacks = lacking(instalment)
        if is_past:
            overdue = Amounts(*map(int.__add__, overdue, lacks))
        if sum(lacks) <= tolerance_minor:
            continue
        if not is_past:
            following = instalment
            break
        counted = counted or instalment
    oldest = counted or following
    return Standing(
        as_of,
        principal_outstanding_minor,
        _NOTHING if counted is None else overdue,
        None if oldest is None else oldest.due_on,
        None if following is None else following.due_on,
        _NOTHING if following is None else lacking(following),
        credit_minor,
        not unpaid,
        written_off,
    )
