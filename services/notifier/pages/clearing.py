"""Visits and links that are long over are deleted, step by step."""

from datetime import timedelta
from typing import Final

from services.eventing.clock import Clock
from services.eventing.database import Connection
from services.notifier.pages import visit_store

_KEEP_VISITS: Final = timedelta(days=1)
_KEEP_LINKS: Final = timedelta(days=90)
"""So long whoever finds an old message can still have a new link sent."""
_AT_ONCE: Final = 1_000


class Clearing:
    """A step of a WorkLoop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, connection: Connection) -> bool:
        """Delete some; True when more may wait."""
        at = self._clock.now()
        return await visit_store.delete_over(connection, at - _KEEP_VISITS, at - _KEEP_LINKS, _AT_ONCE) >= _AT_ONCE
