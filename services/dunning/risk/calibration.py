"""Calibration: margins of trees made into probabilities that come true as often as they say."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from services.dunning.risk.boosted_trees import probabilities
from services.dunning.risk.monthly_figures import FloatArray

_MOST_STEPS: Final = 50
_SETTLED: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling (Platt 1999): log-odds = slope x margin + intercept. Keeps the order of customers if slope > 0."""

    slope: float
    intercept: float

    def log_odds(self, margins: FloatArray) -> FloatArray:
        return self.slope * margins + self.intercept

    def probabilities(self, margins: FloatArray) -> FloatArray:
        """Probabilities, in the order of the margins."""
        return probabilities(self.log_odds(margins))


def fit_calibration(margins: FloatArray, outcomes: npt.NDArray[np.int64]) -> Calibration:
    """The calibration under which the outcomes (0 or 1, both present) are most likely, by Newton's method.

    The margins must come from trees that had not seen these customers. Sums run in one fixed order on one thread, so
    that the same margins give the same bits; a linear algebra library would not promise that.
    """
    slope, intercept = 1.0, 0.0
    for _ in range(_MOST_STEPS):
        expected = probabilities(slope * margins + intercept)
        missed = outcomes - expected
        weight = expected * (1 - expected)
        weight_sum, first, second = (float(np.sum(weight * margins**power)) for power in (0, 1, 2))
        pull, pull_on_slope = float(np.sum(missed)), float(np.sum(missed * margins))
        determinant = weight_sum * second - first * first
        if determinant <= _SETTLED:
            break
        slope_step = (weight_sum * pull_on_slope - first * pull) / determinant
        intercept_step = (second * pull - first * pull_on_slope) / determinant
        slope, intercept = slope + slope_step, intercept + intercept_step
        if abs(slope_step) + abs(intercept_step) < _SETTLED:
            break
    return Calibration(slope=slope, intercept=intercept)
