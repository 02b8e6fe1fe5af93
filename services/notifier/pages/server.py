"""The public listener beside the service: its own port, so that borrowers never reach the service's API."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import structlog
import uvicorn
from fastapi import APIRouter

from services.notifier.pages.page_app import page_app
from services.notifier.pages.page_parts import PageParts

log = structlog.get_logger(__name__)
_CONNECTIONS: Final = 500
_KEEP_ALIVE_SECONDS: Final = 15
_STOP_SECONDS: Final = 5


class PagesServer:
    """Serves the pages from `start` to `stop`; with port 0 the system chooses one, which `port` tells."""

    def __init__(self, parts: PageParts, routers: Sequence[APIRouter] = ()) -> None:
        settings = parts.settings
        self._server = _Server(
            uvicorn.Config(
                page_app(parts, routers),
                host=settings.pages_host,
                port=settings.pages_port,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                proxy_headers=False,
                limit_concurrency=_CONNECTIONS,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port it listens on, after `start`."""
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen. Raises OSError if the address cannot be had."""
        self._serving = asyncio.create_task(self._server.serve(), name="pages")
        while not self._server.started:
            if self._serving.done():
                await self._serving
                raise OSError("the pages' address cannot be listened on, see the log")
            await asyncio.sleep(0.01)
        log.info("pages_started", port=self.port)

    async def stop(self) -> None:
        """Answer what is in hand and close."""
        self._server.should_exit = True
        if self._serving is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._serving, timeout=2 * _STOP_SECONDS)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers, and without ending the process when it cannot listen."""

    def install_signal_handlers(self) -> None:
        return

    async def serve(self, sockets: object = None) -> None:
        try:
            await self._serve(None)
        except SystemExit as error:
            raise OSError("the pages' address cannot be listened on, see the log") from error
