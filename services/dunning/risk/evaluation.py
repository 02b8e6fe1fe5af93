"""How good a score is: order (AUC, KS), size of error (Brier) and whether probabilities come true."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from services.dunning.risk.measures import CalibrationTenth, GroupMetrics, Interval, ScoreMetrics
from services.dunning.risk.monthly_figures import FloatArray

Outcomes = npt.NDArray[np.int64]

_BOOTSTRAP_ROUNDS: Final = 500
_LEAST_IN_GROUP: Final = 100
_AGE_BANDS: Final = ((0, 29, "under 30"), (30, 39, "30 to 39"), (40, 49, "40 to 49"), (50, 200, "50 and over"))
_CODES: Final[Mapping[str, Mapping[int, str]]] = {
    "sex": {1: "male", 2: "female"},
    "education": {1: "graduate school", 2: "university", 3: "high school"},
    "marriage": {1: "married", 2: "single"},
}


def auc(probability: FloatArray, outcomes: Outcomes) -> float:
    """Chance that one who defaulted scores above one who did not, ties half. Needs both kinds."""
    _, tied, counts = np.unique(probability, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[tied]
    positives = int(outcomes.sum())
    negatives = len(outcomes) - positives
    return float((ranks[outcomes == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def brier(probability: FloatArray, outcomes: Outcomes) -> float:
    """Mean squared difference of probability and outcome (Brier 1950)."""
    return float(np.mean((probability - outcomes) ** 2))


def kolmogorov_smirnov(probability: FloatArray, outcomes: Outcomes) -> float:
    """The widest gap between the shares of both kinds at or below a score."""
    values, position = np.unique(probability, return_inverse=True)
    bad = np.bincount(position[outcomes == 1], minlength=len(values)).cumsum() / max(outcomes.sum(), 1)
    good = np.bincount(position[outcomes == 0], minlength=len(values)).cumsum() / max((1 - outcomes).sum(), 1)
    return float(np.abs(bad - good).max())


def calibration_tenths(probability: FloatArray, outcomes: Outcomes) -> tuple[CalibrationTenth, ...]:
    """Predicted against observed, by tenths of the customers from the lowest scores up."""
    parts = np.array_split(np.argsort(probability, kind="stable"), 10)
    return tuple(
        CalibrationTenth(
            customers=len(part), predicted=float(probability[part].mean()), observed=float(outcomes[part].mean())
        )
        for part in parts
        if len(part)
    )


def bootstrap_interval(
    measure: Callable[[FloatArray, Outcomes], float], probability: FloatArray, outcomes: Outcomes, seed: int
) -> Interval:
    """95 % interval of a measure over samples of the customers, drawn with replacement."""
    random = np.random.default_rng(seed)
    figures = []
    for _ in range(_BOOTSTRAP_ROUNDS):
        drawn = random.integers(0, len(outcomes), len(outcomes))
        if 0 < outcomes[drawn].sum() < len(outcomes):
            figures.append(measure(probability[drawn], outcomes[drawn]))
    low, high = np.percentile(figures, (2.5, 97.5))
    return Interval(low=float(low), high=float(high))


def measured(probability: FloatArray, outcomes: Outcomes, seed: int = 1) -> ScoreMetrics:
    """Every measure of probabilities against what came of it; `outcomes` 0 or 1, both kinds present."""
    return ScoreMetrics(
        customers=len(outcomes),
        observed=float(outcomes.mean()),
        predicted=float(probability.mean()),
        auc=auc(probability, outcomes),
        auc_interval=bootstrap_interval(auc, probability, outcomes, seed),
        brier=brier(probability, outcomes),
        brier_interval=bootstrap_interval(brier, probability, outcomes, seed),
        ks=kolmogorov_smirnov(probability, outcomes),
        calibration=calibration_tenths(probability, outcomes),
    )


def measured_by_group(
    probability: FloatArray, outcomes: Outcomes, attributes: Mapping[str, Sequence[int]]
) -> tuple[GroupMetrics, ...]:
    """The score for each group of each attribute with at least 100 customers and both outcomes."""
    found = []
    for attribute, codes in attributes.items():
        names = np.array([_group_name(attribute, code) for code in codes])
        for group in sorted(set(names)):
            members = names == group
            seen = outcomes[members]
            if len(seen) < _LEAST_IN_GROUP or seen.min() == seen.max():
                continue
            found.append(
                GroupMetrics(
                    attribute=attribute,
                    group=str(group),
                    customers=len(seen),
                    observed=float(seen.mean()),
                    predicted=float(probability[members].mean()),
                    auc=auc(probability[members], seen),
                    brier=brier(probability[members], seen),
                )
            )
    return tuple(found)


def _group_name(attribute: str, code: int) -> str:
    if attribute == "age":
        return next((name for low, high, name in _AGE_BANDS if low <= code <= high), "other")
    return _CODES.get(attribute, {}).get(code, "other")
