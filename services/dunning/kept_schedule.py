"""The schedule of a loan as the ledger told it and as dunning keeps it: JSON texts; and what makes them out of date."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from schemas.ledger import (
    ChargePosted,
    ChargeWaived,
    LedgerEventData,
    LoanRestructured,
    PaymentChargedBack,
    PaymentReceived,
    PaymentReversed,
    ScheduledInstalment,
    StandingChanged,
)
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_levels import overdue_on

_INSTALMENTS: Final = TypeAdapter(tuple[ScheduledInstalment, ...])
_MOVING_REASONS: Final = frozenset({"due-date-changed", "restructuring-undone", "charge-undone", "waiver-undone"})
"""Changes of standing that may touch instalments of which the standing tells nothing."""


@dataclass(frozen=True, slots=True)
class KeptSchedule:
    """`terms` of the current schedule; `instalments` of a restructured loan, as they were told; None: not known.

    `instalments` are dropped once it is not certain any more that those after the next one lack what was told.
    """

    terms: str | None
    instalments: str | None = None


NOT_KNOWN: Final = KeptSchedule(None)


def restructured_schedule(told: LoanRestructured) -> KeptSchedule:
    """What is kept of a new schedule: nothing certain without its terms."""
    if told.terms is None:
        return NOT_KNOWN
    return KeptSchedule(told.terms.model_dump_json(), _INSTALMENTS.dump_json(told.instalments).decode())


def told_instalments(text: str) -> tuple[ScheduledInstalment, ...]:
    """The instalments that were kept."""
    return _INSTALMENTS.validate_json(text)


def leaves_instalments_known(
    data: LedgerEventData, before: LoanFacts, after: LoanFacts, instalments: Sequence[ScheduledInstalment]
) -> bool:
    """Whether the instalments after the next one surely lack what was told when the loan was restructured.

    `before` and `after` are the loan's facts around the event. The standing tells what the instalments until the next
    one lack; of those after it only their principal can be checked by it.
    """
    restructured_on = before.restructured_on
    match data:
        case PaymentReceived():
            is_older = restructured_on is None or data.value_date <= restructured_on
            return not is_older and not _pays_beyond_the_next(data, after, instalments)
        case PaymentReversed() | PaymentChargedBack():
            return False
        case ChargePosted():
            is_older = restructured_on is None or data.due_on <= restructured_on
            return not is_older and (after.next_due_on is None or data.due_on <= after.next_due_on)
        case ChargeWaived():
            return _waives_only_what_is_told(data, before, after, instalments)
        case StandingChanged():
            return data.reason not in _MOVING_REASONS
        case _:
            return True


def _pays_beyond_the_next(
    data: PaymentReceived, after: LoanFacts, instalments: Sequence[ScheduledInstalment]
) -> bool:  # fmt: skip
    """Some products let a payment pay interest or charges of all instalments before the principal of the next."""
    if after.next_due_on is None:
        return False
    beyond = {one.instalment_number for one in instalments if one.due_on > after.next_due_on}
    return any(
        paid.instalment_number in beyond and paid.penalty_minor + paid.fee_minor + paid.interest_minor > 0
        for paid in data.allocation.instalments
    )


def _waives_only_what_is_told(
    data: ChargeWaived, before: LoanFacts, after: LoanFacts, instalments: Sequence[ScheduledInstalment]
) -> bool:
    """The event does not say of which instalment; principal is checked by what is outstanding."""
    if data.component == "principal" or not data.amount_minor:
        return True
    name = f"{data.component}_minor"
    was_overdue_minor: int = getattr(overdue_on(before, after.as_of), name)
    if was_overdue_minor - getattr(after.overdue, name) == data.amount_minor:
        return True
    to_come = (one.amounts for one in instalments if one.due_on >= after.as_of)
    return not any(getattr(amounts, name) for amounts in to_come)
