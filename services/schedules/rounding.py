"""How an exact amount becomes whole minor units, or whole multiples of them.

Amounts rounded here are never negative; numerators and denominators are whole numbers, so a half is exactly a half.
"""

from collections.abc import Callable
from typing import Final, Literal, get_args

RoundingMode = Literal["half_up", "half_even", "up", "down"]
ROUNDING_MODES: Final = frozenset(get_args(RoundingMode))

Divide = Callable[[int, int], int]
"""(numerator not below zero, denominator above zero) to the rounded quotient."""


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _half_even(numerator: int, denominator: int) -> int:
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest == denominator:
        return quotient + quotient % 2
    return quotient + (2 * rest > denominator)


def _up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def _down(numerator: int, denominator: int) -> int:
    return numerator // denominator


_DIVIDES: Final[dict[RoundingMode, Divide]] = {
    "half_up": _half_up,
    "half_even": _half_even,
    "up": _up,
    "down": _down,
}


def divide(mode: RoundingMode) -> Divide:
    """The division that rounds so: halves up, halves to the even number, always up, or always down."""
    return _DIVIDES[mode]
