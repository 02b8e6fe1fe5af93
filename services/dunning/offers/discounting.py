"""What a later payment is worth today: compounded at a yearly rate over a year of 365 days."""

from datetime import date
from decimal import Context, Decimal
from typing import Final

_EXACT: Final = Context(prec=28)
_ONE: Final = Decimal(1)


class PresentValues:
    """Discount factors of days after `as_of` at `annual_rate_percent`; each is worked out once."""

    def __init__(self, as_of: date, annual_rate_percent: Decimal) -> None:
        self._as_of = as_of
        self._growth = _EXACT.ln(1 + annual_rate_percent / 100)
        self._factors: dict[date, Decimal] = {}

    def factor(self, on: date) -> Decimal:
        """What one unit paid on a day is worth: (1 + rate) ** (-days / 365); 1 on `as_of` and before."""
        found = self._factors.get(on)
        if found is None:
            days = max(0, (on - self._as_of).days)
            found = _EXACT.exp(-self._growth * days / 365) if days else _ONE
            self._factors[on] = found
        return found
