"""All that plans for one loan are judged by: the position, the borrower's means, the reason for relief, the policy."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from services.dunning.offers.discounting import PresentValues
from services.dunning.offers.means import Ability, BorrowerMeans, ability_in_hardship, ability_of
from services.dunning.offers.offer_policy import Hardship, OfferPolicy, Recovery, ReliefReason, amount_in
from services.dunning.offers.plan_dates import monthly_equivalent_minor, months_between, months_later
from services.dunning.offers.position import LoanPosition
from services.schedules.schedule import build_schedule


@dataclass(frozen=True)
class Situation:
    """The facts of one search for plans, and what follows from them; amounts in minor units."""

    position: LoanPosition
    means: BorrowerMeans
    relief: ReliefReason
    policy: OfferPolicy

    @property
    def as_of(self) -> date:
        """The day that plans begin to run from."""
        return self.position.as_of

    @property
    def currency(self) -> str:
        """The loan's currency."""
        return self.position.terms.currency

    @cached_property
    def owed_minor(self) -> int:
        """All that is owed today."""
        return self.position.owed_minor

    @cached_property
    def hardship(self) -> Hardship:
        """What the relief reason lets expect."""
        return self.policy.hardships.of(self.relief)

    @cached_property
    def ability(self) -> Ability:
        """What the borrower can pay a month, by the rules."""
        return ability_of(self.means, self.policy, self.currency, self.as_of)

    @cached_property
    def usual_ability_minor(self) -> int:
        """What the borrower can pay a month; with nothing known, the largest instalment that was once agreed."""
        known_minor = self.ability.monthly_minor
        return self._agreed_monthly_minor if known_minor is None else known_minor

    @cached_property
    def hardship_ability_minor(self) -> int:
        """What the borrower can pay a month while the hardship lasts."""
        percent = self.hardship.income_percent
        reduced = ability_in_hardship(self.means, self.policy, self.currency, self.as_of, percent).monthly_minor
        return int(self._agreed_monthly_minor * percent / 100) if reduced is None else reduced

    @cached_property
    def _agreed_monthly_minor(self) -> int:
        largest_minor = max(line.principal_minor + line.interest_minor for line in build_schedule(self.position.terms))
        return monthly_equivalent_minor(largest_minor, self.position.terms.every)

    @cached_property
    def hardship_ends_on(self) -> date:
        """The first day on which the income is expected to be as told again."""
        return months_later(self.as_of, self.hardship.months)

    @cached_property
    def present_values(self) -> PresentValues:
        """What later payments are worth today to the lender."""
        return PresentValues(self.as_of, self.policy.discount_rate_percent)

    @cached_property
    def recovery(self) -> Recovery:
        """What the policy expects to recover without a plan."""
        return self.policy.recovery_at(self.position.days_past_due)

    @cached_property
    def value_without_plan_minor(self) -> Decimal:
        """Present value of what is recovered without a plan."""
        recovered = self.owed_minor * self.recovery.percent / 100
        on = months_later(self.as_of, self.recovery.months)
        return recovered * self.present_values.factor(on)

    @cached_property
    def probability_of_default(self) -> Decimal:
        """As told, or what the policy has for the risk band."""
        if self.means.probability_of_default is not None:
            return self.means.probability_of_default
        percents = self.policy.probability_of_default
        band = self.means.risk_band
        percent: Decimal = percents.unknown if band is None else getattr(percents, band.replace("-", "_"))
        return percent / 100

    @cached_property
    def longest_months(self) -> int:
        """Months from today to the latest end that the policy allows a plan."""
        return months_between(self.as_of, self.position.ends_on) + self.policy.maximum_extension_months

    @cached_property
    def minimum_instalment_minor(self) -> int:
        """What the largest instalment must be at least; all that is owed if that is less."""
        return min(amount_in(self.policy.minimum_instalment_minor, self.currency), self.owed_minor)

    @cached_property
    def first_due_from(self) -> date:
        """The earliest day on which a plan's first instalment may fall due."""
        return self.as_of + timedelta(days=self.policy.minimum_days_to_first_due)

    @cached_property
    def expires_on(self) -> date:
        """The last day on which an offer can be accepted: always before a first due date."""
        return self.as_of + timedelta(days=self.policy.expiry_days)
