"""The instalments of a plan as bars, laid out on a fixed grid for SVG. Pure; the style sheet gives colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final, Literal

from services.notifier.pages.plan_comparison import DueDay

WIDTH: Final = 640
_LEFT: Final = 8
_TOP: Final = 32
_BASE: Final = 208
_MOST_COLUMNS: Final = 48
_GAP_SHARE: Final = 0.3
_LABELS: Final = 4

Side = Literal["current", "planned"]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the base line up."""

    side: Side
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class ColumnLabel:
    """A day below the bars; `anchor` keeps the first and last inside the picture."""

    x: float
    day: date
    anchor: Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class InstalmentChart:
    """Bars and labels; `is_by_year`: the columns are sums of calendar years. `highest_minor` is the tallest bar."""

    bars: tuple[Bar, ...]
    labels: tuple[ColumnLabel, ...]
    highest_minor: int
    is_by_year: bool
    has_current: bool


def instalment_chart(days: Sequence[DueDay]) -> InstalmentChart:
    """Lay out the bars; with more than 48 days they are summed by year."""
    is_by_year = len(days) > _MOST_COLUMNS
    columns = _by_year(days) if is_by_year else tuple(days)
    highest = max((max(one.current_minor or 0, one.planned_minor or 0) for one in columns), default=0)
    has_current = any(one.current_minor is not None for one in columns)
    slot = (WIDTH - 2 * _LEFT) / max(len(columns), 1)
    sides: tuple[Side, ...] = ("current", "planned") if has_current else ("planned",)
    bar_width = slot * (1 - _GAP_SHARE) / len(sides)
    bars: list[Bar] = []
    for index, column in enumerate(columns):
        start = _LEFT + index * slot + slot * _GAP_SHARE / 2
        for place, side in enumerate(sides):
            amount = column.current_minor if side == "current" else column.planned_minor
            if not amount or not highest:
                continue
            height = (_BASE - _TOP) * amount / highest
            bars.append(
                Bar(side, round(start + place * bar_width, 2), round(_BASE - height, 2), round(bar_width, 2),
                    round(height, 2))
            )  # fmt: skip
    return InstalmentChart(tuple(bars), _labels(columns, slot), highest, is_by_year, has_current)


def _labels(columns: Sequence[DueDay], slot: float) -> tuple[ColumnLabel, ...]:
    last = len(columns) - 1
    wanted = sorted({round(last * step / (_LABELS - 1)) for step in range(_LABELS)}) if last > 0 else [0]
    labels = []
    for index in wanted:
        if index == 0:
            labels.append(ColumnLabel(_LEFT, columns[0].due_on, "start"))
        elif index == last:
            labels.append(ColumnLabel(WIDTH - _LEFT, columns[-1].due_on, "end"))
        else:
            labels.append(ColumnLabel(round(_LEFT + (index + 0.5) * slot, 2), columns[index].due_on, "middle"))
    return tuple(labels)


def _by_year(days: Sequence[DueDay]) -> tuple[DueDay, ...]:
    years = []
    for _, group in groupby(days, key=lambda one: one.due_on.year):
        of_year = tuple(group)
        years.append(
            DueDay(
                of_year[0].due_on,
                _sum([one.current_minor for one in of_year]),
                _sum([one.planned_minor for one in of_year]),
            )
        )
    return tuple(years)


def _sum(amounts: Sequence[int | None]) -> int | None:
    told = [amount for amount in amounts if amount is not None]
    return sum(told) if told else None
