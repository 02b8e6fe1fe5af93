"""A new schedule for what is owed on a loan: the instalments that a restructuring will book, before it is agreed. Pure.

Who makes an offer works out from this what the borrower will see; the ledger works out from it what it books.

What is owed on a day is `Owed`: all principal, due or not; and interest, fees and penalties due or accrued until then
(`accrued_interest_minor` tells the interest of what is not overdue yet). The order of things:

1. With a settlement, what is owed beyond it is waived: penalties first, then fees, interest and at last principal.
2. Interest, fees and penalties left are each waived, capitalised or carried forward.
3. Principal, with what was capitalised, is scheduled anew.
4. What is carried forward is spread equally over the new instalments, or the first of them, without interest on it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from services.schedules.given_schedule import PrincipalPart, build_given_schedule
from services.schedules.money import divide_half_up
from services.schedules.restructure_terms import RestructureTerms, Treatment
from services.schedules.schedule import Instalment, build_schedule
from services.schedules.terms import InvalidTerms, LoanTerms

__all__ = [
    "Owed",
    "PlannedInstalment",
    "PrincipalPart",
    "RestructureTerms",
    "Treatment",
    "accrued_interest_minor",
    "accrued_share_minor",
    "check_plan",
    "planned_instalments",
    "principal_to_schedule_minor",
    "restructured_terms",
    "settled",
]

_GIVEN_UP_IN_ORDER: Final = ("penalty_minor", "fee_minor", "interest_minor", "principal_minor")


class Owed(NamedTuple):
    """What is owed on the day of a restructuring, in minor units by component; none is below zero."""

    principal_minor: int
    interest_minor: int = 0
    fee_minor: int = 0
    penalty_minor: int = 0

    @property
    def total_minor(self) -> int:
        """All of it."""
        return sum(self)


class PlannedInstalment(NamedTuple):
    """One new instalment; amounts in minor units. `number` counts from 1.

    `interest_minor` includes `carried_interest_minor`, which was owed before; `fee_minor` and `penalty_minor` are
    carried forward, too.
    """

    number: int
    due_on: date
    principal_minor: int
    interest_minor: int
    fee_minor: int
    penalty_minor: int
    carried_interest_minor: int

    @property
    def total_minor(self) -> int:
        """What the borrower pays on `due_on`."""
        return self.principal_minor + self.interest_minor + self.fee_minor + self.penalty_minor


def planned_instalments(
    owed: Owed, loan_terms: LoanTerms, agreement: RestructureTerms
) -> tuple[PlannedInstalment, ...]:
    """The instalments that replace all unpaid ones, ascending by due date.

    `loan_terms` are those of the schedule until then. Their principal sums to the principal owed after a settlement,
    with what is capitalised. Given parts count as far as there is principal for them: ask `check_plan` first whether
    there is. Raises InvalidTerms when no principal is owed, and when no schedule can be built.
    """
    terms = restructured_terms(principal_to_schedule_minor(owed, agreement), loan_terms, agreement)
    parts = agreement.principal_parts
    schedule = build_schedule(terms) if parts is None else build_given_schedule(terms, parts)
    left = settled(owed, agreement.settle_for_minor)
    interest, fee, penalty = (
        _spread(amount_minor if treatment == "carry_forward" else 0, len(schedule), agreement.carry_over_instalments)
        for amount_minor, treatment in _treated(left, agreement)
    )
    return tuple(
        [
            PlannedInstalment(
                number=line.number,
                due_on=line.due_on,
                principal_minor=line.principal_minor,
                interest_minor=line.interest_minor + interest[index],
                fee_minor=fee[index],
                penalty_minor=penalty[index],
                carried_interest_minor=interest[index],
            )
            for index, line in enumerate(schedule)
        ]
    )


def check_plan(owed: Owed, loan_terms: LoanTerms, agreement: RestructureTerms) -> None:
    """Refuse an agreement that does not fit what is owed. Raises InvalidTerms.

    `settle_for_minor` above what is owed; `principal_parts` that leave nothing for the last; terms that no schedule can
    be built from.
    """
    settlement_minor = agreement.settle_for_minor
    if settlement_minor is not None and settlement_minor > owed.total_minor:
        raise InvalidTerms("settle_for_minor", settlement_minor, f"is more than what is owed, {owed.total_minor}")
    if agreement.principal_parts is not None:
        before_the_last_minor = sum(part.principal_minor for part in agreement.principal_parts[:-1])
        principal_minor = principal_to_schedule_minor(owed, agreement)
        if before_the_last_minor >= principal_minor:
            reason = f"before the last leave nothing for it of the principal to schedule, {principal_minor}"
            raise InvalidTerms("principal_parts", before_the_last_minor, reason)
    planned_instalments(owed, loan_terms, agreement)


def settled(owed: Owed, settle_for_minor: int | None) -> Owed:
    """What is left to pay of what is owed when this is paid instead; None: all."""
    if settle_for_minor is None:
        return owed
    given_up_minor = max(0, owed.total_minor - settle_for_minor)
    left = {}
    for component in _GIVEN_UP_IN_ORDER:
        amount_minor = getattr(owed, component)
        left[component] = max(0, amount_minor - given_up_minor)
        given_up_minor -= amount_minor - left[component]
    return Owed(**left)


def principal_to_schedule_minor(owed: Owed, agreement: RestructureTerms) -> int:
    """The principal of the new schedule: owed after a settlement, with what is capitalised."""
    left = settled(owed, agreement.settle_for_minor)
    return left.principal_minor + sum(
        amount_minor for amount_minor, treatment in _treated(left, agreement) if treatment == "capitalise"
    )


def restructured_terms(principal_minor: int, loan_terms: LoanTerms, agreement: RestructureTerms) -> LoanTerms:
    """The terms of the new schedule; with `principal_parts` its due dates are those given. Raises InvalidTerms."""
    rate = agreement.annual_rate_percent
    return replace(
        loan_terms,
        principal_minor=principal_minor,
        annual_rate_percent=loan_terms.annual_rate_percent if rate is None else rate,
        number_of_instalments=agreement.number_of_instalments,
        every=agreement.every or loan_terms.every,
        disbursed_on=agreement.agreed_on,
        first_due_on=agreement.first_due_on,
        due_day_of_month=None,
        principal_grace_instalments=agreement.principal_grace_instalments,
        interest_grace_instalments=0,
        balloon_minor=0,
        down_payment_minor=0,
    )


def accrued_interest_minor(schedule: Sequence[Instalment], began_on: date, on: date) -> int:
    """Interest on instalments not overdue yet that is owed when a loan is restructured, or ends, on a day.

    An instalment due on `on` owes its whole interest, the one after it the share of the days of its period until then
    (see `accrued_share_minor`), later ones none. What instalments due before `on` lack comes on top of it, and what was
    paid ahead comes off. `schedule` is the current one, which began on `began_on`: the day of disbursal, or of the last
    restructuring.
    """
    owed_minor, starts_on = 0, began_on
    for line in schedule:
        if line.due_on > on:
            return owed_minor + accrued_share_minor(line.interest_minor, starts_on, line.due_on, on)
        starts_on = max(starts_on, line.due_on)
        if line.due_on == on:
            owed_minor += line.interest_minor
    return owed_minor


def accrued_share_minor(interest_minor: int, starts_on: date, due_on: date, on: date) -> int:
    """The share of a period's interest for its days until `on`, by actual days; halves round up."""
    return divide_half_up(interest_minor * max(0, (on - starts_on).days), (due_on - starts_on).days)


def _treated(left: Owed, agreement: RestructureTerms) -> tuple[tuple[int, Treatment], ...]:
    """Interest, fees and penalties with what becomes of each."""
    return (
        (left.interest_minor, agreement.interest),
        (left.fee_minor, agreement.fee),
        (left.penalty_minor, agreement.penalty),
    )


def _spread(amount_minor: int, count: int, over: int | None) -> list[int]:
    """Equal parts for the first instalments, nothing for the rest; the last that gets any takes the rounding."""
    payers = count if over is None else min(over, count)
    part_minor = amount_minor // payers
    last_minor = amount_minor - part_minor * (payers - 1)
    return [part_minor] * (payers - 1) + [last_minor] + [0] * (count - payers)
