"""Holds: for a time the clock, contact or interest stops, for a borrower, one loan, or all of a region or product.

A hold that stops the clock lets days past due stand still; one that stops contact, no notice goes out; one that stops
interest, no penalty accrues. Holds may overlap and nest: a day counts once.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

from schemas.hardship import HoldReason, HoldStop
from services.dunning.aging.day_intervals import DAY, DayInterval, DayIntervals, covers, days_covered, merged

__all__ = [
    "BREATHING_SPACE_DAYS",
    "DEFAULT_STOPS",
    "AreaHold",
    "Hold",
    "HoldReason",
    "HoldScope",
    "HoldStop",
    "InvalidHold",
    "intervals_of",
    "is_stopped",
    "stopped_days",
]

HoldScope = Literal["region", "product"]

_EVERYTHING: Final[frozenset[HoldStop]] = frozenset({"clock", "contact", "interest"})

DEFAULT_STOPS: Final[Mapping[HoldReason, frozenset[HoldStop]]] = MappingProxyType({
    # 12 CFR 1006.38(d)(2): collection of the disputed part ceases until the debt is verified. Interest runs on.
    "dispute": frozenset({"clock", "contact"}),
    # SI 2020/1311 reg. 7: no enforcement, contact to enforce, interest, fees or penalties during the moratorium.
    "breathing-space": _EVERYTHING,
    # No rule; lenders' practice: the estate is given time, and what was agreed about interest stands.
    "bereavement": frozenset({"clock", "contact"}),
    # 11 USC 362(a)(6): the automatic stay forbids any act to collect; 502(b)(2): no claim to unmatured interest.
    "bankruptcy": _EVERYTHING,
    # No rule; supervisors' guidance after disasters: not late and no penalty; contact goes on, for help is offered.
    "disaster-region": frozenset({"clock", "interest"}),
    # No rule: who could not pay for the lender's fault is neither late, nor reminded, nor charged.
    "technical-fault": _EVERYTHING,
})  # fmt: skip
"""What a hold stops where nothing else is said. From secondary sources; a lender's counsel sets their own."""

BREATHING_SPACE_DAYS: Final = 60
"""Length of a standard breathing space moratorium (SI 2020/1311), from secondary sources; a mental health crisis
moratorium lasts as long as the treatment and 30 days."""


class InvalidHold(ValueError):
    """A hold that cannot be; names the field, its value and the reason."""

    def __init__(self, hold_id: str, field: str, value: object, reason: str) -> None:
        super().__init__(f"hold {hold_id!r}, {field} {value}: {reason}")
        self.hold_id = hold_id
        self.field = field
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Hold:
    """For the days from `from_on` to `to_on`, both included, all of `stops` stop; `to_on` None means until lifted.

    `lifted_on` is the first day without it; a hold lifted on its first day or earlier never held. `loan_id` None means
    all of the borrower's loans. Raises InvalidHold if it ends before it starts, or stops nothing.
    """

    hold_id: str
    reason: HoldReason
    stops: frozenset[HoldStop]
    from_on: date
    to_on: date | None = None
    lifted_on: date | None = None
    loan_id: str | None = None

    def __post_init__(self) -> None:
        _check(self.hold_id, self.stops, self.from_on, self.to_on)

    @property
    def days(self) -> DayInterval | None:
        """The days on which it holds; None if it never does."""
        to_on = self.to_on
        if self.lifted_on is not None and (to_on is None or self.lifted_on <= to_on):
            if self.lifted_on <= self.from_on:
                return None
            to_on = self.lifted_on - DAY
        return DayInterval(self.from_on, to_on)

    def concerns(self, loan_id: str | None) -> bool:
        """Whether it is about this loan; about the borrower as a whole, if None."""
        return self.loan_id is None or self.loan_id == loan_id


@dataclass(frozen=True, slots=True)
class AreaHold:
    """A hold on all borrowers of the region `value`, or on all loans of the product `value` (id@version).

    Days and `stops` are those of `Hold`. Raises InvalidHold.
    """

    hold_id: str
    scope: HoldScope
    value: str
    reason: HoldReason
    stops: frozenset[HoldStop]
    from_on: date
    to_on: date | None = None
    lifted_on: date | None = None

    def __post_init__(self) -> None:
        _check(self.hold_id, self.stops, self.from_on, self.to_on)

    def for_case(self, region: str | None, product_by_loan: Mapping[str, str]) -> tuple[Hold, ...]:
        """What it means for a borrower of `region` with these loans (loan id to product id@version).

        A region's is one hold on all loans; a product's one on each loan of it, all with this `hold_id`.
        """
        if self.scope == "region":
            return (self._hold(None),) if self.value == region else ()
        return tuple(self._hold(loan_id) for loan_id, product in product_by_loan.items() if product == self.value)

    def _hold(self, loan_id: str | None) -> Hold:
        return Hold(self.hold_id, self.reason, self.stops, self.from_on, self.to_on, self.lifted_on, loan_id)


def intervals_of(holds: Iterable[Hold], stop: HoldStop, loan_id: str | None) -> DayIntervals:
    """The days on which `stop` is stopped for a loan: by holds on it and on the borrower.

    `loan_id` None asks for the borrower as a whole: holds on single loans do not count.
    """
    concerned = (hold.days for hold in holds if stop in hold.stops and hold.concerns(loan_id))
    return merged(days for days in concerned if days is not None)


def is_stopped(holds: Iterable[Hold], stop: HoldStop, loan_id: str | None, on: date) -> bool:
    """Whether `stop` is stopped on a day, for a loan or for the borrower as in `intervals_of`."""
    return covers(intervals_of(holds, stop, loan_id), on)


def stopped_days(holds: Iterable[Hold], stop: HoldStop, loan_id: str | None, after: date, up_to: date) -> int:
    """How many days d with after < d <= up_to `stop` is stopped, for a loan or the borrower as in `intervals_of`."""
    return days_covered(intervals_of(holds, stop, loan_id), after, up_to)


def _check(hold_id: str, stops: Collection[HoldStop], from_on: date, to_on: date | None) -> None:
    if not stops:
        raise InvalidHold(hold_id, "stops", "()", "a hold must stop something")
    if to_on is not None and to_on < from_on:
        raise InvalidHold(hold_id, "to_on", to_on, f"is before from_on {from_on}")
