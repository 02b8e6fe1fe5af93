"""Boosted trees as plain arrays, evaluated with numpy alone: what scikit-learn trained, without scikit-learn.

A model is the mean of several members (boostings of the same data with other seeds); a tree's values are already
divided by the number of members, so a margin (log-odds before calibration) is the baseline plus one value a tree.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.dunning.risk.monthly_figures import FloatArray

IndexArray = npt.NDArray[np.int32]

_ROWS_AT_ONCE = 64
"""Times the number of trees, this is small enough for the processor's cache."""


@dataclass(frozen=True, slots=True)
class BoostedTrees:
    """Nodes of all trees, one after another; a leaf is its own left and right child.

    `feature`, `threshold`, `left`, `right` and `value` have one entry a node: a customer goes left when the feature is
    at most the threshold. `value` of an inner node is what the tree gives its customers on average. `roots` are the
    first nodes of the trees, `depth` the most steps from a root to a leaf.
    """

    feature: IndexArray
    threshold: FloatArray
    left: IndexArray
    right: IndexArray
    value: FloatArray
    roots: IndexArray
    depth: int
    baseline: float

    def margins(self, features: FloatArray) -> FloatArray:
        """Log-odds before calibration of each customer; `features` of shape (customers, features)."""
        margins = np.full(len(features), self.baseline)
        for start in range(0, len(features), _ROWS_AT_ONCE):
            rows = features[start : start + _ROWS_AT_ONCE]
            node = self._start(len(rows))
            for _ in range(self.depth):
                _, node = self._step(rows, node)
            margins[start : start + len(rows)] += self.value[node].sum(axis=1)
        return margins

    def contributions(self, features: FloatArray) -> FloatArray:
        """How far each feature moved each margin away from that of the average customer; shape of `features`.

        Along the way through a tree, every step from a node to its child changes the average value; the change belongs
        to the feature that the node asks about (Saabas, "Interpreting random forests", 2014). The sum over a row plus
        `average_margin` is exactly the margin.
        """
        moved = np.zeros_like(features)
        for start in range(0, len(features), _ROWS_AT_ONCE):
            rows = features[start : start + _ROWS_AT_ONCE]
            cells = np.zeros(rows.size)
            node = self._start(len(rows))
            for _ in range(self.depth):
                asked, child = self._step(rows, node)
                change = self.value[child] - self.value[node]
                cells += np.bincount(asked.ravel(), weights=change.ravel(), minlength=rows.size)
                node = child
            moved[start : start + len(rows)] = cells.reshape(rows.shape)
        return moved

    @property
    def average_margin(self) -> float:
        """The margin of the average customer of the training data."""
        return float(self.baseline + self.value[self.roots].sum())

    def _start(self, customers: int) -> IndexArray:
        return np.tile(self.roots, (customers, 1))

    def _step(self, rows: FloatArray, node: IndexArray) -> tuple[IndexArray, IndexArray]:
        """The cell of `rows` (flattened) that each node asks about, and the child each customer goes to."""
        first_cell = np.arange(len(rows), dtype=np.int32)[:, None] * np.int32(rows.shape[1])
        asked = self.feature[node] + first_cell
        child = np.where(np.take(rows, asked) <= self.threshold[node], self.left[node], self.right[node])
        return asked, child


def probabilities(margins: FloatArray) -> FloatArray:
    """The logistic function: log-odds as probabilities."""
    return 1.0 / (1.0 + np.exp(-margins))
