"""What the world may reach: the borrower's pages and the providers' receipts, on a port and a pool of their own."""

from collections.abc import Callable, Sequence
from typing import Final

from fastapi import APIRouter

from services.eventing.api_connections import ApiConnections, open_api_pool
from services.eventing.database import Pool
from services.eventing.settings import Settings
from services.notifier.pages.page_parts import PageParts
from services.notifier.pages.server import PagesServer

Serving = Callable[[ApiConnections], tuple[PageParts, Sequence[APIRouter]]]
_SERVICE: Final = "notifier"


class PublicListener:
    """Serves from `start` to `stop`. Visitors, however many, take no connection that messages or events need."""

    def __init__(self, settings: Settings, serving: Serving) -> None:
        """`serving` makes the pages' parts, and what else is served beside them."""
        self._settings = settings
        self._serving = serving
        self._pool: Pool | None = None
        self._server: PagesServer | None = None

    async def start(self) -> None:
        """Listen. Raises OSError if the address cannot be had."""
        self._pool = await open_api_pool(self._settings, _SERVICE)
        connections = ApiConnections(self._pool, self._settings.api_statement_timeout_seconds)
        self._server = PagesServer(*self._serving(connections))
        await self._server.start()

    async def stop(self) -> None:
        """Answer what is in hand, and close."""
        if self._server is not None:
            await self._server.stop()
        if self._pool is not None:
            await self._pool.close()
