"""The contract as an AsyncAPI 3.0.0 document and as example messages; pure functions of the event models."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from schemas.examples import EXAMPLES, OCCURRED_AT
from schemas.registry import EVENTS, INBOUND_TOPICS, OUTBOUND_TOPICS, TOPICS
from schemas.values import EventData

Document = dict[str, Any]

CONTENT_TYPE = "application/json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
KAFKA_BINDING = "0.5.0"
TRACEPARENT = r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"

TOPIC_MEANING = {
    "lending.events": "Borrowers and loans, as the lender's own systems publish them.",
    "payments.events": "Captured and reversed payments, as the lender's payment systems publish them.",
    "calendar.events": "The lender's business date.",
    "ledger.events": "What each loan owes, and what was paid; each event carries the loan's whole standing.",
    "dunning.events": "Reminders asked for, and loans moving between buckets of days past due.",
    "notifier.events": "What became of each message to a borrower; never carries contact data.",
}


class ConflictingDefinitionError(ValueError):
    """Two event types share a definition's name but not its content, so one document cannot hold both."""

    def __init__(self, name: str) -> None:
        super().__init__(f"components.schemas.{name}: two different definitions have this name")
        self.name = name


def json_schema(event: type[EventData]) -> Document:
    """What the data of this event type must satisfy, as a self-contained JSON Schema."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:amends:schema:{event.event_type}",
        **event.model_json_schema(mode="validation"),
    }


def headers_schema(event: type[EventData]) -> Document:
    """The Kafka headers of this event type: CloudEvents 1.0 in binary mode, and W3C trace context."""
    required = ["content-type", "ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time"]
    if event.topic in OUTBOUND_TOPICS:
        required.append("ce_sequence")
    return {
        "type": "object",
        "properties": {
            "content-type": {"type": "string", "const": CONTENT_TYPE},
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": {"type": "string", "minLength": 1, "description": "unique per source; a repeat is a duplicate"},
            "ce_type": {"type": "string", "const": event.event_type},
            "ce_source": {"type": "string", "minLength": 1, "format": "uri-reference"},
            "ce_subject": {"type": "string", "minLength": 1, "description": f"the data's {event.subject_field}"},
            "ce_time": {"type": "string", "format": "date-time"},
            "ce_sequence": {
                "type": "string",
                "pattern": "^[0-9]{1,18}$",
                "description": "decimal counter per subject: a lower one than already seen is stale",
            },
            "traceparent": {"type": "string", "pattern": TRACEPARENT, "description": "W3C trace context"},
        },
        "required": required,
    }


def key_schema(event: type[EventData]) -> Document:
    """The Kafka record key: messages with one key stay in order."""
    field: Document = event.model_json_schema(mode="validation")["properties"][event.key_field]
    kept = {name: value for name, value in field.items() if name not in ("title", "default")}
    return {**kept, "description": f"the data's {event.key_field}, as UTF-8 text"}


def example_message(event: type[EventData]) -> Document:
    """A whole example message: headers, key and data."""
    example = EXAMPLES[event.event_type]
    seed = f"urn:amends:example:{event.event_type}"
    trace = uuid5(NAMESPACE_URL, f"{seed}:trace").hex
    owner = "lender" if event.topic in INBOUND_TOPICS else "amends"
    headers = {
        "content-type": CONTENT_TYPE,
        "ce_specversion": "1.0",
        "ce_id": str(uuid5(NAMESPACE_URL, seed)),
        "ce_type": event.event_type,
        "ce_source": f"/{owner}/{event.topic.partition('.')[0]}",
        "ce_subject": example.subject,
        "ce_time": OCCURRED_AT[event.event_type].isoformat().replace("+00:00", "Z"),
        "ce_sequence": str(_sequence(example)),
        "traceparent": f"00-{trace}-{trace[:16]}-01",
    }
    return {"headers": headers, "key": example.key, "data": example.model_dump(mode="json")}


def asyncapi_document() -> Document:
    """Every topic, message and schema of the contract, as one AsyncAPI 3.0.0 document."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:amends:contract",
        "info": {
            "title": "Amends events",
            "version": "1.0.0",
            "description": (
                "The events of loan collections on Kafka: CloudEvents 1.0 in binary mode, data as JSON. "
                "Money is an integer of minor units beside an ISO 4217 currency. "
                "Unknown fields are ignored; wrong types are refused."
            ),
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic: _channel(topic) for topic in TOPICS},
        "operations": _operations(),
        "components": {
            "messages": {event.event_type: _message(event) for event in EVENTS},
            "schemas": _component_schemas(),
        },
    }


def _sequence(example: EventData) -> int:
    """Which event of its subject on its topic the example is, in the order in which the story happens."""
    moment = OCCURRED_AT[example.event_type]
    return sum(
        other.topic == example.topic and other.subject == example.subject and OCCURRED_AT[event_type] <= moment
        for event_type, other in EXAMPLES.items()
    )


def _events_on(topic: str) -> tuple[type[EventData], ...]:
    """The event types that travel on a topic."""
    return tuple(event for event in EVENTS if event.topic == topic)


def _channel(topic: str) -> Document:
    """A topic, with the messages that it carries."""
    return {
        "address": topic,
        "title": topic,
        "description": (
            f"{TOPIC_MEANING[topic]} A message that a consumer cannot process goes, unchanged and with headers that "
            f"tell why, to `{topic}.dead-letters`."
        ),
        "messages": {
            event.event_type: {"$ref": f"#/components/messages/{event.event_type}"} for event in _events_on(topic)
        },
        "bindings": {"kafka": {"topic": topic, "bindingVersion": KAFKA_BINDING}},
    }


def _operations() -> Document:
    """What Amends does with each topic: it receives from all, and sends to its own."""
    receiving = {f"receive.{topic}": _operation(topic, "receive") for topic in TOPICS}
    sending = {f"send.{topic}": _operation(topic, "send") for topic in OUTBOUND_TOPICS}
    return receiving | sending


def _operation(topic: str, action: str) -> Document:
    """Amends sending to, or receiving from, a topic."""
    preposition = "to" if action == "send" else "from"
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "summary": f"Amends {action}s events {preposition} {topic}.",
        "messages": [{"$ref": f"#/channels/{topic}/messages/{event.event_type}"} for event in _events_on(topic)],
    }


def _message(event: type[EventData]) -> Document:
    """One event type as a message."""
    example = example_message(event)
    return {
        "name": event.event_type,
        "title": event.__name__,
        "summary": (event.__doc__ or event.__name__).strip(),
        "contentType": CONTENT_TYPE,
        "headers": headers_schema(event),
        "payload": {"$ref": f"#/components/schemas/{event.event_type}"},
        "bindings": {"kafka": {"key": key_schema(event), "bindingVersion": KAFKA_BINDING}},
        "examples": [{"name": event.event_type, "headers": example["headers"], "payload": example["data"]}],
    }


def _component_schemas() -> Document:
    """The data schema of every event type, and the definitions that they share, each once.

    Raises ConflictingDefinitionError.
    """
    schemas: Document = {}
    for event in EVENTS:
        schema = event.model_json_schema(mode="validation", ref_template="#/components/schemas/{model}")
        for name, definition in schema.pop("$defs", {}).items():
            if schemas.setdefault(name, definition) != definition:
                raise ConflictingDefinitionError(name)
        schemas[event.event_type] = schema
    return schemas
