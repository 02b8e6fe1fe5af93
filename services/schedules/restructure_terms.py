"""What lender and borrower agree about a new schedule, checked as far as it can be without the loan. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal, get_args

from services.schedules.given_schedule import PrincipalPart
from services.schedules.terms import MAXIMUM_INSTALMENTS, InvalidTerms, PeriodUnit

Treatment = Literal["capitalise", "carry_forward", "waive"]
"""What becomes of interest, fees or penalties owed: added to principal, spread over the new instalments, given up."""

_TREATMENTS: Final = frozenset(get_args(Treatment))
_TREATED: Final = ("interest", "fee", "penalty")
_NamedCheck = tuple[str, object, bool, str]
"""A field, its value, whether that holds, and what is wrong with it if not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestructureTerms:
    """What was agreed about a new schedule; the fields of `schemas.dunning.RestructureTermsData`.

    None in `annual_rate_percent` and `every` leaves them as they were. `settle_for_minor`: this is owed instead of all.
    What is carried forward goes to the first `carry_over_instalments`, or to all. The first
    `principal_grace_instalments` pay interest only. `principal_parts` say instead how much principal is due on which
    day; the last takes what differs from the principal to schedule.

    Creating fields that contradict each other raises `InvalidTerms`; whether they fit a loan says
    `restructured.check_plan`.
    """

    agreed_on: date
    number_of_instalments: int
    first_due_on: date
    annual_rate_percent: Decimal | None = None
    every: tuple[int, PeriodUnit] | None = None
    interest: Treatment = "carry_forward"
    fee: Treatment = "carry_forward"
    penalty: Treatment = "carry_forward"
    settle_for_minor: int | None = None
    carry_over_instalments: int | None = None
    principal_grace_instalments: int = 0
    principal_parts: tuple[PrincipalPart, ...] | None = None

    def __post_init__(self) -> None:
        _refuse_first_broken(_field_checks(self))
        if self.principal_parts is not None:
            _refuse_first_broken(_part_checks(self, self.principal_parts))


def _field_checks(agreement: RestructureTerms) -> tuple[_NamedCheck, ...]:
    count, carry_over = agreement.number_of_instalments, agreement.carry_over_instalments
    grace, settlement_minor = agreement.principal_grace_instalments, agreement.settle_for_minor
    first_due_on = agreement.first_due_on
    return (
        ("number_of_instalments", count, 1 <= count <= MAXIMUM_INSTALMENTS, f"must be 1 to {MAXIMUM_INSTALMENTS}"),
        ("first_due_on", first_due_on, first_due_on > agreement.agreed_on, f"must be after {agreement.agreed_on}"),
        *((name, getattr(agreement, name), getattr(agreement, name) in _TREATMENTS, "is unknown") for name in _TREATED),
        ("settle_for_minor", settlement_minor, settlement_minor is None or settlement_minor > 0, "must be above zero"),
        ("carry_over_instalments", carry_over, carry_over is None or carry_over >= 1, "must be at least 1"),
        ("carry_over_instalments", carry_over, carry_over is None or carry_over <= count,
         f"is more than the {count} instalments"),
        ("principal_grace_instalments", grace, grace >= 0, "must not be below zero"),
        ("principal_grace_instalments", grace, grace < count, f"must be fewer than the {count} instalments"),
    )  # fmt: skip


def _part_checks(agreement: RestructureTerms, parts: Sequence[PrincipalPart]) -> Iterator[_NamedCheck]:
    count, grace, every = agreement.number_of_instalments, agreement.principal_grace_instalments, agreement.every
    not_with_parts = "cannot be combined with principal_parts"
    yield "number_of_instalments", count, count == len(parts), f"differs from the {len(parts)} principal_parts"
    yield "principal_grace_instalments", grace, not grace, not_with_parts
    yield "every", every, every is None, not_with_parts
    first_due_on = agreement.first_due_on
    differs = f"differs from the first of principal_parts, {parts[0].due_on}"
    yield "first_due_on", first_due_on, first_due_on == parts[0].due_on, differs
    for before, part in pairwise(parts):
        yield "principal_parts", part.due_on, part.due_on > before.due_on, f"does not follow {before.due_on}"
    for part in parts:
        yield "principal_parts", part.principal_minor, part.principal_minor >= 0, "must not be below zero"


def _refuse_first_broken(checks: Iterable[_NamedCheck]) -> None:
    for field, value, holds, reason in checks:
        if not holds:
            raise InvalidTerms(field, value, reason)
