"""China's one-year loan prime rate by date (reference_rates/lpr-1y.yaml, where its source is told)."""

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.yaml_documents import ExactDecimal, broken_rule, parse_document


class NoLoanPrimeRate(ValueError):
    """The day lies before the first publication."""

    def __init__(self, day: date, first_published_on: date) -> None:
        super().__init__(f"there is no loan prime rate on {day}: the first was published on {first_published_on}")
        self.day = day
        self.first_published_on = first_published_on


class RateChange(BaseModel):
    """A rate in percent a year, published `published_on` and valid from that day."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    published_on: Annotated[date, Field(alias="from")]
    annual_rate_percent: Annotated[ExactDecimal, Field(ge=0, le=1000)]


class RateTable(BaseModel):
    """All changes of a rate, ascending. What was published after `confirmed_until` is not in the table."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    confirmed_until: date
    changes: Annotated[tuple[RateChange, ...], Field(strict=False, min_length=1)]

    @field_validator("changes")
    @classmethod
    def _changes_ascend(cls, changes: tuple[RateChange, ...]) -> tuple[RateChange, ...]:
        for index, (earlier, later) in enumerate(pairwise(changes), start=1):
            if later.published_on <= earlier.published_on:
                raise broken_rule(f"does not follow {earlier.published_on}", (index, "from"))
        return changes

    def rate_on(self, day: date) -> Decimal:
        """The rate in force: the newest published on or before the day. Raises NoLoanPrimeRate."""
        position = bisect_right(self.changes, day, key=lambda change: change.published_on)
        if position == 0:
            raise NoLoanPrimeRate(day, self.changes[0].published_on)
        return self.changes[position - 1].annual_rate_percent


@cache
def lpr_table() -> RateTable:
    """The shipped table."""
    file = resources.files("services.schedules") / "reference_rates" / "lpr-1y.yaml"
    return parse_document(file.read_text(encoding="utf-8"), "lpr-1y.yaml", RateTable)


def lpr_on(day: date) -> Decimal:
    """Percent a year in force on a day; after the last known change the last one holds. Raises NoLoanPrimeRate."""
    return lpr_table().rate_on(day)
