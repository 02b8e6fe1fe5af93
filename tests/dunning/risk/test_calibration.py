"""Calibration: Platt scaling finds the scale of margins, and agrees with scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from services.dunning.risk.calibration import fit_calibration

RANDOM = np.random.default_rng(5)
LOG_ODDS = RANDOM.normal(-1, 1, 20_000)
OUTCOMES = (RANDOM.random(20_000) < 1 / (1 + np.exp(-LOG_ODDS))).astype(np.int64)
TOO_BOLD = 2 * LOG_ODDS + 1


def test_calibration_finds_the_scale_of_margins_that_are_too_bold() -> None:
    calibration = fit_calibration(TOO_BOLD, OUTCOMES)

    assert calibration.slope == pytest.approx(0.5, abs=0.03)
    assert calibration.intercept == pytest.approx(-0.5, abs=0.05)


def test_calibration_is_the_logistic_regression_of_scikit_learn() -> None:
    calibration = fit_calibration(TOO_BOLD, OUTCOMES)
    reference = LogisticRegression(C=np.inf, tol=1e-10).fit(TOO_BOLD.reshape(-1, 1), OUTCOMES)

    assert calibration.slope == pytest.approx(reference.coef_[0, 0], abs=1e-6)
    assert calibration.intercept == pytest.approx(reference.intercept_[0], abs=1e-6)


def test_calibrated_probabilities_are_right_on_average() -> None:
    assert fit_calibration(TOO_BOLD, OUTCOMES).probabilities(TOO_BOLD).mean() == pytest.approx(
        OUTCOMES.mean(), abs=1e-9
    )


def test_the_same_margins_give_the_same_bits() -> None:
    assert len({fit_calibration(TOO_BOLD, OUTCOMES) for _ in range(20)}) == 1


def test_margins_that_are_all_alike_keep_their_scale() -> None:
    calibration = fit_calibration(np.zeros(10), np.array([0, 1] * 5))

    assert calibration.slope == 1.0
