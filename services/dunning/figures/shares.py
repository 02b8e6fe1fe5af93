"""Shares in percent, and how sure a share is. Decimal throughout; two decimals, half up."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_HUNDREDTH: Final = Decimal("0.01")
_NORMAL_QUANTILE_95: Final = Decimal("1.959963984540054")
"""The 97.5 % point of the normal distribution: two-sided 95 %."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A share lies between these percentages with 95 % confidence."""

    low_percent: Decimal
    high_percent: Decimal


def percent_of(part: int, whole: int) -> Decimal | None:
    """`part` in percent of `whole`, to two decimals; None when there is no whole."""
    return None if whole == 0 else _rounded(Decimal(part) * 100 / whole)


def wilson_interval(successes: int, trials: int) -> Interval | None:
    """The 95 % score interval of a share; None without trials.

    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", JASA 22, 209-212.
    It stays within 0 and 100 and holds for few trials and for shares near either end.
    """
    if trials == 0:
        return None
    z_squared = _NORMAL_QUANTILE_95**2
    share = Decimal(successes) / trials
    scale = 1 + z_squared / trials
    centre = (share + z_squared / (2 * trials)) / scale
    spread = share * (1 - share) / trials + z_squared / (4 * trials * trials)
    half_width = _NORMAL_QUANTILE_95 * spread.sqrt() / scale
    low, high = max(centre - half_width, Decimal(0)), min(centre + half_width, Decimal(1))
    return Interval(_rounded(low * 100), _rounded(high * 100))


def _rounded(percent: Decimal) -> Decimal:
    return percent.quantize(_HUNDREDTH, ROUND_HALF_UP)
