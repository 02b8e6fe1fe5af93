"""The model that ships: what it was measured at, and what it may never do."""

from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest

from services.dunning.ladder.risk_bands import DEFAULT_THRESHOLDS
from services.dunning.risk.artefact import DEFAULT_NAME, ArtefactRefused, model_of, shipped_model
from services.dunning.risk.boosted_trees import probabilities
from services.dunning.risk.drift import SCORE, drifts, figures_by_name
from services.dunning.risk.evaluation import auc, brier
from services.dunning.risk.features import feature_matrix, feature_names
from services.dunning.risk.monthly_figures import FloatArray, monthly_figures
from services.dunning.risk.scoring import probabilities_of_default, scores_of
from tests.dunning.risk.customers import customer, portfolio, portfolio_text

MODEL = shipped_model()
MEASURES = MODEL.manifest.probability_of_default.metrics
LATE = customer(payment_statuses=(2, 2, 2, 0, 0, 0), payments=(0, 0, 0, 1_500, 1_500, 1_500))
TWO_MEGABYTES = 2_000_000


def artefact() -> bytes:
    return files("services.dunning.risk").joinpath(f"models/{DEFAULT_NAME}.npz").read_bytes()


@cache
def probability_of_everyone() -> FloatArray:
    return probabilities_of_default(portfolio().rows, MODEL)


def test_it_reaches_the_goal_on_customers_it_has_not_seen() -> None:
    assert MEASURES.auc.mean >= 0.785
    assert MEASURES.brier.mean <= 0.1345


def test_it_is_calibrated_in_every_tenth() -> None:
    assert max(abs(tenth.predicted - tenth.observed) for tenth in MEASURES.together.calibration) < 0.03


def test_it_says_what_leaving_out_the_attributes_costs() -> None:
    costs = {cost.attributes: cost.auc_gained for cost in MODEL.manifest.attribute_costs}

    assert abs(costs["sex", "marriage", "age"]) < 0.005


def test_it_is_small() -> None:
    assert len(artefact()) < TWO_MEGABYTES


def test_it_was_trained_on_the_portfolio_in_this_project() -> None:
    assert MODEL.manifest.training_data_sha256 == sha256(portfolio_text().encode()).hexdigest()


def test_everyone_has_a_probability_between_0_and_1() -> None:
    found = probability_of_everyone()

    assert len(found) == 20_000
    assert ((found > 0) & (found < 1)).all()


def test_customers_it_was_trained_on_are_told_apart_at_least_as_well_as_unseen_ones() -> None:
    outcomes = np.array(portfolio().defaulted, dtype=np.int64)

    assert auc(probability_of_everyone(), outcomes) > MEASURES.auc.mean
    assert brier(probability_of_everyone(), outcomes) < MEASURES.brier.mean


def test_who_is_further_behind_defaults_more_often_by_the_score() -> None:
    found = probability_of_everyone()
    behind = np.array([row.months_behind[0] for row in portfolio().rows])
    means = [float(found[behind == months].mean()) for months in (0, 1, 2)]

    assert all(less < more for less, more in pairwise(means))


def test_a_customer_scores_the_same_alone_and_among_others() -> None:
    rows = portfolio().rows[:200]

    alone = [float(probabilities_of_default([row], MODEL)[0]) for row in rows]

    assert alone == pytest.approx(probability_of_everyone()[:200].tolist(), abs=1e-12)


def test_no_customers_have_no_scores() -> None:
    assert scores_of((), MODEL) == ()
    assert len(probabilities_of_default((), MODEL)) == 0


def test_the_band_is_that_of_the_probability() -> None:
    scores = scores_of(portfolio().rows[:300], MODEL)

    assert {score.risk_band for score in scores} == {"low", "medium", "high", "very-high"}
    assert all(score.risk_band == DEFAULT_THRESHOLDS.band_of(score.probability_of_default) for score in scores)


def test_only_who_is_late_has_a_probability_of_self_cure() -> None:
    current, late = scores_of((customer(), LATE), MODEL)

    assert current.probability_of_self_cure is None
    assert late.probability_of_self_cure is not None
    assert 0 < late.probability_of_self_cure < 1


def test_lateness_is_a_reason_that_raises_the_score_of_who_is_late() -> None:
    (score,) = scores_of((LATE,), MODEL)
    (reason,) = [reason for reason in score.reasons if reason.theme == "lateness"]

    assert reason.direction == "raises"
    assert reason.text == ("2 months behind in the newest month; late in 3 of 6 months, at most 2 months behind")


def test_reasons_raise_first_then_lower_each_strongest_first() -> None:
    for score in scores_of(portfolio().rows[:300], MODEL):
        raising = [reason.log_odds for reason in score.reasons if reason.direction == "raises"]
        lowering = [reason.log_odds for reason in score.reasons if reason.direction == "lowers"]

        assert [reason.log_odds for reason in score.reasons] == [*raising, *lowering]
        assert raising == sorted(raising, reverse=True)
        assert lowering == sorted(lowering)
        assert 1 <= len(score.reasons) <= 4
        assert all(reason.text and reason.features for reason in score.reasons)


def test_pushes_of_all_features_make_up_the_probability() -> None:
    features = feature_matrix(monthly_figures(portfolio().rows[:100]))
    trees, calibration = MODEL.default.trees, MODEL.default.calibration

    margins = trees.average_margin + trees.contributions(features).sum(axis=1)

    assert probabilities(calibration.log_odds(margins)) == pytest.approx(probability_of_everyone()[:100], abs=1e-9)


def test_its_training_data_does_not_drift_and_customers_all_late_do() -> None:
    rows = portfolio().rows[:4_000]
    late = [replace(row, payment_statuses=(2,) * 6) for row in rows]

    def indices(customers: object) -> dict[str, float]:
        features = feature_matrix(monthly_figures(customers))  # type: ignore[arg-type]
        figures = figures_by_name(feature_names(6), features, MODEL.default.probabilities(features))
        return {drift.figure: drift.stability_index for drift in drifts(MODEL.manifest.distributions, figures)}

    assert max(indices(rows).values()) < 0.1
    assert indices(late)[SCORE] > 0.25


def test_a_file_that_is_no_model_is_refused() -> None:
    with pytest.raises(ArtefactRefused, match="is no risk model"):
        model_of(b"id,probability\n")


def test_a_broken_model_is_refused() -> None:
    with pytest.raises(ArtefactRefused):
        model_of(artefact()[:5_000])
