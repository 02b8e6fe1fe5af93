"""The features of a score, in the order that models see them: `feature_matrix` is all that a model knows."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from services.dunning.risk.feature import Feature
from services.dunning.risk.lateness_features import lateness_features
from services.dunning.risk.monthly_figures import FloatArray, MonthlyFigures
from services.dunning.risk.payment_features import payment_features
from services.dunning.risk.use_features import use_features


@cache
def features_of(months: int) -> tuple[Feature, ...]:
    """Every feature of histories of `months` months, at least 2."""
    return (*lateness_features(months), *use_features(months), *payment_features(months))


def feature_matrix(figures: MonthlyFigures) -> FloatArray:
    """The features of each customer, shape (customers, features), columns as `features_of` has them."""
    return np.column_stack([feature.values(figures) for feature in features_of(figures.months)])


def feature_names(months: int) -> tuple[str, ...]:
    """The names of the columns of `feature_matrix`."""
    return _names(features_of(months))


def _names(features: Sequence[Feature]) -> tuple[str, ...]:
    return tuple(feature.name for feature in features)
