"""What every HTTP request gets around its handler: an id, a size limit, a place in log and metrics, safe headers."""

import re
import time
from typing import Final
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.eventing import metrics
from services.eventing.api_access import OPEN_PATHS
from services.eventing.problems import BODY_TOO_LARGE, INTERNAL, Problem, problem_response

log = structlog.get_logger(__name__)
REQUEST_ID_HEADER: Final = "X-Request-ID"
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE: Final = "none"
SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer: it is data for programs, and nothing that a browser may keep, frame or run."""


class ObservedRequests:
    """ASGI middleware, the outermost: what fails further in is logged with the request's id, and answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, come what may."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id)
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, answer.send)
            except Exception:
                log.exception("request_failed", method=scope["method"], route=_route(scope))
                if answer.status is None:
                    problem = Problem(INTERNAL, f"The log has the reason under request id {request_id}.")
                    await problem_response(scope["path"], request_id, problem)(scope, receive, answer.send)
            finally:
                _note(scope, answer.status or 500, time.perf_counter() - began)


class LimitedBodies:
    """ASGI middleware: a body above the limit is refused, before it is read if its length is told."""

    def __init__(self, app: ASGIApp, limit_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on whose body can be read no further than the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = Headers(scope=scope).get("content-length", "")
        if told.isdigit() and int(told) > self._limit_bytes:
            problem = Problem(BODY_TOO_LARGE, f"At most {self._limit_bytes} bytes.", limit_bytes=self._limit_bytes)
            await problem_response(scope["path"], scope["state"].get("request_id"), problem)(scope, receive, send)
            return
        read_bytes = 0

        async def receive_limited() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > self._limit_bytes:
                raise HTTPException(BODY_TOO_LARGE.status)
            return message

        await self._app(scope, receive_limited, send)


class _Answer:
    """Sends an answer with the headers that all have, and keeps its status."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        """One part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in SAFE_HEADERS.items():
                headers.setdefault(name, value)
            headers[REQUEST_ID_HEADER] = self._request_id
        await self._send(message)


def _request_id(scope: Scope) -> str:
    """The id that the caller gives, if it is fit for a log, or else a new one."""
    given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _route(scope: Scope) -> str:
    """The template of the address, such as `/v1/loans`: never what a caller put into it."""
    return str(getattr(scope.get("route"), "path", _NO_ROUTE))


def _note(scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    route = _route(scope)
    metrics.HTTP_REQUESTS.labels(method, route, str(status)).inc()
    metrics.HTTP_REQUEST_SECONDS.labels(method, route).observe(seconds)
    if scope["path"] in OPEN_PATHS:
        return
    caller = scope["state"].get("caller")
    log.info(
        "request", request_id=scope["state"]["request_id"], method=method, route=route, status=status,
        milliseconds=round(seconds * 1000, 1), key_id=caller and caller.id, caller=caller and caller.name,
    )  # fmt: skip
