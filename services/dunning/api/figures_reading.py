"""Figures for a request: which there are, and over which days each is taken. docs/figures.md says what each counts."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any, Final, Literal

from pydantic import JsonValue

from services.dunning.api.case_answers import Answer
from services.dunning.figures import outcomes_store, standing_store
from services.dunning.figures.csv_lines import COLUMNS, write_csv
from services.dunning.figures.outcomes import ArmLine, ContactLine, CureLine, OfferLine, PlanLine, PromiseLine
from services.dunning.figures.standing import (
    BucketLine,
    Period,
    RollRate,
    Selection,
    VintagePoint,
    month_end_before,
    year_until,
)
from services.eventing.database import Connection

FigureName = Literal[
    "buckets", "roll-rates", "vintages", "cures", "promises", "offers", "plans", "contacts", "arms"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: figures at the end of `as_of`; the days of a period, where given."""

    as_of: date
    from_on: date | None
    to_on: date | None
    selection: Selection

    def period(self) -> Period:
        """The period; up to `as_of`, and twelve months long without its days. Raises InvalidPeriod."""
        to_on = self.to_on or self.as_of
        return year_until(to_on) if self.from_on is None else Period(self.from_on, to_on)


class FiguresAnswer(Answer):
    """Lines of one figure: the columns and their meanings are those of its CSV, percentages decimals as text."""

    name: FigureName
    as_of: date
    columns: dict[str, str]
    lines: tuple[dict[str, JsonValue], ...]


Ask = Callable[[Connection, Asked], Awaitable[Sequence[object]]]


async def _buckets(connection: Connection, asked: Asked) -> Sequence[object]:
    return await standing_store.buckets(connection, asked.as_of, asked.selection)


async def _roll_rates(connection: Connection, asked: Asked) -> Sequence[object]:
    from_on = asked.from_on or month_end_before(asked.as_of)
    return await standing_store.roll_rates(connection, from_on, asked.as_of, asked.selection)


async def _vintages(connection: Connection, asked: Asked) -> Sequence[object]:
    disbursed = None if asked.from_on is None and asked.to_on is None else asked.period()
    return await standing_store.vintages(connection, asked.as_of, asked.selection, disbursed)


def _in_period(ask: Callable[[Connection, Period, date, Selection], Awaitable[Sequence[Any]]]) -> Ask:
    async def asking(connection: Connection, asked: Asked) -> Sequence[object]:
        return await ask(connection, asked.period(), asked.as_of, asked.selection)

    return asking


_FIGURES: Final[dict[FigureName, tuple[type, Ask]]] = {
    "buckets": (BucketLine, _buckets),
    "roll-rates": (RollRate, _roll_rates),
    "vintages": (VintagePoint, _vintages),
    "cures": (CureLine, _in_period(outcomes_store.cures)),
    "promises": (PromiseLine, _in_period(outcomes_store.promises)),
    "offers": (OfferLine, _in_period(outcomes_store.offers)),
    "plans": (PlanLine, _in_period(outcomes_store.plans)),
    "contacts": (ContactLine, _in_period(outcomes_store.contacts)),
    "arms": (ArmLine, _in_period(outcomes_store.arms)),
}


async def figure_lines(connection: Connection, name: FigureName, asked: Asked) -> Sequence[object]:
    """The lines of a figure. Raises InvalidPeriod."""
    return await _FIGURES[name][1](connection, asked)


def figures_answer(name: FigureName, asked: Asked, lines: Sequence[object]) -> FiguresAnswer:
    """Lines of a figure as JSON."""
    columns = COLUMNS[_FIGURES[name][0]]
    return FiguresAnswer(
        name=name,
        as_of=asked.as_of,
        columns={column.name: column.meaning for column in columns},
        lines=tuple({column.name: _json(column.value(line)) for column in columns} for line in lines),
    )


def figures_csv(name: FigureName, lines: Sequence[object]) -> str:
    """Lines of a figure as CSV."""
    file = StringIO(newline="")
    write_csv(file, _FIGURES[name][0], lines)
    return file.getvalue()


def _json(value: object) -> JsonValue:
    if isinstance(value, str | int) or value is None:
        return value
    if isinstance(value, date | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no value of a figure")
