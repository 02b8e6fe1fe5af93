"""The HTTP face that every service has: health and metrics."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


@dataclass(frozen=True, slots=True)
class Health:
    """Three answers: has it started, is it alive, can it work now."""

    started: Callable[[], bool]
    live: Callable[[], bool]
    ready: Callable[[], bool]


def http_face(service: str, health: Health) -> FastAPI:
    """A FastAPI application with `/health/{started,live,ready}` (200 or 503) and `/metrics`."""
    face = FastAPI(title=f"Amends {service}", docs_url=None, redoc_url=None)

    def answer(good: bool, response: Response) -> dict[str, str]:
        response.status_code = 200 if good else 503
        return {"service": service, "status": "ok" if good else "unavailable"}

    @face.get("/health/started")
    async def started(response: Response) -> dict[str, str]:
        return answer(health.started(), response)

    @face.get("/health/live")
    async def live(response: Response) -> dict[str, str]:
        return answer(health.live(), response)

    @face.get("/health/ready")
    async def ready(response: Response) -> dict[str, str]:
        return answer(health.ready(), response)

    @face.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return face
