"""What is measured of a score, as values that an artefact keeps."""

from pydantic import BaseModel, ConfigDict


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(_Figures):
    """A 95 % confidence interval."""

    low: float
    high: float


class CalibrationTenth(_Figures):
    """A tenth of the customers by score: how many, what was predicted on average, what share defaulted."""

    customers: int
    predicted: float
    observed: float


class ScoreMetrics(_Figures):
    """Of probabilities against outcomes. `auc` and `ks` are 0 to 1, more is better; `brier` less is better."""

    customers: int
    observed: float
    predicted: float
    auc: float
    auc_interval: Interval
    brier: float
    brier_interval: Interval
    ks: float
    calibration: tuple[CalibrationTenth, ...]


class GroupMetrics(_Figures):
    """The score for customers of one group of an attribute that it does not see."""

    attribute: str
    group: str
    customers: int
    observed: float
    predicted: float
    auc: float
    brier: float


class Spread(_Figures):
    """Mean and standard deviation over the folds."""

    mean: float
    standard_deviation: float


class CrossValidated(_Figures):
    """Measures over all folds, and of the first repetition's probabilities taken together."""

    folds: int
    repetitions: int
    auc: Spread
    brier: Spread
    together: ScoreMetrics
    groups: tuple[GroupMetrics, ...] = ()


class AttributeCost(_Figures):
    """What a model with further attributes would reach on the same folds as the one without."""

    attributes: tuple[str, ...]
    auc: float
    brier: float
    auc_gained: float
    brier_saved: float
