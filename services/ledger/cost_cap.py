"""The total cost cap: interest, penalties and fees together stay below a yearly rate on the principal outstanding.

China: 24 % a year (Supreme People's Court, Fa Fa [2017] No. 22, para. 2, for financial loans) or four times the
one-year loan prime rate at the contract's date (Fa Shi [2020] No. 17, art. 25). The allowance grows day by day with the
principal outstanding. Interest counts as it accrues; what was charged counts even if it was waived later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.ledger.agreement import CostCap
from services.ledger.lines import Line


@dataclass(slots=True)
class Allowance:
    """How much may have been charged so far. `principal_minor_days` sums principal over days."""

    cap: CostCap
    principal_minor_days: int = 0
    charged_minor: int = 0

    def grow(self, lines: Sequence[Line], after: date, until: date) -> None:
        """Add the days after `after` up to `until`; no line falls due between them."""
        self.principal_minor_days += principal_in_use_minor(lines, after) * (until - after).days

    def slack_minor(self, lines: Sequence[Line], on: date, began_on: date) -> int:
        """What may still be charged on a day; never below zero."""
        numerator, denominator = self.cap.daily_rate
        allowed = self.principal_minor_days * numerator // denominator
        return max(0, allowed - interest_accrued_minor(lines, on, began_on) - self.charged_minor)


def principal_in_use_minor(lines: Sequence[Line], after: date) -> int:
    """Principal that bears cost on the day after `after`: not due yet (even if paid ahead), or due and unpaid."""
    return sum(
        [
            line.principal_minor if line.due_on > after else line.principal_outstanding_minor
            for line in lines
            if not line.is_replaced
        ]
    )


def interest_accrued_minor(lines: Sequence[Line], on: date, began_on: date) -> int:
    """Interest earned so far: of lines due or replaced all, of the current one the share of its days over, rounded up.

    `began_on` is the day the current schedule began: disbursal, or the last restructuring.
    """
    total = 0
    start = began_on
    for line in lines:
        interest_minor = line.interest_minor + line.moved_interest_minor - line.carried_interest_minor
        if line.is_replaced:
            total += interest_minor
        elif line.due_on <= on:
            total += interest_minor
            start = max(start, line.due_on)
        else:
            return total - (-interest_minor * max(0, (on - start).days) // (line.due_on - start).days)
    return total
