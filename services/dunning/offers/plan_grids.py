"""The grid of plans that a lender considers: for each kind of plan, the values that are combined with each other."""

import re
from collections.abc import Hashable
from decimal import Decimal
from typing import Annotated, Final, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from schemas.offers import PlanKind
from services.yaml_documents import ExactDecimal, broken_rule

KINDS: Final[tuple[PlanKind, ...]] = get_args(PlanKind)
"""All kinds of plans, in the order in which they are told."""

_PLAIN_DECIMAL: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")

Item = TypeVar("Item", bound=Hashable)


def some_and_different(values: tuple[Item, ...]) -> tuple[Item, ...]:
    """The values, if there are some and none is given twice; else a broken rule of the document."""
    if not values:
        raise broken_rule("there must be at least one value")
    for index, value in enumerate(values):
        if value in values[:index]:
            raise broken_rule(f"{_shown(value)} is given twice", (index,))
    return values


def _shown(value: object) -> str:
    return str(list(value)) if isinstance(value, tuple) else str(value)


def decimal_of_text(value: object) -> object:
    """JSON may have decimals as text, so that none passes through a binary float."""
    return Decimal(value) if isinstance(value, str) and _PLAIN_DECIMAL.fullmatch(value) else value


class PolicyPart(BaseModel):
    """Base of the parts of an offer policy: immutable, unknown keys and wrong types refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Instalments = Annotated[int, Field(ge=1, le=600)]
Months = Annotated[int, Field(ge=0, le=120)]
MonthOfYear = Annotated[int, Field(ge=1, le=12)]
Percent = Annotated[ExactDecimal, BeforeValidator(decimal_of_text), Field(ge=0, le=100)]
PartPercent = Annotated[ExactDecimal, BeforeValidator(decimal_of_text), Field(gt=0, le=100)]

InstalmentsGrid = Annotated[tuple[Instalments, ...], Field(strict=False), AfterValidator(some_and_different)]
MonthsGrid = Annotated[tuple[Months, ...], Field(strict=False), AfterValidator(some_and_different)]
HolidayGrid = Annotated[
    tuple[Annotated[int, Field(ge=1, le=24)], ...], Field(strict=False), AfterValidator(some_and_different)
]
PercentGrid = Annotated[tuple[PartPercent, ...], Field(strict=False), AfterValidator(some_and_different)]
Season = Annotated[tuple[MonthOfYear, ...], Field(strict=False), AfterValidator(some_and_different)]
SeasonsGrid = Annotated[tuple[Season, ...], Field(strict=False), AfterValidator(some_and_different)]


class ArrearsGrid(PolicyPart):
    """Over how many instalments arrears are spread."""

    instalments: InstalmentsGrid


class ExtensionGrid(PolicyPart):
    """By how many months the term grows."""

    extension_months: MonthsGrid


class HolidayGridOfPlan(PolicyPart):
    """How many months nothing is paid, and by how many months the term grows beyond that."""

    holiday_months: HolidayGrid
    extension_months: MonthsGrid


class LowerRateGrid(PolicyPart):
    """By which share of it the rate falls (50: to one half), and by how many months the term grows."""

    reduction_percents: PercentGrid
    extension_months: MonthsGrid


class SeasonalGrid(PolicyPart):
    """Months of the year that pay principal, and over how many months principal is paid back at most."""

    seasons: SeasonsGrid
    months: Annotated[
        tuple[Annotated[int, Field(ge=1, le=120)], ...], Field(strict=False), AfterValidator(some_and_different)
    ]


class SettlementGrid(PolicyPart):
    """Which share of what is owed settles the loan, and in how many instalments."""

    percents: PercentGrid
    instalments: InstalmentsGrid


def _percents(*values: int) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, values))


class PlanGrids(PolicyPart):
    """The grid of each kind of plan; a kind left out has the default one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    spread_arrears: Annotated[ArrearsGrid, Field(alias="spread-arrears")] = ArrearsGrid(instalments=(2, 3, 4, 6, 9, 12))
    extend_term: Annotated[ExtensionGrid, Field(alias="extend-term")] = ExtensionGrid(
        extension_months=(3, 6, 9, 12, 18, 24)
    )
    holiday_then_extend: Annotated[HolidayGridOfPlan, Field(alias="holiday-then-extend")] = HolidayGridOfPlan(
        holiday_months=(1, 2, 3, 6), extension_months=(0, 6, 12)
    )
    lower_rate: Annotated[LowerRateGrid, Field(alias="lower-rate")] = LowerRateGrid(
        reduction_percents=_percents(25, 50, 75), extension_months=(0, 6, 12)
    )
    waive_penalty: Annotated[ArrearsGrid, Field(alias="waive-penalty")] = ArrearsGrid(
        instalments=(1, 2, 3, 4, 6, 9, 12)
    )
    seasonal: SeasonalGrid = SeasonalGrid(seasons=((6, 7, 8), (9, 10, 11)), months=(12, 24, 36))
    settlement: SettlementGrid = SettlementGrid(percents=_percents(75, 80, 85, 90), instalments=(1, 3, 6))
