"""Records and errors as listings and logs may show them: without what tells who a borrower is or how to reach them.

Of an event that carries personal data only the fields named here are shown, so that a misspelled field shows nothing
either. Of a record whose type is not known, only ids are.
"""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import asyncpg
from pydantic import ValidationError

from schemas.lending import BorrowerRegistered
from schemas.registry import BY_TYPE

NOT_SHOWN: Final = "[not shown]"
SHOWN_FIELDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType({
    BorrowerRegistered.event_type: frozenset(
        {"borrower_id", "language", "time_zone", "other_time_zones", "region", "segment"}
    ),
})  # fmt: skip
"""By the type of each event that carries personal data: the fields that tell nothing of who somebody is."""

_PERSONAL_NAMES: Final = frozenset({"name", "email", "phone", "date_of_birth", "identity_ending"})
_ADDRESS: Final = re.compile(
    r"[^\s@\"'<>(),;:/]+@(?=[^\s@]*[A-Za-z])[^\s@\"'<>(),;:/]+"  # a mailbox; `topic@15` is none
    r"|(?<![0-9A-Za-z])\+[0-9]{6,15}(?![0-9])"  # a telephone number in E.164
)
_PYDANTIC_INPUT: Final = re.compile(r"input_value=.*?, input_type=", re.DOTALL)
_POSTGRES_DETAIL: Final = re.compile(r"^(DETAIL|HINT): .*$", re.MULTILINE)


def may_be_shown(event_type: str | None, field: str) -> bool:
    """Whether the value of an event's field (a path such as `plans.0.kind`) may be shown; `data` is the whole event."""
    first = field.split(".", 1)[0]
    shown = SHOWN_FIELDS.get(event_type or "")
    if shown is not None:
        return first in shown
    if event_type not in BY_TYPE:
        return first.endswith("_id")
    return first not in _PERSONAL_NAMES


def shown_value(event_type: str | None, value: bytes | None) -> str:
    """A record's value as JSON text, with `[not shown]` for what may not be shown; other text is not shown at all."""
    if value is None:
        return ""
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return f"[{len(value)} bytes that are no JSON object, not shown]"
    shown = {name: _shown(event_type, name, content) for name, content in document.items()}
    return without_addresses(json.dumps(shown, ensure_ascii=False))


def shown_message(event_type: str | None, field: str, wrong_value: str, message: str) -> str:
    """The reason for refusing a record, without the value at fault where that may not be shown."""
    if wrong_value and not may_be_shown(event_type, field):
        message = message.replace(wrong_value, NOT_SHOWN)
    return without_addresses(message)


def without_addresses(text: str) -> str:
    """A text without mailboxes and telephone numbers."""
    return _ADDRESS.sub(NOT_SHOWN, text)


def error_text(error: BaseException) -> str:
    """The class of an error and what it says, without the values that pydantic and PostgreSQL would repeat."""
    if isinstance(error, ValidationError):
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        said = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
    elif isinstance(error, asyncpg.PostgresError):
        said = str(error.args[0]) if error.args else ""
    else:
        said = str(error)
    return f"{type(error).__name__}: {without_addresses(said)}"


def shown_traceback(text: str) -> str:
    """A traceback without the values that errors of pydantic and PostgreSQL repeat, and without addresses."""
    text = _PYDANTIC_INPUT.sub(f"input_value={NOT_SHOWN}, input_type=", text)
    return without_addresses(_POSTGRES_DETAIL.sub(rf"\1: {NOT_SHOWN}", text))


def _shown(event_type: str | None, name: str, content: Any) -> Any:
    if not may_be_shown(event_type, name):
        return NOT_SHOWN
    return _without_personal_names(content)


def _without_personal_names(content: Any) -> Any:
    """What lies deeper, by the names alone."""
    if isinstance(content, dict):
        return {
            name: NOT_SHOWN if name in _PERSONAL_NAMES else _without_personal_names(inner)
            for name, inner in content.items()
        }
    if isinstance(content, list):
        return [_without_personal_names(inner) for inner in content]
    return content
