"""The cursors of the ledger's lists."""

from typing import Final

from services.eventing.api_cursors import cursor_of, is_storable, key_of, refused_cursor
from services.ledger.loan import Key

_LARGEST_NUMBER: Final = 2**31 - 1


def loan_cursor(key: Key) -> str:
    """The cursor of a page of loans that ends with this one."""
    return cursor_of(list(key))


def loan_after(cursor: str | None) -> Key:
    """The loan that a page follows; without a cursor all do. Raises Problem."""
    match key_of(cursor):
        case None:
            return "", ""
        case [str(borrower_id), str(loan_id)] if is_storable(borrower_id + loan_id):
            return borrower_id, loan_id
        case _:
            raise refused_cursor(cursor)


def number_cursor(number: int) -> str:
    """The cursor of a page of a loan's journal that ends with this transaction."""
    return cursor_of(number)


def number_after(cursor: str | None) -> int:
    """The number of the transaction that a page follows. Raises Problem."""
    match key_of(cursor):
        case None:
            return 0
        case int(number) if not isinstance(number, bool) and 0 <= number <= _LARGEST_NUMBER:
            return number
        case _:
            raise refused_cursor(cursor)
