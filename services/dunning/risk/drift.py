"""Drift: how far the customers of today are from those that a score was trained on.

The population stability index of a figure is the sum over its tenths of (share today - share in training) x
ln(share today / share in training). By the industry's rule of thumb below 0.10 is stable, from 0.25 on the score must
be looked at again.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from services.dunning.risk.monthly_figures import FloatArray

SCORE: Final = "probability_of_default"
_WATCHED_FROM: Final = 0.10
_SHIFTED_FROM: Final = 0.25
_LEAST_SHARE: Final = 0.0001
"""Stands for an empty part, whose logarithm would be infinite."""

Verdict = Literal["stable", "watch", "shifted"]


class Distribution(BaseModel):
    """How a figure was distributed: `shares[i]` of the customers had it above `edges[i-1]` and at most `edges[i]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edges: tuple[float, ...]
    shares: tuple[float, ...]


class Drift(BaseModel):
    """The population stability index of a figure, and what it means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    figure: str
    stability_index: float
    verdict: Verdict


def distribution_of(values: FloatArray) -> Distribution:
    """The distribution by tenths; a figure with few values has as many parts as values tell apart."""
    edges = np.unique(np.quantile(values, np.arange(1, 10) / 10))
    return Distribution(edges=tuple(edges.tolist()), shares=_shares(values, edges))


def drifts(expected: Mapping[str, Distribution], figures: Mapping[str, FloatArray]) -> tuple[Drift, ...]:
    """The drift of each figure, worst first. `figures` has the values of every figure in `expected`."""
    found = [_drift(name, distribution, figures[name]) for name, distribution in expected.items()]
    return tuple(sorted(found, key=lambda drift: -drift.stability_index))


def figures_by_name(names: Sequence[str], features: FloatArray, probability: FloatArray) -> dict[str, FloatArray]:
    """What drift is measured of: every feature, and the score itself under the name SCORE."""
    return {SCORE: probability, **{name: features[:, column] for column, name in enumerate(names)}}


def _drift(name: str, expected: Distribution, values: FloatArray) -> Drift:
    before = np.maximum(np.array(expected.shares), _LEAST_SHARE)
    today = np.maximum(np.array(_shares(values, np.array(expected.edges))), _LEAST_SHARE)
    index = float(np.sum((today - before) * np.log(today / before)))
    verdict: Verdict = "stable" if index < _WATCHED_FROM else "watch" if index < _SHIFTED_FROM else "shifted"
    return Drift(figure=name, stability_index=index, verdict=verdict)


def _shares(values: FloatArray, edges: FloatArray) -> tuple[float, ...]:
    parts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
    return tuple((parts / len(values)).tolist())
