"""A plan: an agreement that the ledger can carry out, with the instalments that it will book for it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from schemas.offers import PlanKind
from services.dunning.offers.plan_dates import Every, monthly_equivalent_minor
from services.dunning.offers.situation import Situation
from services.schedules.restructured import Owed, PlannedInstalment, RestructureTerms, planned_instalments


@dataclass(frozen=True, slots=True)
class Shape:
    """Where in the grid of its kind a candidate lies; None for what its kind does not vary."""

    instalments: int | None = None
    extension_months: int | None = None
    holiday_months: int | None = None
    reduction_percent: Decimal | None = None
    season: tuple[int, ...] | None = None
    season_months: int | None = None
    settlement_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agreement to consider."""

    kind: PlanKind
    shape: Shape
    agreement: RestructureTerms


@dataclass(frozen=True)
class Plan:
    """A candidate and its schedule; amounts in minor units."""

    candidate: Candidate
    every: Every
    instalments: tuple[PlannedInstalment, ...]

    @property
    def kind(self) -> PlanKind:
        """The kind of the plan."""
        return self.candidate.kind

    @cached_property
    def totals_minor(self) -> tuple[int, ...]:
        """What is due with each instalment, all components together."""
        return tuple([line.total_minor for line in self.instalments])

    @cached_property
    def total_minor(self) -> int:
        """All that is paid from today on if the plan is kept."""
        return sum(self.totals_minor)

    @cached_property
    def largest_minor(self) -> int:
        """The largest instalment."""
        return max(self.totals_minor)

    @cached_property
    def heaviest_month_minor(self) -> int:
        """What the largest instalment takes of a month."""
        return monthly_equivalent_minor(self.largest_minor, self.every)

    @property
    def ends_on(self) -> date:
        """When the last instalment falls due."""
        return self.instalments[-1].due_on


def owed_of(situation: Situation) -> Owed:
    """What a plan schedules anew: all that is owed today."""
    position = situation.position
    return Owed(
        principal_minor=position.principal_outstanding_minor,
        interest_minor=position.overdue.interest_minor + position.accrued_interest_minor,
        fee_minor=position.fee_minor,
        penalty_minor=position.penalty_minor,
    )


def plan_for(candidate: Candidate, situation: Situation) -> Plan:
    """The schedule of a candidate, as the ledger would book it. Raises InvalidTerms."""
    terms = situation.position.terms
    lines = planned_instalments(owed_of(situation), terms, candidate.agreement)
    return Plan(candidate, candidate.agreement.every or terms.every, lines)
