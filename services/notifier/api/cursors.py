"""The cursors of the notifier's lists."""

from datetime import datetime
from typing import Final

from services.eventing.api_cursors import cursor_of, is_storable, key_of, refused_cursor
from services.notifier.archive.audit import AuditRecord
from services.notifier.archive.delivery_records import AgentCallRecord
from services.notifier.archive.message_records import MessageRecord
from services.notifier.archive.message_store import MessageKey

_LARGEST_NUMBER: Final = 2**63 - 1


def message_cursor(message: MessageRecord) -> str:
    """The cursor of a page of messages that ends with this one."""
    return cursor_of([message.asked_at.isoformat(), message.borrower_id, message.notification_id])


def call_cursor(call: AgentCallRecord) -> str:
    """The cursor of a page of calls that ends with this one."""
    return cursor_of([call.not_before.isoformat(), call.borrower_id, call.call_id])


def moment_key(cursor: str | None) -> MessageKey | None:
    """The message, or call, that a page follows; None without a cursor. Raises Problem."""
    match key_of(cursor):
        case None:
            return None
        case [str(moment), str(borrower_id), str(identity)] if is_storable(borrower_id + identity):
            try:
                at = datetime.fromisoformat(moment)
            except ValueError:
                raise refused_cursor(cursor) from None
            if at.tzinfo is None or not 1 < at.year < 9_999:
                raise refused_cursor(cursor)
            return at, borrower_id, identity
        case _:
            raise refused_cursor(cursor)


def audit_cursor(entry: AuditRecord) -> str:
    """The cursor of a page of the audit that ends with this entry."""
    return cursor_of(entry.audit_id)


def audit_before(cursor: str | None) -> int | None:
    """The entry that those of a page are older than; None without a cursor. Raises Problem."""
    match key_of(cursor):
        case None:
            return None
        case bool():
            raise refused_cursor(cursor)
        case int(number) if 0 <= number <= _LARGEST_NUMBER:
            return number
        case _:
            raise refused_cursor(cursor)


def borrower_after(cursor: str | None) -> str:
    """The borrower that a page follows; without a cursor all do. Raises Problem."""
    match key_of(cursor):
        case None:
            return ""
        case str(borrower_id) if is_storable(borrower_id):
            return borrower_id
        case _:
            raise refused_cursor(cursor)
