"""How likely a borrower is to default, in four bands."""

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.yaml_documents import ExactDecimal, broken_rule

RiskBand = Literal["low", "medium", "high", "very-high"]
Share = Annotated[ExactDecimal, Field(gt=0, lt=1)]


class RiskBandThresholds(BaseModel):
    """The probability of default from which a band begins; below `medium` it is low."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    medium: Share = Decimal("0.15")
    high: Share = Decimal("0.30")
    very_high: Share = Decimal("0.55")

    @model_validator(mode="after")
    def _ascend(self) -> "RiskBandThresholds":
        if not self.medium < self.high < self.very_high:
            raise broken_rule("must be medium < high < very_high")
        return self

    def band_of(self, probability_of_default: Decimal) -> RiskBand:
        """The band that a probability falls in."""
        if probability_of_default >= self.very_high:
            return "very-high"
        if probability_of_default >= self.high:
            return "high"
        return "medium" if probability_of_default >= self.medium else "low"


DEFAULT_THRESHOLDS: Final = RiskBandThresholds()
