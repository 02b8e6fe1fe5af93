"""A whole training: both models, their calibration and measures, and the manifest that tells of it."""

import platform
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import sklearn

from services.dunning.risk.artefact import FORMAT_VERSION, Manifest, ModelPart, artefact_bytes
from services.dunning.risk.calibration import Calibration, fit_calibration
from services.dunning.risk.cross_validation import (
    REPETITIONS,
    attribute_costs,
    cross_validated,
)
from services.dunning.risk.drift import Distribution, distribution_of, figures_by_name
from services.dunning.risk.features import feature_matrix, feature_names
from services.dunning.risk.labelled_portfolio import LabelledPortfolio, check_trainable
from services.dunning.risk.measures import AttributeCost, CrossValidated
from services.dunning.risk.monthly_figures import monthly_figures
from services.dunning.risk.self_cure import HISTORY_MONTHS, cure_looks
from services.dunning.risk.training import DEFAULT_RECIPE, SELF_CURE_RECIPE, Recipe, train_trees


def train(
    portfolio: LabelledPortfolio,
    *,
    name: str,
    data_name: str,
    data_sha256: str,
    default_recipe: Recipe = DEFAULT_RECIPE,
    self_cure_recipe: Recipe = SELF_CURE_RECIPE,
    repetitions: int = REPETITIONS,
) -> bytes:
    """The artefact that a portfolio gives: the same portfolio, recipes and libraries, the same bytes.

    Calibration is fitted on the margins that cross-validation gave customers it had not seen; the trees then are
    trained on all of them. `repetitions` is how often cross-validation draws its folds anew. Raises PortfolioTooSmall.
    """
    check_trainable("who defaulted", "who did not default", portfolio.defaulted)
    figures = monthly_figures(portfolio.rows)
    looks = cure_looks(figures)
    check_trainable("who cured", "who stayed late", (looks.cured == 1).tolist())
    features = feature_matrix(figures)
    outcomes = np.array(portfolio.defaulted, dtype=np.int64)
    everyone = np.arange(len(outcomes))
    measures, margins = cross_validated(
        features, outcomes, everyone, default_recipe, portfolio.attributes, repetitions=repetitions
    )
    costs = attribute_costs(features, outcomes, portfolio.attributes, default_recipe, measures)
    calibration = fit_calibration(margins, outcomes)
    trees = train_trees(features, outcomes, default_recipe)
    probability = calibration.probabilities(margins)

    cure_measures, cure_margins = cross_validated(
        looks.features, looks.cured, looks.customer, self_cure_recipe, repetitions=repetitions
    )
    cure_calibration = fit_calibration(cure_margins, looks.cured)
    cure_trees = train_trees(looks.features, looks.cured, self_cure_recipe)

    names = feature_names(figures.months)
    expected = {
        figure: distribution_of(values) for figure, values in figures_by_name(names, features, probability).items()
    }
    manifest = _manifest(
        name=name,
        data=(data_name, data_sha256, len(outcomes)),
        default=_part(names, default_recipe, calibration, measures),
        self_cure=_part(feature_names(HISTORY_MONTHS), self_cure_recipe, cure_calibration, cure_measures),
        costs=costs,
        distributions=expected,
    )
    return artefact_bytes(manifest, trees, cure_trees)


def library_versions() -> dict[str, str]:
    """Versions that the bytes of an artefact depend on."""
    return {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__}


def _part(names: tuple[str, ...], recipe: Recipe, calibration: Calibration, measures: CrossValidated) -> ModelPart:
    return ModelPart(
        features=names,
        recipe={key: float(value) for key, value in asdict(recipe).items()},
        calibration_slope=calibration.slope,
        calibration_intercept=calibration.intercept,
        metrics=measures,
    )


def _manifest(
    *,
    name: str,
    data: tuple[str, str, int],
    default: ModelPart,
    self_cure: ModelPart,
    costs: tuple[AttributeCost, ...],
    distributions: Mapping[str, Distribution],
) -> Manifest:
    return Manifest(
        format_version=FORMAT_VERSION,
        name=name,
        training_data=data[0],
        training_data_sha256=data[1],
        training_rows=data[2],
        library_versions=library_versions(),
        probability_of_default=default,
        probability_of_self_cure=self_cure,
        attribute_costs=costs,
        distributions=dict(distributions),
    )
