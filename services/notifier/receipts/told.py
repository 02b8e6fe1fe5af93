"""What a provider's request tells, read as its document describes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from urllib.parse import parse_qsl

from services.notifier.channels.json_paths import number_at, text_at, value_at
from services.notifier.channels.provider_document import Receipts, ReceiptStatus, Replies

_MOST_ITEMS: Final = 1_000
_MOST_FIELDS: Final = 200
_MILLISECONDS_FROM: Final = 10**11
"""No time in seconds is as large: it would be of the year 5138."""
_AHEAD: Final = timedelta(minutes=5)


class Malformed(ValueError):
    """A request that does not have what the document says; `value` is what is there."""

    def __init__(self, path: str, value: object, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.value = value
        self.reason = reason


class Unreadable(ValueError):
    """A body that is not in the encoding that the document says."""

    def __init__(self, encoding: str) -> None:
        super().__init__(f"the body is not {encoding}")
        self.encoding = encoding


@dataclass(frozen=True, slots=True)
class ToldReceipt:
    """What became of one message, by the provider's name of it."""

    provider_message_id: str
    status: ReceiptStatus
    told_at: datetime


@dataclass(frozen=True, slots=True)
class ToldReply:
    """What a borrower wrote back, from a number in E.164."""

    reply_id: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    told_at: datetime


def read_body(encoding: Literal["json", "form"], body: bytes) -> object:
    """The body as JSON values. Raises Unreadable."""
    try:
        if encoding == "json":
            return json.loads(body)
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_FIELDS)
        return dict(pairs)
    except (ValueError, RecursionError):
        raise Unreadable("JSON" if encoding == "json" else "a form") from None


def read_receipts(described: Receipts, document: object, at: datetime) -> list[ToldReceipt]:
    """The receipts that a body holds, which came at `at`. Raises Malformed."""
    if described.items is None:
        return [_receipt(described, document, "", at)]
    items = value_at(document, described.items)
    if not isinstance(items, list):
        raise Malformed(described.items, None, "is no array")
    if len(items) > _MOST_ITEMS:
        raise Malformed(described.items, len(items), f"has more than {_MOST_ITEMS} receipts")
    return [_receipt(described, item, f"{described.items}.{index}.", at) for index, item in enumerate(items)]


def read_reply(described: Replies, document: object, at: datetime) -> ToldReply:
    """The reply that a body holds, which came at `at`. Raises Malformed."""
    sender = _number(_text(document, described.sender, ""), described)
    text = value_at(document, described.text)
    if not isinstance(text, str):
        raise Malformed(described.text, None, "is no text")
    reply_id = _text(document, described.reply_id, "")
    return ToldReply(reply_id, sender, text, _time(described.time, document, "", at))


def _number(sender: str, described: Replies) -> str:
    """A number in E.164; spaces and signs in it do not matter."""
    digits = "".join(character for character in sender if character.isascii() and character.isdigit())
    if not digits:
        raise Malformed(described.sender, None, "is no telephone number")
    is_international = sender.strip().startswith("+") or described.country_code is None
    return f"+{digits}" if is_international else f"{described.country_code}{digits}"


def _receipt(described: Receipts, document: object, prefix: str, at: datetime) -> ToldReceipt:
    word = _text(document, described.status, prefix)
    status = described.statuses.get(word)
    if status is None:
        raise Malformed(prefix + described.status, word, f"is none of {_listed(described.statuses)}")
    message_id = _text(document, described.message_id, prefix)
    return ToldReceipt(message_id, status, _time(described.time, document, prefix, at))


def _listed(statuses: Mapping[str, ReceiptStatus]) -> str:
    return ", ".join(statuses)


def _text(document: object, path: str, prefix: str) -> str:
    text = text_at(document, path)
    if text is None or "\x00" in text:
        raise Malformed(prefix + path, None, "is missing, or no text of at most 500 characters")
    return text


def _time(path: str | None, document: object, prefix: str, at: datetime) -> datetime:
    """A moment told, never after `at`: clocks differ, and nothing is told before it happens."""
    if path is None or value_at(document, path) is None:
        return at
    told = _moment(document, path)
    if told is None:
        raise Malformed(prefix + path, value_at(document, path), "is neither ISO 8601 nor seconds since 1970")
    if told > at + _AHEAD:
        raise Malformed(prefix + path, value_at(document, path), "is in the future")
    return min(told, at)


def _moment(document: object, path: str) -> datetime | None:
    """ISO 8601 with offset (without one: UTC), or seconds or milliseconds since 1970."""
    try:
        number = number_at(document, path)
        if number is not None:
            seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
            return datetime.fromtimestamp(float(seconds), UTC)
        moment = datetime.fromisoformat(text_at(document, path) or "")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
