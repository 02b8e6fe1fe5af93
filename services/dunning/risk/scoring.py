"""Scores of customers: probabilities of default and of self-cure, a risk band, and reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from services.dunning.ladder.risk_bands import DEFAULT_THRESHOLDS, RiskBand, RiskBandThresholds
from services.dunning.risk.artefact import RiskModel
from services.dunning.risk.behaviour_rows import MONTHS, BehaviourRow
from services.dunning.risk.features import feature_matrix, features_of
from services.dunning.risk.monthly_figures import FloatArray, monthly_figures
from services.dunning.risk.reasons import Reason, reasons_of
from services.dunning.risk.self_cure import can_cure, cure_features

_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class RiskScore:
    """What a model says of a customer, probabilities from 0 to 1 in millionths.

    `probability_of_default` is for the month after the newest. `probability_of_self_cure` is that a customer who is
    late in the newest month is not in the next; None for those who are not late. `model` names the artefact.
    """

    customer_id: str
    model: str
    probability_of_default: Decimal
    probability_of_self_cure: Decimal | None
    risk_band: RiskBand
    reasons: tuple[Reason, ...]


def probabilities_of_default(rows: Sequence[BehaviourRow], model: RiskModel) -> FloatArray:
    """The probability of default of each row, in their order."""
    if not rows:
        return np.zeros(0)
    return model.default.probabilities(feature_matrix(monthly_figures(rows)))


def scores_of(
    rows: Sequence[BehaviourRow], model: RiskModel, thresholds: RiskBandThresholds = DEFAULT_THRESHOLDS
) -> tuple[RiskScore, ...]:
    """The whole score of each row, in their order."""
    if not rows:
        return ()
    figures = monthly_figures(rows)
    features = feature_matrix(figures)
    probability = model.default.probabilities(features)
    cure = _self_cure(rows, model)
    pushes = model.default.calibration.slope * model.default.trees.contributions(features)
    scores = []
    for number, row in enumerate(rows):
        rounded = in_millionths(probability[number])
        scores.append(
            RiskScore(
                customer_id=row.customer_id,
                model=model.manifest.name,
                probability_of_default=rounded,
                probability_of_self_cure=cure[number],
                risk_band=thresholds.band_of(rounded),
                reasons=reasons_of(row, features_of(MONTHS), pushes[number]),
            )
        )
    return tuple(scores)


def in_millionths(probability: float) -> Decimal:
    """A probability as scores tell it."""
    return Decimal(float(probability)).quantize(_MILLIONTH)


def _self_cure(rows: Sequence[BehaviourRow], model: RiskModel) -> list[Decimal | None]:
    figures = monthly_figures(rows)
    late = can_cure(figures)
    found = model.self_cure.probabilities(cure_features(figures))
    return [in_millionths(probability) if is_late else None for probability, is_late in zip(found, late, strict=True)]
