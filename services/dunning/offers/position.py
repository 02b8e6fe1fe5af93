"""How a loan stands on the day that plans are looked for: what is owed, what is overdue, what was still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.dunning.amounts import NOTHING, Amounts
from services.schedules.restructured import accrued_interest_minor
from services.schedules.schedule import Instalment, LoanTerms, build_schedule


class InvalidPosition(ValueError):
    """A position, or means, that no plan can be made from: `field` has a `value` that is refused for `reason`."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} {value}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class LoanPosition:
    """A loan as of the end of `as_of`, as the ledger's standing tells it. Amounts in minor units.

    `overdue` is what instalments due before `as_of` lack, by component. `accrued_interest_minor` is the interest earned
    since then, on instalments not past due yet, and unpaid; with it the interest that such instalments carry over from
    before a restructuring. `remaining` are the instalments due on `as_of` or later with what they lack of principal and
    interest; their principal and the overdue sum to `principal_outstanding_minor`. `charges_to_come` are fees and
    penalties that are owed with them. `oldest_unpaid_due_on` is the due date of the oldest overdue instalment, None if
    nothing is overdue. Creating an impossible position raises InvalidPosition.
    """

    terms: LoanTerms
    as_of: date
    principal_outstanding_minor: int
    overdue: Amounts
    accrued_interest_minor: int
    remaining: tuple[Instalment, ...]
    oldest_unpaid_due_on: date | None = None
    charges_to_come: Amounts = NOTHING

    def __post_init__(self) -> None:
        overdue = self.overdue
        for name, amounts in (("overdue", overdue), ("charges_to_come", self.charges_to_come)):
            for component in ("principal", "interest", "fee", "penalty"):
                amount_minor = getattr(amounts, f"{component}_minor")
                if amount_minor < 0:
                    raise InvalidPosition(f"{name}.{component}_minor", amount_minor, "must not be below zero")
        self._refuse_unless(self.as_of >= self.terms.disbursed_on, "as_of", "is before disbursal")
        outstanding_minor = self.principal_outstanding_minor
        self._refuse_unless(outstanding_minor >= 0, "principal_outstanding_minor", "must not be below zero")
        within = outstanding_minor <= self.terms.principal_minor
        self._refuse_unless(within, "principal_outstanding_minor", "is above the principal of the loan")
        if overdue.principal_minor > outstanding_minor:
            raise InvalidPosition(
                "overdue.principal_minor", overdue.principal_minor, "is above the principal outstanding"
            )
        self._refuse_unless(outstanding_minor > 0, "principal_outstanding_minor", "is settled: no principal is owed")
        self._refuse_unless(self.accrued_interest_minor >= 0, "accrued_interest_minor", "must not be below zero")
        remaining_minor = sum(line.principal_minor for line in self.remaining)
        if remaining_minor + overdue.principal_minor != outstanding_minor:
            reason = f"and {overdue.principal_minor} overdue are not the {outstanding_minor} outstanding"
            raise InvalidPosition("remaining", remaining_minor, reason)

    def _refuse_unless(self, holds: bool, field: str, reason: str) -> None:
        if not holds:
            raise InvalidPosition(field, getattr(self, field), reason)

    @property
    def owed_minor(self) -> int:
        """All that is owed on `as_of`, interest accrued until then included."""
        interest_minor = self.overdue.interest_minor + self.accrued_interest_minor
        return self.principal_outstanding_minor + interest_minor + self.fee_minor + self.penalty_minor

    @property
    def fee_minor(self) -> int:
        """All fees owed, overdue or not."""
        return self.overdue.fee_minor + self.charges_to_come.fee_minor

    @property
    def penalty_minor(self) -> int:
        """All penalties owed, overdue or not."""
        return self.overdue.penalty_minor + self.charges_to_come.penalty_minor

    @property
    def days_past_due(self) -> int:
        """Days since the oldest unpaid due date; 0 if nothing is overdue."""
        return 0 if self.oldest_unpaid_due_on is None else max(0, (self.as_of - self.oldest_unpaid_due_on).days)

    @property
    def ends_on(self) -> date:
        """When the loan ends as agreed, at the earliest today."""
        return self.remaining[-1].due_on if self.remaining else self.as_of

    @property
    def total_as_agreed_minor(self) -> int:
        """What would be paid from today on if the borrower paid at once what is overdue, and the rest as agreed."""
        remaining_minor = sum(line.principal_minor + line.interest_minor for line in self.remaining)
        return self.overdue.total_minor + remaining_minor + self.charges_to_come.total_minor


