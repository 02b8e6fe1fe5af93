"""Writes agreements for one situation: the same terms that the ledger will be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from itertools import takewhile
from typing import Final

from schemas.dunning import Treatment
from services.dunning.offers.offer_policy import OfferPolicy
from services.dunning.offers.plan import owed_of
from services.dunning.offers.plan_dates import PlanDates, months_later, periods_in
from services.dunning.offers.principal_spread import equal_parts, with_arrears
from services.dunning.offers.situation import Situation
from services.schedules.given_schedule import PrincipalPart
from services.schedules.restructured import RestructureTerms, settled
from services.schedules.terms import PRINCIPAL_AT_THE_END

MOST_INSTALMENTS: Final = 600
"""What an agreement can have (schemas.dunning.RestructureTermsData)."""


@dataclass(frozen=True)
class Drafts:
    """Agreements for one situation; with `due_day_of_month` their instalments fall due on a day the borrower wished."""

    situation: Situation
    due_day_of_month: int | None = None

    @cached_property
    def dates(self) -> PlanDates:
        """The due dates that agreements may use. Raises InvalidTerms past the end of the calendar."""
        situation = self.situation
        position, policy = situation.position, situation.policy
        return PlanDates(
            terms=position.terms,
            earliest_on=situation.first_due_from,
            ends_on=position.ends_on,
            agreed=tuple(line.due_on for line in position.remaining),
            horizon_months=_horizon_months(policy),
            spare=_most_instalments(policy),
            due_day_of_month=self.due_day_of_month,
        )

    @cached_property
    def principal_minor(self) -> int:
        """The principal to schedule: all that is outstanding, with penalties if the policy capitalises them."""
        owed = owed_of(self.situation)
        is_capitalised = self.situation.policy.penalty_treatment == "capitalise"
        return owed.principal_minor + (owed.penalty_minor if is_capitalised else 0)

    @property
    def least_total_minor(self) -> int:
        """What any rescheduled plan asks for at least: all that is owed, but for penalties that the policy waives."""
        is_waived = self.situation.policy.penalty_treatment == "waive"
        return self.situation.owed_minor - (self.situation.position.penalty_minor if is_waived else 0)

    @cached_property
    def later_parts(self) -> tuple[tuple[date, int], ...]:
        """Due dates and principal of the instalments due when a plan can have begun."""
        later = [line for line in self.situation.position.remaining if line.due_on >= self.situation.first_due_from]
        if self.due_day_of_month is None:
            return tuple((line.due_on, line.principal_minor) for line in later)
        count = max(self.dates.remaining_count, len(later))
        days = self.dates.due_dates[:count][-len(later) :] if later else ()
        return tuple((due_on, line.principal_minor) for due_on, line in zip(days, later, strict=False))

    def count_with(self, extension_months: int) -> int:
        """How many instalments are left, and so many months more."""
        return max(1, self.dates.remaining_count + periods_in(self.situation.position.terms.every, extension_months))

    def first_after(self, holiday_months: int) -> int | None:
        """The index of the first due date at least so many months from today."""
        over_on = months_later(self.situation.as_of, holiday_months)
        return next((index for index, due_on in enumerate(self.dates.due_dates) if due_on >= over_on), None)

    def dates_within(self, months: int) -> tuple[date, ...]:
        """The due dates of the next so many months."""
        over_on = months_later(self.situation.as_of, months)
        return tuple(takewhile(lambda due_on: due_on <= over_on, self.dates.due_dates))

    def arrears_over(self, instalments: int, penalty: Treatment) -> RestructureTerms | None:
        """Later instalments as they are, and all else on top of the next so many."""
        later = self.later_parts
        if self.due_day_of_month is None and len(later) < instalments and later:
            spare = [due_on for due_on in self.dates.due_dates if due_on > later[-1][0]]
        else:
            spare = list(self.dates.due_dates[len(later) :])
        if len(later) + len(spare) < instalments:
            return None
        principal_minor = self.situation.position.principal_outstanding_minor
        if penalty == "capitalise":
            principal_minor = self.principal_minor
        arrears_minor = principal_minor - sum(amount for _, amount in later)
        parts = with_arrears(later, spare, arrears_minor, instalments)
        return self.in_parts(parts, penalty=penalty, carry_over_instalments=min(instalments, len(parts)))

    def rescheduled(
        self, *, count: int, first: int = 0, annual_rate_percent: Decimal | None = None
    ) -> RestructureTerms | None:
        """All that is owed over `count` instalments from the due date with the index `first`."""
        dates = self.dates.dates[first : first + count]
        if not dates or count > MOST_INSTALMENTS:
            return None
        if self.situation.position.terms.method in PRINCIPAL_AT_THE_END:
            if len(dates) < count:
                return None
            parts = equal_parts([one.due_on for one in dates], self.principal_minor)
            return self.in_parts(parts, annual_rate_percent=annual_rate_percent)
        return RestructureTerms(
            agreed_on=self.situation.as_of,
            number_of_instalments=count,
            first_due_on=dates[0].counted_on,
            annual_rate_percent=annual_rate_percent,
            penalty=self.situation.policy.penalty_treatment,
        )

    def in_parts(
        self,
        parts: Sequence[PrincipalPart],
        *,
        annual_rate_percent: Decimal | None = None,
        penalty: Treatment | None = None,
        carry_over_instalments: int | None = None,
        settle_for_minor: int | None = None,
    ) -> RestructureTerms | None:
        """All that is owed with the principal due in these parts."""
        if not 0 < len(parts) <= MOST_INSTALMENTS:
            return None
        return RestructureTerms(
            agreed_on=self.situation.as_of,
            number_of_instalments=len(parts),
            first_due_on=parts[0].due_on,
            annual_rate_percent=annual_rate_percent,
            penalty=penalty or self.situation.policy.penalty_treatment,
            carry_over_instalments=carry_over_instalments,
            principal_parts=tuple(parts),
            settle_for_minor=settle_for_minor,
        )

    def settling(self, percent: Decimal, instalments: int) -> RestructureTerms | None:
        """So many percent of what is owed, rounded up, in so many parts without further interest."""
        due_dates = self.dates.due_dates[:instalments]
        if len(due_dates) < instalments:
            return None
        owed_minor = self.situation.owed_minor
        settle_for_minor = int((owed_minor * percent / 100).to_integral_value(ROUND_CEILING))
        principal_minor = settled(owed_of(self.situation), settle_for_minor).principal_minor
        return self.in_parts(
            equal_parts(due_dates, principal_minor),
            annual_rate_percent=Decimal(0),
            penalty="carry_forward",
            settle_for_minor=settle_for_minor,
        )


def _horizon_months(policy: OfferPolicy) -> int:
    """How far after the end agreed before a plan of the grid can reach, or one that the borrower wishes."""
    grids = policy.grids
    return max(
        max(grids.extend_term.extension_months),
        max(grids.holiday_then_extend.holiday_months) + max(grids.holiday_then_extend.extension_months),
        max(grids.lower_rate.extension_months),
        max(grids.seasonal.months),
        policy.maximum_extension_months,
    )


def _most_instalments(policy: OfferPolicy) -> int:
    grids = policy.grids
    return max(*grids.spread_arrears.instalments, *grids.waive_penalty.instalments, *grids.settlement.instalments, 1)
