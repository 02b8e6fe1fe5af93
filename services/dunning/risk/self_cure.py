"""Self-cure: of those late this month, who is not late next month. Learnt from months inside the file.

The file's outcome is default, not cure, so the label comes from neighbouring months: a customer late in a month (one or
more months behind) cures when the month after it finds them not late (paid in full, revolving or without use). The
model sees that month and the three before it, nothing newer. Every customer has two such looks, one and two months
before the newest; both of a customer stay on the same side of every split. The file records no help by the lender, so
any cure in it counts as a cure by oneself.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from services.dunning.risk.features import feature_matrix
from services.dunning.risk.monthly_figures import BoolArray, FloatArray, MonthlyFigures

HISTORY_MONTHS: Final = 4
"""Months that the model sees: the late month and the three before it."""

_LOOKS: Final = (1, 2)
"""Months before the newest at which training looks for late customers."""


@dataclass(frozen=True, slots=True)
class CureLooks:
    """Late customers at a past month: features, whether they cured (1) or not (0), and which row each came from."""

    features: FloatArray
    cured: npt.NDArray[np.int64]
    customer: npt.NDArray[np.int64]


def cure_looks(figures: MonthlyFigures) -> CureLooks:
    """Every look at a late customer whose next month is known. `figures` must have 6 months."""
    features, cured, customer = [], [], []
    for month in _LOOKS:
        late = np.flatnonzero(figures.is_late[:, month])
        features.append(cure_features(figures.older_than(month, HISTORY_MONTHS))[late])
        cured.append((~figures.is_late[late, month - 1]).astype(np.int64))
        customer.append(late)
    return CureLooks(np.concatenate(features), np.concatenate(cured), np.concatenate(customer))


def can_cure(figures: MonthlyFigures) -> BoolArray:
    """Who is late in the newest month: only they have a probability of self-cure."""
    return figures.is_late[:, 0]


def cure_features(figures: MonthlyFigures) -> FloatArray:
    """What the model sees of customers as they stand in the newest of these months."""
    return feature_matrix(figures.older_than(0, HISTORY_MONTHS))
