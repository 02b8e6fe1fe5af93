"""What operators do with dead letters: look, replay as it was, edit and replay, or discard.

Each but a look without personal data is recorded.
"""

from dataclasses import dataclass

from services.eventing import store
from services.eventing.database import Connection
from services.eventing.personal_data import shown_message, shown_value
from services.eventing.store import DeadLetter


class DeadLetterNotFound(LookupError):
    """No dead letter has this number."""

    def __init__(self, identity: int) -> None:
        super().__init__(f"dead letter {identity} does not exist")


class DeadLetterClosed(ValueError):
    """The dead letter was replayed or discarded before."""

    def __init__(self, letter: DeadLetter) -> None:
        super().__init__(f"dead letter {letter.id} is {letter.status} already")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and why."""

    name: str
    note: str = ""


class ReasonNeeded(ValueError):
    """Personal data is shown to nobody who does not say why."""

    def __init__(self, identity: int) -> None:
        super().__init__(f"dead letter {identity}: say in a note why its personal data must be seen")


def shown_reason(letter: DeadLetter) -> str:
    """Why a dead letter was refused, without personal data."""
    reason = letter.reason
    return shown_message(letter.event_type, reason.field, reason.value, reason.message)


def shown_content(letter: DeadLetter) -> str:
    """The value of a dead letter, without personal data."""
    return shown_value(letter.event_type, letter.value)


async def look(connection: Connection, identity: int) -> DeadLetter:
    """A dead letter, open or closed. Raises DeadLetterNotFound."""
    async with connection.transaction():
        return await _lock(connection, identity)


async def reveal(connection: Connection, identity: int, actor: Actor) -> DeadLetter:
    """A dead letter of which everything is shown; that, by whom and why is recorded.

    Raises ReasonNeeded or DeadLetterNotFound.
    """
    if not actor.note.strip():
        raise ReasonNeeded(identity)
    async with connection.transaction():
        letter = await _lock(connection, identity)
        await store.record_dead_letter_action(connection, identity, action="reveal", actor=actor.name, note=actor.note)
    return letter


async def replay(connection: Connection, identity: int, actor: Actor, edited: bytes | None = None) -> DeadLetter:
    """Send a dead letter to its topic again, with `edited` as its value if given, in order behind what waits.

    Raises DeadLetterNotFound or DeadLetterClosed.
    """
    async with connection.transaction():
        letter = await _lock_open(connection, identity)
        headers = [*letter.headers, ("amends-replay-of", str(identity).encode())]
        value = letter.value if edited is None else edited
        await store.queue_raw(connection, [(letter.position.topic, letter.key, value, store.encode_headers(headers))])
        action = "replay" if edited is None else "edit-and-replay"
        await store.end_dead_letter(
            connection, identity, status="replayed", action=action, actor=actor.name, note=actor.note, edited=edited
        )
    return letter


async def discard(connection: Connection, identity: int, actor: Actor) -> DeadLetter:
    """Close a dead letter without effect. Raises DeadLetterNotFound or DeadLetterClosed."""
    async with connection.transaction():
        letter = await _lock_open(connection, identity)
        await store.end_dead_letter(
            connection, identity, status="discarded", action="discard", actor=actor.name, note=actor.note, edited=None
        )
    return letter


async def erase(connection: Connection, key: str, actor: Actor) -> int:
    """Take the values out of all dead letters of a key, such as a borrower id, and discard those that are open.

    Returns how many had a value.
    """
    async with connection.transaction():
        return await store.erase_dead_letters(connection, key.encode(), actor.name, actor.note)


async def _lock(connection: Connection, identity: int) -> DeadLetter:
    letter = await store.lock_dead_letter(connection, identity)
    if letter is None:
        raise DeadLetterNotFound(identity)
    return letter


async def _lock_open(connection: Connection, identity: int) -> DeadLetter:
    letter = await _lock(connection, identity)
    if letter.status != "open":
        raise DeadLetterClosed(letter)
    return letter
