"""The HTTP face that every service has: health, metrics, and the routes of its own API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.eventing.api_access import KnownCallers
from services.eventing.api_keys import KeyFile
from services.eventing.http_requests import LimitedBodies, ObservedRequests
from services.eventing.problems import install_problems


@dataclass(frozen=True, slots=True)
class Health:
    """Three answers: has it started, is it alive, can it work now."""

    started: Callable[[], bool]
    live: Callable[[], bool]
    ready: Callable[[], bool]


def http_face(
    service: str, health: Health, keys: KeyFile, routers: Sequence[APIRouter] = (), body_limit_bytes: int = 65_536
) -> FastAPI:
    """A FastAPI application with `/health/{started,live,ready}` (200 or 503), `/metrics` and a service's own `routers`.

    All but these and `/openapi.json` asks for one of the `keys`; every error is a problem document.
    """
    face = FastAPI(title=f"Amends {service}", version="1", docs_url=None, redoc_url=None, redirect_slashes=False)
    install_problems(face)
    # The one added last is the outermost.
    face.add_middleware(LimitedBodies, limit_bytes=body_limit_bytes)
    face.add_middleware(KnownCallers, keys=keys)
    face.add_middleware(ObservedRequests)

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

    for router in routers:
        face.include_router(router)
    return face
