"""An amount by component."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Amounts:
    """An amount by component, each in minor units of the loan's currency."""

    penalty_minor: int = 0
    fee_minor: int = 0
    interest_minor: int = 0
    principal_minor: int = 0

    @property
    def total_minor(self) -> int:
        """The sum of the components, in minor units."""
        return self.penalty_minor + self.fee_minor + self.interest_minor + self.principal_minor

    def plus(self, other: "Amounts") -> "Amounts":
        """The sum by component."""
        return Amounts(
            self.penalty_minor + other.penalty_minor,
            self.fee_minor + other.fee_minor,
            self.interest_minor + other.interest_minor,
            self.principal_minor + other.principal_minor,
        )


NOTHING: Final = Amounts()
