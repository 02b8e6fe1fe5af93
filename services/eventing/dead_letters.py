"""What operators do with dead letters: replay as it was, edit and replay, or discard, each recorded."""

from dataclasses import dataclass

from services.eventing import store
from services.eventing.database import Connection
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


async def _lock_open(connection: Connection, identity: int) -> DeadLetter:
    letter = await store.lock_dead_letter(connection, identity)
    if letter is None:
        raise DeadLetterNotFound(identity)
    if letter.status != "open":
        raise DeadLetterClosed(letter)
    return letter
