"""The trained score as a file: arrays and a manifest in one .npz, without pickle, the same bytes for the same model.

Reading it runs no code from it; a file of another format version, or one whose features this program works out
differently, is refused.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal
from zipfile import BadZipFile

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.dunning.risk.behaviour_rows import MONTHS
from services.dunning.risk.boosted_trees import BoostedTrees
from services.dunning.risk.calibration import Calibration
from services.dunning.risk.drift import Distribution
from services.dunning.risk.features import feature_names
from services.dunning.risk.measures import AttributeCost, CrossValidated
from services.dunning.risk.monthly_figures import FloatArray
from services.dunning.risk.self_cure import HISTORY_MONTHS

FORMAT_VERSION: Final = 1
DEFAULT_NAME: Final = "uci-2005-1"

_DEFAULT_TREES: Final = "default"
_SELF_CURE_TREES: Final = "self_cure"


class ArtefactRefused(ValueError):
    """A file that is no artefact of this program; the message says why."""


class ModelPart(BaseModel):
    """One of the two models: its features in order, how it was trained, its calibration, what it was measured at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: tuple[str, ...]
    recipe: dict[str, float]
    calibration_slope: float = Field(gt=0)
    calibration_intercept: float
    metrics: CrossValidated


class Manifest(BaseModel):
    """What a trained score says about itself.

    `distributions` are those of the training data, for drift.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[1]
    name: str
    training_data: str
    training_data_sha256: str
    training_rows: int
    library_versions: dict[str, str]
    probability_of_default: ModelPart
    probability_of_self_cure: ModelPart
    attribute_costs: tuple[AttributeCost, ...]
    distributions: dict[str, Distribution]


@dataclass(frozen=True, slots=True)
class ProbabilityModel:
    """Trees and the calibration of their margins."""

    trees: BoostedTrees
    calibration: Calibration

    def probabilities(self, features: FloatArray) -> FloatArray:
        """A probability for each customer; `features` of shape (customers, features)."""
        return self.calibration.probabilities(self.trees.margins(features))


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A trained score: both models and the manifest."""

    manifest: Manifest
    default: ProbabilityModel
    self_cure: ProbabilityModel


def artefact_bytes(manifest: Manifest, default: BoostedTrees, self_cure: BoostedTrees) -> bytes:
    """The artefact as a file's content."""
    text = json.dumps(manifest.model_dump(mode="json"), sort_keys=True)
    arrays = {
        "manifest": np.frombuffer(text.encode(), dtype=np.uint8),
        **_as_arrays(_DEFAULT_TREES, default),
        **_as_arrays(_SELF_CURE_TREES, self_cure),
    }
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    return content.getvalue()


def model_of(content: bytes) -> RiskModel:
    """The model in a file's content. Raises ArtefactRefused."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            manifest = Manifest.model_validate_json(arrays["manifest"].tobytes())
            trees = {name: _trees_of(name, arrays) for name in (_DEFAULT_TREES, _SELF_CURE_TREES)}
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise ArtefactRefused(f"manifest {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None
    except (BadZipFile, KeyError, ValueError, EOFError, OSError) as error:
        raise ArtefactRefused(f"is no risk model: {error}") from None
    parts = ((manifest.probability_of_default, MONTHS), (manifest.probability_of_self_cure, HISTORY_MONTHS))
    for part, months in parts:
        if part.features != feature_names(months):
            raise ArtefactRefused(f"model {manifest.name} was trained on other features than this program works out")
    return RiskModel(
        manifest,
        _with_calibration(trees[_DEFAULT_TREES], manifest.probability_of_default),
        _with_calibration(trees[_SELF_CURE_TREES], manifest.probability_of_self_cure),
    )


def load_model(path: Path) -> RiskModel:
    """The model in a file. Raises ArtefactRefused, or OSError if it cannot be read."""
    return model_of(path.read_bytes())


@cache
def shipped_model() -> RiskModel:
    """The default model that this package brings along."""
    return model_of(files("services.dunning.risk").joinpath(f"models/{DEFAULT_NAME}.npz").read_bytes())


def _with_calibration(trees: BoostedTrees, part: ModelPart) -> ProbabilityModel:
    return ProbabilityModel(trees, Calibration(part.calibration_slope, part.calibration_intercept))


def _as_arrays(name: str, trees: BoostedTrees) -> dict[str, Any]:
    return {
        f"{name}.feature": trees.feature.astype(np.uint16),
        f"{name}.threshold": trees.threshold,
        f"{name}.left": trees.left,
        f"{name}.right": trees.right,
        f"{name}.value": trees.value,
        f"{name}.roots": trees.roots,
        f"{name}.depth_and_baseline": np.array([trees.depth, trees.baseline]),
    }


def _trees_of(name: str, arrays: Mapping[str, Any]) -> BoostedTrees:
    depth, baseline = arrays[f"{name}.depth_and_baseline"]
    return BoostedTrees(
        feature=arrays[f"{name}.feature"].astype(np.int32),
        threshold=arrays[f"{name}.threshold"],
        left=arrays[f"{name}.left"],
        right=arrays[f"{name}.right"],
        value=arrays[f"{name}.value"],
        roots=arrays[f"{name}.roots"],
        depth=int(depth),
        baseline=float(baseline),
    )
