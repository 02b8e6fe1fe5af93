"""Opaque cursors of keyset pages: the key of the last row of a page, which the next one follows.

A page is what follows a key, not a number of rows to skip: rows that come or go meanwhile move no other row from one
page to another. A cursor holds nothing that its page did not show, and gives no access: conditions and scopes are
checked anew.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from services.eventing.problems import INVALID, Problem, refused_field


def cursor_of(key: object) -> str:
    """The cursor of a key of JSON's types."""
    return urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def key_of(cursor: str | None) -> object:
    """The key that a cursor holds, of whatever types; None without a cursor. Raises Problem."""
    if cursor is None:
        return None
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        key: object = json.loads(raw)
    except (NotBase64, ValueError, RecursionError):
        raise refused_cursor(cursor) from None
    if key is None:
        raise refused_cursor(cursor)
    return key


def is_storable(text: str) -> bool:
    """Whether a database takes a text: NUL is refused, and half a surrogate pair is no text."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def refused_cursor(cursor: str | None) -> Problem:
    """A cursor that is none of the list asked for."""
    return refused_field(INVALID, "after", cursor, "is not a cursor of this list")
