"""Training: the same rows give the same bytes, and the plain arrays say what scikit-learn says."""

from functools import cache

import numpy as np
import pytest

from services.dunning.risk.artefact import model_of
from services.dunning.risk.features import feature_matrix
from services.dunning.risk.labelled_portfolio import PortfolioTooSmall
from services.dunning.risk.monthly_figures import FloatArray, monthly_figures
from services.dunning.risk.training import Outcomes, Recipe, exported, fit_members
from services.dunning.risk.training_run import train
from tests.dunning.risk.customers import part_of_portfolio

CUSTOMERS = 1_200
QUICK = Recipe(members=1, rounds=4)


@cache
def features_and_outcomes() -> tuple[FloatArray, Outcomes]:
    part = part_of_portfolio(CUSTOMERS)
    return feature_matrix(monthly_figures(part.rows)), np.array(part.defaulted, dtype=np.int64)


def quick_training() -> bytes:
    return train(
        part_of_portfolio(CUSTOMERS),
        name="quick-1",
        data_name="part.csv",
        data_sha256="0" * 64,
        default_recipe=QUICK,
        self_cure_recipe=QUICK,
        repetitions=1,
    )


def test_training_twice_gives_the_same_bytes_and_they_can_be_read() -> None:
    content = quick_training()

    assert content == quick_training()
    assert model_of(content).manifest.training_rows == CUSTOMERS


def test_the_arrays_give_the_log_odds_and_probabilities_of_scikit_learn() -> None:
    features, outcomes = features_and_outcomes()
    members = fit_members(features, outcomes, Recipe(members=3, rounds=40))

    margins = exported(members, len(members)).margins(features)
    alone = exported(members[:1], 1).margins(features)

    assert margins == pytest.approx(np.mean([member.margins(features) for member in members], axis=0), abs=1e-12)
    first = members[0]
    probability = first.classifier.predict_proba(features[:, first.columns])[:, 1]
    assert 1 / (1 + np.exp(-alone)) == pytest.approx(probability, abs=1e-9)


def test_contributions_add_up_to_the_margin() -> None:
    features, outcomes = features_and_outcomes()
    trees = exported(fit_members(features, outcomes, QUICK), QUICK.members)

    summed = trees.average_margin + trees.contributions(features).sum(axis=1)

    assert summed == pytest.approx(trees.margins(features), abs=1e-9)


def test_a_portfolio_with_few_defaults_is_not_trained_on() -> None:
    few = part_of_portfolio(100)

    with pytest.raises(PortfolioTooSmall, match="customers who defaulted: at least 50 are needed"):
        train(few, name="few-1", data_name="few.csv", data_sha256="0" * 64)
