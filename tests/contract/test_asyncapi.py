"""The AsyncAPI document is valid, whole, and tells of every topic and event."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from schemas.asyncapi import asyncapi_document
from schemas.generate import GENERATED
from schemas.registry import EVENTS, INBOUND_TOPICS, OUTBOUND_TOPICS, TOPICS
from schemas.values import EventData

Document = dict[str, Any]
SPECIFICATION = Path(__file__).parent / "asyncapi-3.0.0.schema.json"
EACH_EVENT = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event_type)


@pytest.fixture(scope="module")
def document() -> Document:
    """The generated document, as it is on disk."""
    content: Document = json.loads((GENERATED / "asyncapi.json").read_text("utf-8"))
    return content


def references(node: Any) -> Iterator[str]:
    """Every `$ref` within the node."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def follow(document: Document, reference: str) -> Any:
    """What the reference leads to; a KeyError if nothing."""
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def specification() -> Draft7Validator:
    """A validator of AsyncAPI 3.0.0 documents."""
    return Draft7Validator(json.loads(SPECIFICATION.read_text("utf-8")))


def validator(document: Document, schema: Document) -> Draft202012Validator:
    """A validator of a schema whose references lead into the document."""
    return Draft202012Validator({**schema, "components": document["components"]}, format_checker=FormatChecker())


def test_document_is_valid(document: Document) -> None:
    assert [error.message for error in specification().iter_errors(document)] == []


def test_specification_refuses_an_invalid_document(document: Document) -> None:
    assert not specification().is_valid({**document, "asyncapi": "2.0.0"})
    assert not specification().is_valid({**document, "operations": {"x": {"action": "shout"}}})


def test_document_is_what_the_models_give(document: Document) -> None:
    assert json.loads(json.dumps(asyncapi_document())) == document


def test_references_resolve(document: Document) -> None:
    found = set(references(document))
    assert all(reference.startswith("#/") for reference in found)
    for reference in found:
        assert isinstance(follow(document, reference), dict)


def test_every_topic_is_a_channel(document: Document) -> None:
    assert {channel["address"] for channel in document["channels"].values()} == set(TOPICS)
    assert all(f"{topic}.dead-letters" in channel["description"] for topic, channel in document["channels"].items())


def test_operations_cover_every_topic(document: Document) -> None:
    actions = {(each["action"], each["channel"]["$ref"]) for each in document["operations"].values()}
    receiving = {("receive", f"#/channels/{topic}") for topic in TOPICS}
    assert actions == receiving | {("send", f"#/channels/{topic}") for topic in OUTBOUND_TOPICS}
    for operation in document["operations"].values():
        names = {reference["$ref"].rpartition("/")[2] for reference in operation["messages"]}
        assert names == set(follow(document, operation["channel"]["$ref"])["messages"])


@EACH_EVENT
def test_every_event_is_a_message_of_its_topic(document: Document, event: type[EventData]) -> None:
    carrying = [topic for topic, channel in document["channels"].items() if event.event_type in channel["messages"]]
    assert carrying == [event.topic]
    message = document["components"]["messages"][event.event_type]
    assert message["headers"]["properties"]["ce_type"]["const"] == event.event_type
    assert ("ce_sequence" in message["headers"]["required"]) is (event.topic not in INBOUND_TOPICS)


@EACH_EVENT
def test_message_examples_satisfy_their_schemas(document: Document, event: type[EventData]) -> None:
    message = document["components"]["messages"][event.event_type]
    key = json.loads((GENERATED / "examples" / f"{event.event_type}.json").read_text("utf-8"))["key"]
    validator(document, message["bindings"]["kafka"]["key"]).validate(key)
    for example in message["examples"]:
        validator(document, message["headers"]).validate(example["headers"])
        validator(document, message["payload"]).validate(example["payload"])


@EACH_EVENT
@pytest.mark.parametrize(
    ("name", "value"),
    [("ce_specversion", "0.3"), ("ce_type", "other"), ("ce_sequence", "-1"), ("ce_id", ""), ("traceparent", "00-x")],
)
def test_wrong_headers_are_refused(document: Document, event: type[EventData], name: str, value: str) -> None:
    message = document["components"]["messages"][event.event_type]
    wrong = {**message["examples"][0]["headers"], name: value}
    errors = list(validator(document, message["headers"]).iter_errors(wrong))
    assert [list(error.absolute_path) for error in errors] == [[name]]
