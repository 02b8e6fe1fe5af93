"""The months of many customers as arrays, and the figures that several features are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from services.dunning.risk.behaviour_rows import BehaviourRow

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_LEAST_USE, _MOST_USE = -1.0, 2.0
_PAID_WELL_OVER = 1.5
"""A payment of one and a half times the bill, or any payment where nothing was billed, says no more if larger."""


def signed_log(values: FloatArray) -> FloatArray:
    """The logarithm of an amount that may be negative: log(1 + |x|) with the sign of x."""
    return np.sign(values) * np.log1p(np.abs(values))


@dataclass(frozen=True)
class MonthlyFigures:
    """Customers by rows, months by columns, newest first: shape (customers, months); `credit_limit` (customers,).

    Any number of months from two up, so that a history cut short has the same figures. Money in whole units.
    """

    credit_limit: FloatArray
    payment_status: FloatArray
    bill: FloatArray
    payment: FloatArray

    @property
    def months(self) -> int:
        return int(self.payment_status.shape[1])

    def older_than(self, newest: int, months: int) -> "MonthlyFigures":
        """The same customers as they stood `newest` months before, with that many months of history."""
        window = slice(newest, newest + months)
        return MonthlyFigures(
            self.credit_limit, self.payment_status[:, window], self.bill[:, window], self.payment[:, window]
        )

    @cached_property
    def months_behind(self) -> FloatArray:
        return np.maximum(self.payment_status, 0.0)

    @cached_property
    def is_late(self) -> BoolArray:
        return self.payment_status >= 1

    @cached_property
    def use_of_limit(self) -> FloatArray:
        """Bill as a share of the credit limit, held within -1 and 2."""
        return self._share_of_limit(self.bill)

    @cached_property
    def previous_bill(self) -> FloatArray:
        """The bill that each month's payment goes against: that of the month before. One month fewer."""
        return self.bill[:, 1:]

    @cached_property
    def payment_against_bill(self) -> FloatArray:
        """Payments whose bill is known: all but the oldest month's."""
        return self.payment[:, :-1]

    @cached_property
    def paid_share_of_bill(self) -> FloatArray:
        """Payment over the bill of the month before, held within 0 and 1.5. Nothing billed: 1, or 1.5 if paid."""
        billed = self.previous_bill > 0
        ratio = np.clip(self.payment_against_bill / np.maximum(self.previous_bill, 1.0), 0.0, _PAID_WELL_OVER)
        return np.where(billed, ratio, np.where(self.payment_against_bill > 0, _PAID_WELL_OVER, 1.0))

    @cached_property
    def left_unpaid(self) -> FloatArray:
        """What a month's payment left of the bill before, as a share of the credit limit."""
        return self._share_of_limit(self.previous_bill - self.payment_against_bill)

    @cached_property
    def new_spending(self) -> FloatArray:
        """A bill less what was left of the bill before: purchases, interest and fees, as a share of the limit."""
        return self._share_of_limit(self.bill[:, :-1] - self.previous_bill + self.payment_against_bill)

    @cached_property
    def is_unpaid(self) -> BoolArray:
        """Nothing paid although there was a bill."""
        return (self.payment_against_bill <= 0) & (self.previous_bill > 0)

    def _share_of_limit(self, amounts: FloatArray) -> FloatArray:
        return np.clip(amounts / self.credit_limit[:, None], _LEAST_USE, _MOST_USE)


def monthly_figures(rows: Sequence[BehaviourRow]) -> MonthlyFigures:
    """The rows as arrays, in their order."""
    return MonthlyFigures(
        credit_limit=np.array([row.credit_limit for row in rows], dtype=np.float64),
        payment_status=np.array([row.payment_statuses for row in rows], dtype=np.float64),
        bill=np.array([row.bills for row in rows], dtype=np.float64),
        payment=np.array([row.payments for row in rows], dtype=np.float64),
    )
