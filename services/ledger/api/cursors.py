"""Opaque cursors of keyset pages: the key of the last row of a page, which the next one follows.

A page is what follows a key, not a number of rows to skip: rows that come or go meanwhile move no other row from one
page to another. A cursor holds nothing that its page did not show, and gives no access: conditions and scopes are
checked anew.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Final

from services.eventing.problems import INVALID, refused_field
from services.ledger.loan import Key

_LARGEST_NUMBER: Final = 2**31 - 1


def loan_cursor(key: Key) -> str:
    """The cursor of a page of loans that ends with this one."""
    return _encoded(list(key))


def loan_after(cursor: str | None) -> Key:
    """The loan that a page follows; without a cursor all do. Raises Problem."""
    match _decoded(cursor):
        case None:
            return "", ""
        case [str(borrower_id), str(loan_id)] if "\x00" not in borrower_id + loan_id and _is_text(
            borrower_id + loan_id
        ):
            return borrower_id, loan_id
        case _:
            raise _refused(cursor)


def number_cursor(number: int) -> str:
    """The cursor of a page of a loan's journal that ends with this transaction."""
    return _encoded(number)


def number_after(cursor: str | None) -> int:
    """The number of the transaction that a page follows. Raises Problem."""
    match _decoded(cursor):
        case None:
            return 0
        case int(number) if not isinstance(number, bool) and 0 <= number <= _LARGEST_NUMBER:
            return number
        case _:
            raise _refused(cursor)


def _encoded(key: object) -> str:
    return urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def _decoded(cursor: str | None) -> object:
    if cursor is None:
        return None
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        key: object = json.loads(raw)
    except (NotBase64, ValueError, RecursionError):
        raise _refused(cursor) from None
    if key is None:
        raise _refused(cursor)
    return key


def _is_text(text: str) -> bool:
    """Half a surrogate pair is none."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _refused(cursor: str | None) -> Exception:
    return refused_field(INVALID, "after", cursor, "is not a cursor of this list")
