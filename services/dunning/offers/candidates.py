"""The candidates of each kind of plan: every combination of the values in the policy's grid, as agreements.

All outstanding principal is scheduled anew in each of them; what is owed beside it is carried forward without interest,
over the instalments that take the arrears, or over all. Instalments that would fall due before a plan can begin join
the arrears. A loan whose principal was to be paid at its end pays it back in equal parts instead.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Final

from schemas.dunning import Treatment
from schemas.offers import PlanKind
from services.dunning.offers.drafts import Drafts
from services.dunning.offers.plan import Candidate, Shape
from services.dunning.offers.principal_spread import parts_in_season
from services.dunning.offers.rules import Rejection, RuleId
from services.schedules.restructured import RestructureTerms


def candidates_of(kind: PlanKind, drafts: Drafts) -> tuple[Candidate, ...] | Rejection:
    """All candidates of a kind, in the order of the grid; or the rule that rules the kind out for this loan."""
    rule = _ruled_out_by(kind, drafts)
    if rule is not None:
        return Rejection(kind, rule)
    agreements = _AGREEMENTS[kind](drafts)
    found = tuple(Candidate(kind, shape, agreement) for shape, agreement in agreements if agreement is not None)
    return found or Rejection(kind, "no-such-dates")


def _ruled_out_by(kind: PlanKind, drafts: Drafts) -> RuleId | None:
    situation = drafts.situation
    overdue = situation.position.overdue
    if kind not in situation.policy.allowed_kinds:
        return "kind-not-allowed"
    if kind == "spread-arrears" and not overdue.total_minor:
        return "nothing-overdue"
    if kind == "waive-penalty" and not overdue.penalty_minor:
        return "no-penalty"
    if kind == "lower-rate" and not situation.position.terms.annual_rate_percent:
        return "no-interest"
    return None


Agreements = Iterator[tuple[Shape, RestructureTerms | None]]
"""Each point of a kind's grid, with its agreement; None where the loan has no due dates for it."""


def _spread_arrears(drafts: Drafts) -> Agreements:
    """Later instalments stay as they are; what is overdue is added to the next so many."""
    policy = drafts.situation.policy
    return _over_the_next(drafts, policy.grids.spread_arrears.instalments, policy.penalty_treatment)


def _waive_penalty(drafts: Drafts) -> Agreements:
    """As arrears are spread, but penalties are given up; if the plan is broken, the policy can have them back."""
    return _over_the_next(drafts, drafts.situation.policy.grids.waive_penalty.instalments, "waive")


def _over_the_next(drafts: Drafts, grid: Sequence[int], penalty: Treatment) -> Agreements:
    for instalments in grid:
        yield Shape(instalments=instalments), drafts.arrears_over(instalments, penalty)


def _extend_term(drafts: Drafts) -> Agreements:
    """All that is owed over the instalments left and so many more."""
    for months in drafts.situation.policy.grids.extend_term.extension_months:
        yield Shape(extension_months=months), drafts.rescheduled(count=drafts.count_with(months))


def _holiday_then_extend(drafts: Drafts) -> Agreements:
    """Nothing is paid for so many months, then as many instalments as were left, and so many more."""
    grid = drafts.situation.policy.grids.holiday_then_extend
    for holiday, extension in product(grid.holiday_months, grid.extension_months):
        first = drafts.first_after(holiday)
        agreement = None if first is None else drafts.rescheduled(count=drafts.count_with(extension), first=first)
        yield Shape(holiday_months=holiday, extension_months=extension), agreement


def _lower_rate(drafts: Drafts) -> Agreements:
    """All that is owed at a lower rate, over the instalments left and so many more."""
    grid = drafts.situation.policy.grids.lower_rate
    rate = drafts.situation.position.terms.annual_rate_percent
    for reduction, extension in product(grid.reduction_percents, grid.extension_months):
        lowered = rate * (100 - reduction) / 100
        agreement = drafts.rescheduled(count=drafts.count_with(extension), annual_rate_percent=lowered)
        yield Shape(reduction_percent=reduction, extension_months=extension), agreement


def _seasonal(drafts: Drafts) -> Agreements:
    """Principal in some months of the year only, interest on every due date."""
    grid = drafts.situation.policy.grids.seasonal
    for season, months in product(grid.seasons, grid.months):
        parts = parts_in_season(drafts.dates_within(months), drafts.principal_minor, season)
        yield Shape(season=season, season_months=months), drafts.in_parts(parts) if parts else None


def _settlement(drafts: Drafts) -> Agreements:
    """A share of what is owed, without further interest, instead of all."""
    grid = drafts.situation.policy.grids.settlement
    for percent, instalments in product(grid.percents, grid.instalments):
        yield Shape(settlement_percent=percent, instalments=instalments), drafts.settling(percent, instalments)


_AGREEMENTS: Final[dict[PlanKind, Callable[[Drafts], Agreements]]] = {
    "spread-arrears": _spread_arrears,
    "extend-term": _extend_term,
    "holiday-then-extend": _holiday_then_extend,
    "lower-rate": _lower_rate,
    "waive-penalty": _waive_penalty,
    "seasonal": _seasonal,
    "settlement": _settlement,
}
