"""Measures of a score against scikit-learn's, and by hand."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from services.dunning.risk.evaluation import (
    auc,
    bootstrap_interval,
    brier,
    calibration_tenths,
    kolmogorov_smirnov,
    measured_by_group,
)

RANDOM = np.random.default_rng(7)
PROBABILITY = RANDOM.random(2_000).round(2)
OUTCOMES = (RANDOM.random(2_000) < PROBABILITY).astype(np.int64)


def test_auc_is_that_of_scikit_learn_with_ties() -> None:
    assert auc(PROBABILITY, OUTCOMES) == pytest.approx(roc_auc_score(OUTCOMES, PROBABILITY), abs=1e-12)


def test_brier_is_that_of_scikit_learn() -> None:
    assert brier(PROBABILITY, OUTCOMES) == pytest.approx(brier_score_loss(OUTCOMES, PROBABILITY), abs=1e-12)


def test_a_score_that_parts_both_kinds_has_a_full_gap() -> None:
    assert kolmogorov_smirnov(np.array([0.1, 0.2, 0.8]), np.array([0, 0, 1])) == 1


def test_a_true_probability_is_calibrated_in_every_tenth() -> None:
    tenths = calibration_tenths(PROBABILITY, OUTCOMES)

    assert [tenth.customers for tenth in tenths] == [200] * 10
    assert all(abs(tenth.predicted - tenth.observed) < 0.12 for tenth in tenths)


def test_an_interval_holds_the_measure_and_is_the_same_for_the_same_seed() -> None:
    interval = bootstrap_interval(auc, PROBABILITY, OUTCOMES, seed=3)

    assert interval.low < auc(PROBABILITY, OUTCOMES) < interval.high
    assert interval == bootstrap_interval(auc, PROBABILITY, OUTCOMES, seed=3)


def test_groups_are_measured_by_name_and_small_ones_left_out() -> None:
    sexes = [1] * 1_000 + [2] * 950 + [3] * 50

    groups = measured_by_group(PROBABILITY, OUTCOMES, {"sex": sexes})

    assert [(group.group, group.customers) for group in groups] == [("female", 950), ("male", 1_000)]
