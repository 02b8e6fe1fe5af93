"""The generated files are current, and the schemas and the models accept and refuse the same data."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

from schemas.examples import EXAMPLES
from schemas.generate import GENERATED, generated_files, main, stale_files, write_files
from schemas.registry import EVENTS
from schemas.values import EventData

Location = tuple[str | int, ...]
EACH_EVENT = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event_type)


def read(folder: str, event: type[EventData]) -> dict[str, Any]:
    """A generated file of this event type."""
    content: dict[str, Any] = json.loads((GENERATED / folder / f"{event.event_type}.json").read_text("utf-8"))
    return content


def validator(event: type[EventData]) -> Draft202012Validator:
    """A validator of the generated schema; formats count."""
    schema = read("json-schema", event)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def places(data: Any, at: Location = ()) -> Iterator[tuple[Location, Any]]:
    """Every value within the data, with where it is."""
    yield at, data
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, child in children:
        yield from places(child, (*at, name))


def changed(data: Any, at: Location, value: Any) -> Any:
    """The data with another value at one place."""
    if not at:
        return value
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[at[0]] = changed(data[at[0]], at[1:], value)
    return copy


def value_at(data: Any, at: Location) -> Any:
    """The value at one place."""
    return value_at(data[at[0]], at[1:]) if at else data


def refused_at(event: type[EventData], data: Any) -> set[Location]:
    """The places that the model names in refusing this data; not that a list is too short without what is wrong."""
    with pytest.raises(ValidationError) as refusal:
        event.model_validate_json(json.dumps(data))
    return {error["loc"] for error in refusal.value.errors() if error["type"] != "too_short"}


def faults(event: type[EventData], data: Any) -> list[Location]:
    """The places that the schema names; of an optional object, what is wrong within it."""
    found = []
    for error in validator(event).iter_errors(data):
        within = [tuple(one.absolute_path) for one in error.context or ()]
        found.append(max([tuple(error.absolute_path), *within], key=len))
    return found


def amounts() -> list[tuple[type[EventData], Location]]:
    """Every amount in every example."""
    return [
        (event, at)
        for event in EVENTS
        for at, _ in places(read("examples", event)["data"])
        if at and str(at[-1]).endswith("_minor")
    ]


def may_be_left_out(event: type[EventData], at: Location) -> bool:
    """Null stands for an optional amount that is not given."""
    return NoneType in get_args(event.model_fields[str(at[0])].annotation)


def test_generated_files_are_current() -> None:
    assert stale_files(GENERATED, generated_files()) == []


def test_check_names_stale_missing_and_superfluous_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path, generated_files())
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "asyncapi.json").write_text("{}\n", "utf-8")
    (tmp_path / "examples" / "amends.gone.v1.json").write_text("{}\n", "utf-8")
    missing = f"json-schema/{EVENTS[0].event_type}.json"
    (tmp_path / missing).unlink()
    assert main(["--check"], tmp_path) == 1
    expected = ["asyncapi.json", "examples/amends.gone.v1.json", missing]
    assert capsys.readouterr().out.splitlines() == [f"stale: {name}" for name in expected]
    assert main([], tmp_path) == 0
    assert stale_files(tmp_path, generated_files()) == []


def test_every_event_type_has_an_example() -> None:
    assert set(EXAMPLES) == {event.event_type for event in EVENTS}
    assert all(type(EXAMPLES[event.event_type]) is event for event in EVENTS)


@EACH_EVENT
def test_example_satisfies_schema_and_round_trips(event: type[EventData]) -> None:
    example = read("examples", event)
    validator(event).validate(example["data"])
    model = event.model_validate_json(json.dumps(example["data"]))
    assert model == EXAMPLES[event.event_type]
    assert model.model_dump(mode="json") == example["data"]
    assert example["key"] == model.key
    assert example["headers"]["ce_subject"] == model.subject
    assert example["headers"]["ce_type"] == event.event_type


@EACH_EVENT
def test_unknown_fields_are_accepted_and_ignored(event: type[EventData]) -> None:
    data = read("examples", event)["data"]
    extended = json.loads(json.dumps(data), object_hook=lambda found: {**found, "added_later": {"any": [1]}})
    assert extended != data
    validator(event).validate(extended)
    assert event.model_validate_json(json.dumps(extended)) == EXAMPLES[event.event_type]


@EACH_EVENT
def test_missing_required_fields_are_refused_by_name(event: type[EventData]) -> None:
    data = read("examples", event)["data"]
    for name in read("json-schema", event)["required"]:
        without = {other: value for other, value in data.items() if other != name}
        assert refused_at(event, without) == {(name,)}
        assert [f"'{name}'" in error.message for error in validator(event).iter_errors(without)] == [True]


@EACH_EVENT
def test_wrong_types_are_refused_by_name(event: type[EventData]) -> None:
    data = read("examples", event)["data"]
    for at, value in places(data):
        if value is None:
            continue
        wrong = changed(data, at, True if isinstance(value, list | dict | str) else "wrong")
        assert {named[: len(at)] for named in refused_at(event, wrong)} == {at}
        assert set(faults(event, wrong)) == {at}


@pytest.mark.parametrize(
    "value", ["100", "1e2", 1.5, True, False, -1, 10**15 + 1, None, [100], {"minor": 100}], ids=repr
)
def test_amounts_are_integers_within_bounds(value: object) -> None:
    assert amounts()
    for event, at in amounts():
        data = read("examples", event)["data"]
        if value is None and (value_at(data, at) is None or may_be_left_out(event, at)):
            continue
        wrong = changed(data, at, value)
        assert refused_at(event, wrong) == {at}
        assert faults(event, wrong) == [at]
