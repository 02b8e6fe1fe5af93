"""Relief: while a hardship lasts nothing escalates, help is offered first, and somebody looks again on a set date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.hardship import HardshipReason
from services.dunning.ladder.rules import ReliefRules


@dataclass(frozen=True, slots=True)
class Relief:
    """A hardship of one borrower from `from_on`; without `review_on` the policy sets it.

    `ended_on` is the first day without it. `is_regional`: it came over a whole region.
    """

    relief_id: str
    reason: HardshipReason
    from_on: date
    review_on: date | None = None
    ended_on: date | None = None
    is_regional: bool = False

    def reviewed_on(self, rules: ReliefRules) -> date:
        """The day to look at it again."""
        return self.review_on or self.from_on + timedelta(days=rules.review_after_days)

    def over_on(self, rules: ReliefRules) -> date:
        """The first day without it: when it was ended, or when it lapsed after a review that nobody held."""
        lapses_on = self.reviewed_on(rules) + timedelta(days=rules.lapses_after_review_days + 1)
        return lapses_on if self.ended_on is None else min(lapses_on, self.ended_on)

    def is_active(self, rules: ReliefRules, on: date) -> bool:
        """Whether it holds on a day."""
        return self.from_on <= on < self.over_on(rules)


@dataclass(frozen=True, slots=True)
class RegionalRelief:
    """An incident that gives relief to every borrower of a region."""

    incident_id: str
    region: str
    from_on: date
    review_on: date | None

    def for_borrower(self) -> Relief:
        """What it is to one borrower."""
        return Relief(self.incident_id, "disaster", self.from_on, self.review_on, is_regional=True)


def reliefs_of(own: Sequence[Relief], regional: Iterable[RegionalRelief], region: str | None) -> tuple[Relief, ...]:
    """All reliefs of a borrower: their own and those of their region; one ended for them alone is among their own."""
    ids = {relief.relief_id for relief in own}
    theirs = [one.for_borrower() for one in regional if one.region == region and one.incident_id not in ids]
    return (*own, *theirs)
