"""Training with scikit-learn: the same rows and recipe give the same bytes.

Every seed is fixed by the recipe, and a member is fitted on one thread, however many run side by side. The result is
plain arrays.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from services.dunning.risk.boosted_trees import BoostedTrees
from services.dunning.risk.monthly_figures import FloatArray

Outcomes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is trained: several boostings, each on a random part of rows and features, averaged in log-odds."""

    members: int = 8
    rounds: int = 150
    learning_rate: float = 0.05
    leaves: int = 12
    least_customers_in_leaf: int = 60
    l2_regularisation: float = 10.0
    share_of_rows: float = 0.8
    share_of_features: float = 0.7
    features_at_each_split: float = 0.15
    seed: int = 20051001


DEFAULT_RECIPE: Final = Recipe()
SELF_CURE_RECIPE: Final = Recipe(members=4, rounds=80, leaves=6)


def train_trees(features: FloatArray, outcomes: Outcomes, recipe: Recipe) -> BoostedTrees:
    """The trees that a recipe gives on these customers; `outcomes` are 0 or 1, one a row of `features`."""
    return exported(fit_members(features, outcomes, recipe), recipe.members)


@dataclass(frozen=True, slots=True)
class Member:
    """One fitted boosting and the columns of the features that it was given."""

    classifier: Any
    columns: npt.NDArray[np.int64]

    def margins(self, features: FloatArray) -> FloatArray:
        """Log-odds as scikit-learn works them out."""
        return np.asarray(self.classifier.decision_function(features[:, self.columns]), dtype=np.float64)


def fit_members(features: FloatArray, outcomes: Outcomes, recipe: Recipe) -> tuple[Member, ...]:
    """Fit the members of a recipe, each with its own seed. They run side by side; none depends on another."""
    seeds = range(recipe.seed, recipe.seed + recipe.members)
    with ThreadPoolExecutor(max_workers=min(recipe.members, os.cpu_count() or 1)) as workers:
        return tuple(workers.map(partial(_fit_member, features, outcomes, recipe), seeds))


def _fit_member(features: FloatArray, outcomes: Outcomes, recipe: Recipe, seed: int) -> Member:
    random = np.random.RandomState(seed)
    rows = np.sort(random.permutation(len(features))[: round(recipe.share_of_rows * len(features))])
    columns = np.sort(random.permutation(features.shape[1])[: round(recipe.share_of_features * features.shape[1])])
    classifier = HistGradientBoostingClassifier(
        learning_rate=recipe.learning_rate,
        max_iter=recipe.rounds,
        max_leaf_nodes=recipe.leaves,
        min_samples_leaf=recipe.least_customers_in_leaf,
        l2_regularization=recipe.l2_regularisation,
        max_features=recipe.features_at_each_split,
        early_stopping=False,
        random_state=seed,
    )
    with threadpool_limits(limits=1, user_api="openmp"):
        return Member(classifier.fit(features[np.ix_(rows, columns)], outcomes[rows]), columns)


def exported(members: tuple[Member, ...], share_of: int) -> BoostedTrees:
    """The members' trees as arrays, each value divided by `share_of`."""
    parts: list[tuple[FloatArray, ...]] = []
    roots: list[int] = []
    size = 0
    for member in members:
        for (predictor,) in member.classifier._predictors:
            roots.append(size)
            parts.append(_tree_arrays(predictor.nodes, member.columns, size, share_of))
            size += len(predictor.nodes)
    feature, threshold, left, right, value, depth = (np.concatenate(column) for column in zip(*parts, strict=True))
    return BoostedTrees(
        feature=feature.astype(np.int32),
        threshold=threshold,
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        value=value,
        roots=np.array(roots, dtype=np.int32),
        depth=int(depth.max()),
        baseline=sum(float(member.classifier._baseline_prediction.item()) for member in members) / share_of,
    )


def _tree_arrays(nodes: Any, columns: npt.NDArray[np.int64], first: int, share_of: int) -> tuple[FloatArray, ...]:
    """Feature, threshold, left, right, value and depth of each node of one tree."""
    is_leaf = nodes["is_leaf"].astype(bool)
    itself = np.arange(len(nodes)) + first
    value = nodes["value"].astype(np.float64) / share_of
    count = nodes["count"].astype(np.float64)
    # Children follow their parent, so going backwards finds both averages known.
    for node in range(len(nodes) - 1, -1, -1):
        if not is_leaf[node]:
            left, right = int(nodes["left"][node]), int(nodes["right"][node])
            value[node] = (value[left] * count[left] + value[right] * count[right]) / (count[left] + count[right])
    return (
        np.where(is_leaf, 0, columns[nodes["feature_idx"]]),
        np.where(is_leaf, 0.0, nodes["num_threshold"]),
        np.where(is_leaf, itself, nodes["left"] + first),
        np.where(is_leaf, itself, nodes["right"] + first),
        value,
        nodes["depth"].astype(np.float64),
    )