def remaining_instalments(
    schedule: Sequence[Instalment], as_of: date, principal_to_come_minor: int
) -> tuple[Instalment, ...]:
    """The instalments of a schedule due on `as_of` or later, when so much of their principal is still outstanding.

    Principal paid ahead is taken from the last instalments; principal that no instalment plans falls due with the last.
    A schedule that is over has one left, on `as_of`, if principal is to come all the same.
    """
    to_come = [line for line in schedule if line.due_on >= as_of]
    if not principal_to_come_minor:
        return ()
    if not to_come:
        return (Instalment(len(schedule) + 1, as_of, principal_to_come_minor, 0),)
    left_minor = principal_to_come_minor
    remaining = []
    for line in to_come:
        is_last = line is to_come[-1]
        principal_minor = left_minor if is_last else min(line.principal_minor, left_minor)
        left_minor -= principal_minor
        remaining.append(line._replace(principal_minor=principal_minor))
        if not left_minor:
            break
    return tuple(remaining)


def oldest_unpaid_due_on(schedule: Sequence[Instalment], as_of: date, overdue: Amounts) -> date | None:
    """The due date of the oldest instalment that an overdue amount reaches back to, the newest taken first."""
    left_minor = overdue.principal_minor + overdue.interest_minor
    if not overdue.total_minor:
        return None
    oldest = None
    for line in reversed([line for line in schedule if line.due_on < as_of]):
        if oldest is not None and left_minor <= 0:
            break
        oldest = line.due_on
        left_minor -= line.principal_minor + line.interest_minor
    return oldest


def position_from_terms(terms: LoanTerms, as_of: date, paid: Amounts, overdue: Amounts | None) -> LoanPosition:
    """The position of a loan whose schedule is still the one of its terms, from what is paid and overdue of it.

    Without `overdue` it is what fell due before `as_of` and was not paid, without fees and penalties. Interest paid
    ahead is taken off what has accrued. Raises InvalidPosition, also when more principal is overdue than has fallen
    due; InvalidTerms.
    """
    if as_of < terms.disbursed_on:
        raise InvalidPosition("as_of", as_of, f"is before disbursal on {terms.disbursed_on}")
    schedule = build_schedule(terms)
    if overdue is None:
        overdue = _unpaid(schedule, as_of, paid)
    fallen_due_minor = sum(line.principal_minor for line in schedule if line.due_on <= as_of)
    outstanding_minor = terms.principal_minor - paid.principal_minor
    if overdue.principal_minor > max(0, outstanding_minor):
        raise _overdue_above_outstanding(overdue)
    if overdue.principal_minor > fallen_due_minor:
        raise InvalidPosition("overdue.principal_minor", overdue.principal_minor, "is more than what has fallen due")
    earned_minor = sum(line.interest_minor for line in schedule if line.due_on < as_of)
    ahead_minor = max(0, paid.interest_minor + overdue.interest_minor - earned_minor)
    accrued_minor = accrued_interest_minor(schedule, terms.disbursed_on, as_of)
    return LoanPosition(
        terms=terms,
        as_of=as_of,
        principal_outstanding_minor=outstanding_minor,
        overdue=overdue,
        accrued_interest_minor=max(0, accrued_minor - ahead_minor),
        remaining=remaining_instalments(schedule, as_of, max(0, outstanding_minor - overdue.principal_minor)),
        oldest_unpaid_due_on=oldest_unpaid_due_on(schedule, as_of, overdue),
    )


def _unpaid(schedule: Sequence[Instalment], as_of: date, paid: Amounts) -> Amounts:
    past = [line for line in schedule if line.due_on < as_of]
    return Amounts(
        interest_minor=max(0, sum(line.interest_minor for line in past) - paid.interest_minor),
        principal_minor=max(0, sum(line.principal_minor for line in past) - paid.principal_minor),
    )


def _overdue_above_outstanding(overdue: Amounts) -> InvalidPosition:
    return InvalidPosition("overdue.principal_minor", overdue.principal_minor, "is above the principal outstanding")
