"""Months behind of a card customer straight from the file's row: a second way to the same answer, for comparison.

In place of dated loans it has one queue of what is left of each month's minimum, and of months only numbers.
"""

from collections import deque
from fractions import Fraction


def expected_months_behind(row: dict[str, str], arrears: int, percent: Fraction = Fraction(3)) -> tuple[int, ...]:
    """Months behind at the ends of May to September; `arrears` minimums of the first bill are owed from before May."""
    owed: deque[tuple[int, int]] = deque((5 - back, _minimum(row, 4, percent)) for back in range(arrears, 0, -1))
    behind = []
    for month in range(5, 10):
        asked = _minimum(row, month - 1, percent)
        if asked:
            owed.append((month, asked))
        money = int(row[f"paid_2005_{month:02d}"]) * 100
        while owed and money:
            since, left = owed.popleft()
            if left > money:
                owed.appendleft((since, left - money))
            money = max(money - left, 0)
        behind.append(month - owed[0][0] + 1 if owed else 0)
    return tuple(behind)


def _minimum(row: dict[str, str], month: int, percent: Fraction) -> int:
    return int(max(int(row[f"bill_2005_{month:02d}"]), 0) * percent)
