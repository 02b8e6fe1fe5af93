"""Drift: the population stability index, by hand."""

from math import log

import numpy as np
import pytest

from services.dunning.risk.drift import Distribution, distribution_of, drifts

HALVES = Distribution(edges=(0.0,), shares=(0.5, 0.5))


def test_the_training_data_itself_does_not_drift() -> None:
    values = np.random.default_rng(1).normal(size=1_000)

    (drift,) = drifts({"use": distribution_of(values)}, {"use": values})

    assert (drift.stability_index, drift.verdict) == (0.0, "stable")


def test_the_index_sums_differences_times_logarithms() -> None:
    (drift,) = drifts({"use": HALVES}, {"use": np.array([-1.0, 1.0, 1.0, 1.0])})

    assert drift.stability_index == pytest.approx(-0.25 * log(0.25 / 0.5) + 0.25 * log(0.75 / 0.5))
    assert drift.verdict == "shifted"


def test_a_part_that_is_empty_today_gives_a_finite_index() -> None:
    (drift,) = drifts({"use": HALVES}, {"use": np.array([1.0, 1.0])})

    assert 1 < drift.stability_index < 10


def test_the_worst_comes_first() -> None:
    found = drifts({"same": HALVES, "moved": HALVES}, {"same": np.array([-1.0, 1.0]), "moved": np.array([1.0, 1.0])})

    assert [drift.figure for drift in found] == ["moved", "same"]


def test_a_figure_with_few_values_has_as_few_parts() -> None:
    assert distribution_of(np.array([0.0] * 95 + [1.0] * 5)) == Distribution(edges=(0.0,), shares=(0.95, 0.05))
