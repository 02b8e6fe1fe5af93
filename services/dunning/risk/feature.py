"""What a feature is: a name, a meaning in words, the theme it belongs to, and how it is worked out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast, get_args

from services.dunning.risk.monthly_figures import FloatArray, MonthlyFigures

Theme = Literal["lateness", "use of the limit", "share of bills paid", "amounts paid", "spending"]
"""What a customer can be told about; features of one theme say nearly the same thing."""

THEMES: tuple[Theme, ...] = cast(tuple[Theme, ...], get_args(Theme))


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of what a model sees; `values` gives a number for each customer."""

    name: str
    theme: Theme
    meaning: str
    values: Callable[[MonthlyFigures], FloatArray]


def by_month(
    name: str, theme: Theme, meaning: str, months: int, values: Callable[[MonthlyFigures], FloatArray]
) -> list[Feature]:
    """A feature for each month, `name_1` the newest, from a figure of shape (customers, months)."""
    return [
        Feature(
            f"{name}_{month + 1}",
            theme,
            f"{meaning}, {_month_text(month)}",
            lambda figures, month=month: values(figures)[:, month],  # type: ignore[misc]
        )
        for month in range(months)
    ]


def _month_text(month: int) -> str:
    if month == 0:
        return "newest month"
    return "one month before" if month == 1 else f"{month} months before"
