"""The working state of a loan's life: its instalments as lines that are paid, charged, waived and replaced."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from services.ledger.allocation import Component
from services.ledger.facts import ChargeKind
from services.schedules.schedule import Instalment, LoanTerms

ChargeRule = Literal["charged", "penalty-interest", "late-fee", "carried-forward"]


@dataclass(slots=True)
class ChargeItem:
    """One penalty or fee of an instalment, payable on `due_on`. `charge_id` is unique on the loan.

    `amount_minor` is what was charged; `capped_minor` is what the rule asked for beyond it and the cost cap forbade,
    `moved_minor` what went to a new schedule.
    """

    charge_id: str
    kind: ChargeKind
    rule: ChargeRule
    due_on: date
    amount_minor: int = 0
    paid_minor: int = 0
    waived_minor: int = 0
    capped_minor: int = 0
    moved_minor: int = 0

    @property
    def outstanding_minor(self) -> int:
        """What is still owed of it."""
        return self.amount_minor - self.paid_minor - self.waived_minor


@dataclass(slots=True)
class Line:
    """One instalment. Amounts are in minor units.

    `period` counts the periods of the current schedule from 0; None for what is no instalment of it: a down payment, or
    a charge due after the last. `carried_interest_minor` is interest that an earlier schedule has earned already.
    `in_advance_minor` and `late_minor` are what was paid before and after `due_on`, `interest_in_advance_minor` the
    interest paid before it was earned. `lacking_minor_days` sums what was overdue over the days that penalty interest
    counts. `paid_on` is the day the last of it was paid. `is_earned`: its interest is booked as income. A line that a
    new schedule replaced owes nothing any more; `moved_interest_minor` went there.
    """

    number: int
    due_on: date
    principal_minor: int
    interest_minor: int
    period: int | None = None
    carried_interest_minor: int = 0
    principal_paid_minor: int = 0
    interest_paid_minor: int = 0
    principal_waived_minor: int = 0
    interest_waived_minor: int = 0
    interest_in_advance_minor: int = 0
    in_advance_minor: int = 0
    late_minor: int = 0
    lacking_minor_days: int = 0
    moved_interest_minor: int = 0
    paid_on: date | None = None
    is_earned: bool = False
    is_replaced: bool = False
    charges: list[ChargeItem] = field(default_factory=list)

    @property
    def principal_outstanding_minor(self) -> int:
        """Principal not yet paid or waived."""
        return self.principal_minor - self.principal_paid_minor - self.principal_waived_minor

    @property
    def interest_outstanding_minor(self) -> int:
        """Interest not yet paid or waived, due or not."""
        return self.interest_minor - self.interest_paid_minor - self.interest_waived_minor

    @property
    def outstanding_minor(self) -> int:
        """All that is still owed of it, due or not."""
        # Spelled out: it is asked of every line for every fact, and a property costs more than the sum.
        owed = (
            self.principal_minor
            - self.principal_paid_minor
            - self.principal_waived_minor
            + self.interest_minor
            - self.interest_paid_minor
            - self.interest_waived_minor
        )
        return owed + sum([charge.outstanding_minor for charge in self.charges]) if self.charges else owed

    @property
    def paid_minor(self) -> int:
        """All that was paid of it."""
        paid = self.principal_paid_minor + self.interest_paid_minor
        return paid + sum(charge.paid_minor for charge in self.charges)

    def component_outstanding_minor(self, component: Component) -> int:
        """What is still owed of one component, due or not."""
        if component == "principal":
            return self.principal_outstanding_minor
        if component == "interest":
            return self.interest_outstanding_minor
        return sum(charge.outstanding_minor for charge in self.charges_of(component))

    def charges_of(self, kind: ChargeKind) -> Iterator[ChargeItem]:
        """Its penalties or its fees."""
        return (charge for charge in self.charges if charge.kind == kind)

    def charged_minor(self, kind: ChargeKind) -> int:
        """What was charged of one kind."""
        return sum(charge.amount_minor for charge in self.charges_of(kind))

    def charge(self, charge_id: str) -> ChargeItem | None:
        """One of its charges."""
        return next((charge for charge in self.charges if charge.charge_id == charge_id), None)


def scheduled_lines(terms: LoanTerms, schedule: Sequence[Instalment], first: int) -> list[Line]:
    """The lines of a schedule, numbered from `first`."""
    before = 1 if terms.down_payment_minor else 0
    return [
        Line(
            first + index,
            one.due_on,
            one.principal_minor,
            one.interest_minor,
            index - before if index >= before else None,
        )
        for index, one in enumerate(schedule)
    ]


def principal_outstanding_minor(lines: Iterable[Line]) -> int:
    """Principal of the loan not yet paid, waived or written off."""
    return sum(line.principal_outstanding_minor for line in lines)
