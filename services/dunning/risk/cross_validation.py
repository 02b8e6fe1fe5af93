"""How a recipe does on customers that its training has not seen, by repeated stratified cross-validation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from services.dunning.risk.calibration import fit_calibration
from services.dunning.risk.evaluation import Outcomes, auc, brier, measured, measured_by_group
from services.dunning.risk.measures import AttributeCost, CrossValidated, Spread
from services.dunning.risk.monthly_figures import FloatArray
from services.dunning.risk.training import Recipe, train_trees

FOLDS: Final = 5
REPETITIONS: Final = 2
"""How often the folds are drawn anew."""

IntegerArray = npt.NDArray[np.int64]
Split = tuple[IntegerArray, IntegerArray]


def unseen_margins(
    features: FloatArray, outcomes: Outcomes, groups: IntegerArray, recipe: Recipe, repetition: int
) -> tuple[FloatArray, list[Split]]:
    """Margins of every customer by trees that had not seen any row of its group, and the splits that gave them."""
    margins = np.zeros(len(outcomes))
    splits = list(_splits(outcomes, groups, repetition))
    for seen, unseen in splits:
        margins[unseen] = train_trees(features[seen], outcomes[seen], recipe).margins(features[unseen])
    return margins, splits


def calibrated_across(margins: FloatArray, outcomes: Outcomes, splits: Sequence[Split]) -> FloatArray:
    """Probabilities, each fold's calibrated on the margins of the other folds."""
    probability = np.zeros(len(outcomes))
    for others, fold in splits:
        probability[fold] = fit_calibration(margins[others], outcomes[others]).probabilities(margins[fold])
    return probability


def cross_validated(
    features: FloatArray,
    outcomes: Outcomes,
    groups: IntegerArray,
    recipe: Recipe,
    attributes: Mapping[str, Sequence[int]] | None = None,
    repetitions: int = REPETITIONS,
) -> tuple[CrossValidated, FloatArray]:
    """The measures, and the unseen margins of the first repetition. `groups` name rows that must stay together.

    `attributes`, one value a row, are for measures by group only.
    """
    first_margins = first_probability = np.zeros(0)
    figures: list[tuple[float, float]] = []
    for repetition in range(repetitions):
        margins, splits = unseen_margins(features, outcomes, groups, recipe, repetition)
        probability = calibrated_across(margins, outcomes, splits)
        figures += [
            (auc(probability[fold], outcomes[fold]), brier(probability[fold], outcomes[fold])) for _, fold in splits
        ]
        if repetition == 0:
            first_margins, first_probability = margins, probability
    aucs, briers = zip(*figures, strict=True)
    report = CrossValidated(
        folds=FOLDS,
        repetitions=repetitions,
        auc=_spread(aucs),
        brier=_spread(briers),
        together=measured(first_probability, outcomes),
        groups=measured_by_group(first_probability, outcomes, attributes or {}),
    )
    return report, first_margins


def attribute_costs(
    features: FloatArray,
    outcomes: Outcomes,
    attributes: Mapping[str, Sequence[int]],
    recipe: Recipe,
    without: CrossValidated,
) -> tuple[AttributeCost, ...]:
    """What leaving out sex, marriage and age, education, or all of them costs; empty when the file lacks them.

    `without` is the same recipe on the same folds without attributes.
    """
    sets = [
        names
        for names in (("sex", "marriage", "age"), ("education",), ("sex", "education", "marriage", "age"))
        if all(name in attributes for name in names)
    ]
    customers = np.arange(len(outcomes))
    costs = []
    for names in sets:
        told = np.column_stack([features, *(np.array(attributes[name], dtype=np.float64) for name in names)])
        given, _ = cross_validated(told, outcomes, customers, recipe, repetitions=without.repetitions)
        costs.append(
            AttributeCost(
                attributes=names,
                auc=given.auc.mean,
                brier=given.brier.mean,
                auc_gained=given.auc.mean - without.auc.mean,
                brier_saved=without.brier.mean - given.brier.mean,
            )
        )
    return tuple(costs)


def _splits(outcomes: Outcomes, groups: IntegerArray, repetition: int) -> Iterator[Split]:
    rows = np.zeros((len(outcomes), 1))
    if len(np.unique(groups)) == len(groups):
        splits = StratifiedKFold(FOLDS, shuffle=True, random_state=repetition).split(rows, outcomes)
    else:
        splits = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=repetition).split(rows, outcomes, groups)
    for seen, unseen in splits:
        yield seen.astype(np.int64), unseen.astype(np.int64)


def _spread(figures: Sequence[float]) -> Spread:
    return Spread(mean=float(np.mean(figures)), standard_deviation=float(np.std(figures, ddof=1)))
