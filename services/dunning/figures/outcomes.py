"""Figures of what became of things: cures, promises, offers, plans, contacts, and the arms compared. Pure values.

docs/figures.md says what each figure counts. Amounts are minor units of the line's currency.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.dunning.figures.shares import Interval, percent_of, wilson_interval

CURE_DAYS: Final = (30, 60, 90)
"""Cures are counted within so many days of the entry."""


@dataclass(frozen=True, slots=True)
class CuredWithin:
    """Of loans that were `observed` for so many `days` after they entered, those `cured` within them."""

    days: int
    observed: int
    cured: int

    @property
    def percent(self) -> Decimal | None:
        """The cure rate."""
        return percent_of(self.cured, self.observed)


@dataclass(frozen=True, slots=True)
class CureLine:
    """Loans that entered a bucket: cured within each of CURE_DAYS; cured at all; past due again after it."""

    bucket: str
    entered: int
    within: tuple[CuredWithin, ...]
    cured: int
    redefaulted: int

    @property
    def redefaulted_percent(self) -> Decimal | None:
        """Of those cured, the share that was past due again."""
        return percent_of(self.redefaulted, self.cured)


@dataclass(frozen=True, slots=True)
class Promised:
    """How many promises, the amount promised, and what was paid for them as far as a verdict has told."""

    promises: int = 0
    amount_minor: int = 0
    paid_minor: int = 0


NO_PROMISES: Final = Promised()


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """Promises of a currency due in a month (its first day), by verdict."""

    due_in: date
    currency: str
    kept: Promised = NO_PROMISES
    partly_kept: Promised = NO_PROMISES
    broken: Promised = NO_PROMISES
    open: Promised = NO_PROMISES

    @property
    def kept_percent(self) -> Decimal | None:
        """Of promises judged, the share kept in full."""
        return percent_of(self.kept.promises, sum(one.promises for one in self._judged))

    @property
    def kept_amount_percent(self) -> Decimal | None:
        """Of the amount of promises judged, the share of those kept in full."""
        return percent_of(self.kept.amount_minor, sum(one.amount_minor for one in self._judged))

    @property
    def _judged(self) -> tuple[Promised, ...]:
        return self.kept, self.partly_kept, self.broken


@dataclass(frozen=True, slots=True)
class OfferLine:
    """Offers of a currency made in a month (its first day), by what became of them."""

    made_in: date
    currency: str
    made: int
    accepted: int
    declined: int
    expired: int
    countered: int
    withdrawn: int
    open: int

    @property
    def take_up_percent(self) -> Decimal | None:
        """Of offers that were answered or ran out, the share accepted; one countered counts with the next offer."""
        return percent_of(self.accepted, self.accepted + self.declined + self.expired + self.withdrawn)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Accepted plans of a kind: `agreed` (not carried out yet), `watched`, `kept`, `broken`, or `replaced`."""

    kind: str
    accepted: int
    agreed: int
    watched: int
    kept: int
    broken: int
    replaced: int

    @property
    def kept_percent(self) -> Decimal | None:
        """Of plans whose watch period came to an end, or that broke, the share kept."""
        return percent_of(self.kept, self.kept + self.broken)


@dataclass(frozen=True, slots=True)
class ContactLine:
    """Notices and calls asked for by a step (or by a rule beside the ladder) in an arm, and what came of notices.

    `sent`, `failed` and `suppressed` are known of steps of the ladder only.
    """

    step: str
    kind: str
    arm: str
    asked: int
    borrowers: int
    sent: int
    failed: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class ArmLine:
    """Loans of an arm that fell past due, and their cures within so many days."""

    arm: str
    entered: int
    within: CuredWithin

    @property
    def interval(self) -> Interval | None:
        """Where the arm's true cure rate lies with 95 % confidence."""
        return wilson_interval(self.within.cured, self.within.observed)
