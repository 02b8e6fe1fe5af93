"""The cursors of dunning's lists."""

from datetime import date, datetime
from typing import Final

from services.dunning.api.case_answers import TaskAnswer
from services.dunning.api.reading_store import CommandKey, TaskKey, TimelineKey
from services.dunning.api.record_answers import DoneCommandAnswer
from services.eventing.api_cursors import cursor_of, is_storable, key_of, refused_cursor

_LARGEST_NUMBER: Final = 2**63 - 1
_LARGEST_PLACE: Final = 2


def borrower_after(cursor: str | None) -> str:
    """The borrower that a page of cases follows; without a cursor all do. Raises Problem."""
    match key_of(cursor):
        case None:
            return ""
        case str(borrower_id) if is_storable(borrower_id):
            return borrower_id
        case _:
            raise refused_cursor(cursor)


def task_cursor(task: TaskAnswer) -> str:
    """The cursor of a page of tasks that ends with this one."""
    return cursor_of([task.requested_on.isoformat(), task.borrower_id, task.task_id])


def task_after(cursor: str | None) -> TaskKey:
    """The task that a page follows. Raises Problem."""
    match key_of(cursor):
        case None:
            return date.min, "", ""
        case [str(day), str(borrower_id), str(task_id)] if is_storable(borrower_id + task_id):
            try:
                return date.fromisoformat(day), borrower_id, task_id
            except ValueError:
                raise refused_cursor(cursor) from None
        case _:
            raise refused_cursor(cursor)


def timeline_cursor(key: TimelineKey) -> str:
    """The cursor of a page of a case's record that ends with this entry."""
    return cursor_of(list(key))


def timeline_after(cursor: str | None) -> TimelineKey:
    """The entry that a page follows. Raises Problem."""
    match key_of(cursor):
        case None:
            return 0, -1, "", 0
        case [int(evaluation), int(place), str(part), int(number)] if (
            _is_count(evaluation, _LARGEST_NUMBER)
            and _is_count(place, _LARGEST_PLACE)
            and _is_count(number, _LARGEST_NUMBER)
            and is_storable(part)
        ):
            return evaluation, place, part, number
        case _:
            raise refused_cursor(cursor)


def command_cursor(command: DoneCommandAnswer) -> str:
    """The cursor of a page of commands that ends with this one."""
    return cursor_of([
        command.recorded_at.isoformat(), command.borrower_id or "", command.caller, command.idempotency_key
    ])  # fmt: skip


def command_before(cursor: str | None) -> CommandKey | None:
    """The command that those of a page are older than; None without a cursor. Raises Problem."""
    match key_of(cursor):
        case None:
            return None
        case [str(moment), str(borrower_id), str(caller), str(key)] if is_storable(borrower_id + caller + key):
            try:
                recorded_at = datetime.fromisoformat(moment)
            except ValueError:
                raise refused_cursor(cursor) from None
            if recorded_at.tzinfo is None:
                raise refused_cursor(cursor)
            return recorded_at, borrower_id, caller, key
        case _:
            raise refused_cursor(cursor)


def _is_count(number: int, largest: int) -> bool:
    return not isinstance(number, bool) and 0 <= number <= largest
