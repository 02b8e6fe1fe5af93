"""What a text message costs: the provider's own answer, or a price for each segment by the number's prefix."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.values import Currency
from services.notifier.channels.json_paths import JsonPath, number_at, text_at
from services.yaml_documents import ExactDecimal

_MICROS: Final = Decimal(1_000_000)
_DEAREST: Final = Decimal(1_000_000)
Prefix = Annotated[str, Field(pattern=r"^\+[0-9]{0,14}$")]
Price = Annotated[ExactDecimal, Field(ge=0, le=1_000)]


class PriceList(BaseModel):
    """`per_segment` by the longest prefix of the E.164 number; `+` is for all others. Units of the currency."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    currency: Currency
    per_segment: Annotated[Mapping[Prefix, Price], Field(min_length=1)]

    def cost_micros(self, to: str, segments: int) -> int | None:
        """The price in millionths of a unit; None where no prefix of the number has one."""
        fitting = [prefix for prefix in self.per_segment if to.startswith(prefix)]
        if not fitting:
            return None
        return micros(self.per_segment[max(fitting, key=len)] * segments)


class AnsweredPrice(BaseModel):
    """Where a provider's answer tells the price, and in what: `currency` names the place of one, or is one itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    amount: JsonPath
    currency: JsonPath | Currency
    unit: Literal["major", "micros"] = "major"

    def cost(self, answer: object) -> tuple[int, str] | None:
        """Millionths of a unit, and the currency; None if the answer tells none that can be read."""
        told = number_at(answer, self.amount)
        currency = text_at(answer, self.currency) or self.currency
        if told is None or len(currency) != 3 or not currency.isascii() or not currency.isupper():
            return None
        amount = abs(told)
        if amount > _DEAREST * (1 if self.unit == "major" else _MICROS):
            return None
        return micros(amount) if self.unit == "major" else int(amount), currency


def micros(amount: Decimal) -> int:
    """Units of a currency as millionths, halves rounded up."""
    return int((amount * _MICROS).quantize(Decimal(1), ROUND_HALF_UP))
