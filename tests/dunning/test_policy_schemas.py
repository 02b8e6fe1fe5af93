"""The published JSON Schemas of policies are current, and take what is shipped."""

import json

import jsonschema
import pytest
import yaml

from services.dunning.ladder.files import default_ladder_text
from services.dunning.offers.offer_policy import default_policy_text
from services.dunning.policy_schemas import PolicyName, policy_schema, schema_texts


def test_published_schemas_are_those_of_the_models() -> None:
    stale = [path.name for path, text in schema_texts().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, f"{stale}: run `make schemas`"


@pytest.mark.parametrize(("name", "text"), [("ladder", default_ladder_text()), ("offers", default_policy_text())])
def test_a_shipped_policy_fits_its_schema(name: PolicyName, text: str) -> None:
    document = json.loads(json.dumps(yaml.safe_load(text)))
    jsonschema.Draft202012Validator(policy_schema(name)).validate(document)


def test_an_unknown_key_is_refused_by_the_schema() -> None:
    document = {**yaml.safe_load(default_ladder_text()), "colour": "red"}
    errors = list(jsonschema.Draft202012Validator(policy_schema("ladder")).iter_errors(document))
    assert [error.message for error in errors] == ["Additional properties are not allowed ('colour' was unexpected)"]
