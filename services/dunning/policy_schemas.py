"""The JSON Schemas of dunning's policy documents, for editors and pipelines that check YAML before it is deployed.

Run as a module it writes them to `policies/json_schemas`. What a schema cannot say (steps that overlap, cycles) is
checked on load.
"""

import json
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel

from services.dunning.ladder.choice import LadderChoice
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.offers.offer_policy import OfferPolicy

PolicyName = Literal["ladder", "choice", "offers"]
_MODELS: Final[dict[PolicyName, type[BaseModel]]] = {
    "ladder": LadderPolicy, "choice": LadderChoice, "offers": OfferPolicy
}  # fmt: skip
FOLDER: Final = Path(__file__).parent / "policies" / "json_schemas"


def policy_schema(name: PolicyName) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a policy document."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_MODELS[name].model_json_schema()}


def schema_texts() -> dict[Path, str]:
    """Each schema file with the text it should have."""
    return {FOLDER / f"{name}.json": json.dumps(policy_schema(name), indent=2) + "\n" for name in _MODELS}


if __name__ == "__main__":
    for path, text in schema_texts().items():
        path.write_text(text, encoding="utf-8")
