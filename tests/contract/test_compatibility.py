"""The contract honours what was released, and the comparison finds every kind of incompatible change."""

import json
from pathlib import Path
from typing import Any

import pytest

import schemas
from schemas.asyncapi import json_schema
from schemas.compatibility import Incompatibility, UnresolvedReferenceError, incompatible_changes
from schemas.registry import BY_TYPE

Schema = dict[str, Any]
RELEASED = sorted((Path(schemas.__path__[0]) / "released" / "json-schema").glob("*.json"))
NULL: Schema = {"type": "null"}


def with_field(field: Schema | bool, **beside: Any) -> Schema:
    """An object schema whose field `f` is this."""
    return {"type": "object", "properties": {"f": field}, **beside}


def referring(definition: Schema) -> Schema:
    """An object schema whose field `f` refers to this definition."""
    return with_field({"$ref": "#/$defs/D"}, **{"$defs": {"D": definition}})


def test_there_is_a_baseline() -> None:
    assert RELEASED


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_current_schema_honours_the_released_one(path: Path) -> None:
    assert path.stem in BY_TYPE, "a released event type is gone"
    assert incompatible_changes(json.loads(path.read_text("utf-8")), json_schema(BY_TYPE[path.stem])) == []


INCOMPATIBLE_FIELDS: list[tuple[Schema, Schema, str]] = [
    ({"type": "string"}, {"type": "integer"}, "type narrowed: string is no longer accepted"),
    ({"type": "number"}, {"type": "integer"}, "type narrowed: number is no longer accepted"),
    ({"type": ["string", "null"]}, {"type": "string"}, "type narrowed: null is no longer accepted"),
    ({}, {"type": "string"}, "type narrowed: any type is no longer accepted"),
    ({"anyOf": [{"type": "string"}, NULL]}, {"type": "string"}, "type narrowed: null is no longer accepted"),
    ({"oneOf": [{"type": "string"}, NULL]}, {"type": "string"}, "type narrowed: null is no longer accepted"),
    ({"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["a"]}, "value 'b' is no longer allowed"),
    ({"type": "string"}, {"type": "string", "enum": ["a"]}, "values restricted to ['a']"),
    ({"type": "string", "const": "a"}, {"type": "string", "const": "b"}, "value 'a' is no longer allowed"),
    ({"type": "string"}, {"type": "string", "const": "a"}, "values restricted to ['a']"),
    ({"type": "integer", "minimum": 0}, {"type": "integer", "minimum": 1}, "minimum raised"),
    ({"type": "integer"}, {"type": "integer", "minimum": 0}, "minimum raised"),
    ({"type": "integer", "minimum": 0}, {"type": "integer", "exclusiveMinimum": 0}, "minimum raised"),
    ({"type": "integer", "maximum": 9}, {"type": "integer", "maximum": 8}, "maximum lowered"),
    ({"type": "integer", "maximum": 9}, {"type": "integer", "exclusiveMaximum": 9}, "maximum lowered"),
    ({"type": "string"}, {"type": "string", "minLength": 1}, "minLength raised"),
    ({"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 8}, "maxLength lowered"),
    ({"type": "string"}, {"type": "string", "maxLength": 8}, "maxLength lowered"),
    ({"type": "array"}, {"type": "array", "minItems": 1}, "minItems raised"),
    ({"type": "array", "maxItems": 3}, {"type": "array", "maxItems": 2}, "maxItems lowered"),
    ({"type": "string"}, {"type": "string", "pattern": "^a"}, "pattern added"),
    ({"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^b"}, "pattern changed"),
    ({"type": "string"}, {"type": "string", "format": "date"}, "format added"),
    ({"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}, "format changed"),
    ({"type": "array"}, {"type": "array", "uniqueItems": True}, "uniqueItems added"),
    ({"type": "integer", "multipleOf": 1}, {"type": "integer", "multipleOf": 5}, "multipleOf changed"),
    (
        {"anyOf": [{"type": "string", "format": "date"}, NULL]},
        {"anyOf": [{"type": "string", "format": "date-time"}, NULL]},
        "format changed",
    ),
]


@pytest.mark.parametrize(("released", "current", "change"), INCOMPATIBLE_FIELDS)
def test_incompatible_field(released: Schema, current: Schema, change: str) -> None:
    expected = [Incompatibility("$.f", change)]
    assert incompatible_changes(with_field(released), with_field(current)) == expected
    assert incompatible_changes(referring(released), referring(current)) == expected
    assert incompatible_changes(referring(released), with_field(current)) == expected
    items = incompatible_changes({"type": "array", "items": released}, {"type": "array", "items": current})
    assert items == [Incompatibility("$[]", change)]


def test_removed_field() -> None:
    changes = incompatible_changes(with_field({"type": "string"}), {"type": "object", "properties": {}})
    assert changes == [Incompatibility("$.f", "field removed")]


@pytest.mark.parametrize("name", ["f", "added"])
def test_newly_required_field(name: str) -> None:
    current = {"type": "object", "properties": {"f": {}, "added": {}}, "required": [name]}
    assert incompatible_changes(with_field({}), current) == [Incompatibility(f"$.{name}", "field newly required")]


def test_nested_changes_are_told_by_their_path() -> None:
    released = referring({"type": "object", "properties": {"g": {"type": "string"}}})
    current = referring({"type": "object", "properties": {"g": {"type": "string", "maxLength": 1}}})
    assert incompatible_changes(released, current) == [Incompatibility("$.f.g", "maxLength lowered")]


def test_every_change_is_told() -> None:
    released = with_field({"type": "string"})
    current = with_field({"type": "string", "minLength": 1, "format": "date"}, required=["f"])
    assert incompatible_changes(released, current) == [
        Incompatibility("$.f", "field newly required"),
        Incompatibility("$.f", "minLength raised"),
        Incompatibility("$.f", "format added"),
    ]


@pytest.mark.parametrize("restriction", [False, {"type": "string"}])
def test_restricted_further_fields(restriction: Schema | bool) -> None:
    changes = incompatible_changes({"type": "object"}, {"type": "object", "additionalProperties": restriction})
    assert changes == [Incompatibility("$.*", "additionalProperties restricted")]


def test_restricted_items() -> None:
    changes = incompatible_changes({"type": "array"}, {"type": "array", "items": {"type": "string"}})
    assert changes == [Incompatibility("$[]", "items restricted")]


COMPATIBLE_FIELDS: list[tuple[Schema, Schema]] = [
    ({"type": "integer"}, {"type": "number"}),
    ({"type": "string"}, {"type": ["string", "null"]}),
    ({"type": "string"}, {"anyOf": [{"type": "string"}, NULL]}),
    ({"anyOf": [{"type": "string"}, NULL]}, {"anyOf": [NULL, {"type": "string"}]}),
    ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, NULL]}),
    ({"type": "string"}, {}),
    ({"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["b", "a"]}),
    ({"type": "string", "const": "a"}, {"type": "string", "enum": ["b", "a"]}),
    ({"type": "string", "enum": ["a"]}, {"type": "string"}),
    ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 0}),
    ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 0}),
    ({"type": "integer", "minimum": 0}, {"type": "integer"}),
    ({"type": "integer", "maximum": 8}, {"type": "integer", "maximum": 9}),
    ({"type": "string", "minLength": 1, "maxLength": 8}, {"type": "string", "maxLength": 9}),
    ({"type": "array", "minItems": 1, "maxItems": 2}, {"type": "array"}),
    ({"type": "string", "pattern": "^a"}, {"type": "string"}),
    ({"type": "string", "format": "date"}, {"type": "string"}),
    ({"type": "string"}, {"type": "string", "title": "F", "description": "new words", "default": "x"}),
]


@pytest.mark.parametrize(("released", "current"), COMPATIBLE_FIELDS)
def test_compatible_field(released: Schema, current: Schema) -> None:
    assert incompatible_changes(with_field(released), with_field(current)) == []
    assert incompatible_changes(referring(released), with_field(current)) == []
    assert incompatible_changes(referring(released), referring(current)) == []


def test_optional_fields_may_be_added_and_fields_may_become_optional() -> None:
    released = with_field({"type": "string"}, required=["f"])
    current = {"type": "object", "properties": {"f": {"type": "string"}, "added": {"type": "integer"}}}
    assert incompatible_changes(released, current) == []


def test_a_definition_may_be_renamed() -> None:
    current = with_field({"$ref": "#/$defs/Renamed"}, **{"$defs": {"Renamed": {"type": "string"}}})
    assert incompatible_changes(referring({"type": "string"}), current) == []


def test_recursive_schemas_end() -> None:
    def tree(value: Schema) -> Schema:
        child = {"anyOf": [{"$ref": "#/$defs/D"}, NULL]}
        return referring({"type": "object", "properties": {"child": child, "value": value}})

    assert incompatible_changes(tree({"type": "string"}), tree({"type": "string"})) == []
    changes = incompatible_changes(tree({"type": "string"}), tree({"type": "string", "minLength": 1}))
    assert Incompatibility("$.f.value", "minLength raised") in changes


def test_reference_to_nowhere_is_an_error() -> None:
    with pytest.raises(UnresolvedReferenceError, match=r"#/\$defs/Gone"):
        incompatible_changes(with_field({}), with_field({"$ref": "#/$defs/Gone"}))
