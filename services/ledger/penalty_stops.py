"""The days on which penalties stand still: no penalty interest accrues for them, and no late fee falls on them. Pure.

A stop lasts from its first day to its last, both included, or to the day before it is resumed. A day in several stops
is one day. What a stopped day would have cost is not made up later: its penalty interest is left out, and a late fee
whose day it is is never charged.

Everything else goes on: the contract's own interest, due dates, days past due, the charge-off, and what a person or
another system charges. Holds decide when penalties stop (a moratorium such as the United Kingdom's breathing space, SI
2020/1311 reg. 7, from secondary sources; a disaster; the lender's own fault). Where a law also forbids the contract's
interest, the lender waives it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.ledger.facts import PenaltiesResumed, PenaltiesStopped, PenaltyDays

_ONE_DAY: Final = timedelta(days=1)
Interval = tuple[date, date]
"""A first and a last day, both included."""


@dataclass(frozen=True, slots=True)
class StoppedDays:
    """A set of days: disjoint `intervals`, ascending."""

    intervals: tuple[Interval, ...] = ()

    def includes(self, on: date) -> bool:
        """Penalties stand still on a day."""
        # A loop: most loans have no interval, and a generator costs them five times as much.
        for first, last in self.intervals:  # noqa: SIM110
            if first <= on <= last:
                return True
        return False

    def next_turn(self, after: date, before: date) -> date:
        """The first day behind `after` with which penalties cease to count, or to stand still; at most `before`.

        So all days behind `after` up to this one are of one kind.
        """
        for first, last in self.intervals:
            if first > after and first - _ONE_DAY > after:
                return min(first - _ONE_DAY, before)
            if last > after:
                return min(last, before)
        return before


NO_STOPS: Final = StoppedDays()


def stopped_days(facts: Iterable[PenaltyDays]) -> StoppedDays:
    """The days that stops hold. Of several days on which one was resumed, the earliest counts."""
    stops: list[PenaltiesStopped] = []
    resumed_on: dict[str, date] = {}
    for fact in facts:
        match fact:
            case PenaltiesStopped():
                stops.append(fact)
            case PenaltiesResumed():
                resumed_on[fact.stop_id] = min(fact.on, resumed_on.get(fact.stop_id, fact.on))
    return StoppedDays(_merged(_days_of(stop, resumed_on.get(stop.fact_id)) for stop in stops))


def _days_of(stop: PenaltiesStopped, resumed_on: date | None) -> Interval | None:
    """The days of one stop; None when it was resumed before it had any."""
    last = date.max if stop.to_on is None else stop.to_on
    if resumed_on is None:
        return stop.on, last
    if resumed_on <= stop.on:
        return None
    return stop.on, min(last, resumed_on - _ONE_DAY)


def _merged(intervals: Iterable[Interval | None]) -> tuple[Interval, ...]:
    """The same days, each once."""
    merged: list[Interval] = []
    for first, last in sorted(interval for interval in intervals if interval is not None):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)
