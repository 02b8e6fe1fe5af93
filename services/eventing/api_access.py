"""Who calls: nothing is answered without a valid key but health, metrics and the OpenAPI document."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.eventing import api_keys
from services.eventing.api_keys import ApiKey, KeyFile
from services.eventing.problems import FORBIDDEN, UNAUTHENTICATED, Problem, problem_response

OPEN_PATHS: Final = frozenset({"/health/started", "/health/live", "/health/ready", "/metrics", "/openapi.json"})
_SCHEME: Final = "bearer"
_presented = HTTPBearer(
    scheme_name="ApiKey", bearerFormat="amends_<id>_<secret>", auto_error=False,
    description="An API key with the scope that the operation names. `amends api-key create` makes one.",
)  # fmt: skip


class KnownCallers:
    """ASGI middleware: a request without a valid key ends here, whatever it asks for."""

    def __init__(self, app: ASGIApp, keys: KeyFile) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its caller in the state."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).getlist("authorization")
        caller = self._caller(given)
        if caller is None:
            problem = _refused(is_presented=bool(given))
            response = problem_response(scope["path"], scope["state"].get("request_id"), problem)
            await response(scope, receive, send)
            return
        scope["state"]["caller"] = caller
        await self._app(scope, receive, send)

    def _caller(self, given: list[str]) -> ApiKey | None:
        scheme, _, token = (given[0] if len(given) == 1 else "").partition(" ")
        key = self._keys.ring().key_of(token.strip())
        return key if scheme.lower() == _SCHEME else None


def caller_with(scope: api_keys.Scope) -> Callable[..., ApiKey]:
    """A dependency: the caller, whose key has the scope. Raises Problem (403)."""

    def caller(request: Request, _: Annotated[object, Depends(_presented)]) -> ApiKey:
        key: ApiKey = request.state.caller
        if scope not in key.scopes:
            raise Problem(FORBIDDEN, f"The key {key.id} ({key.name}) lacks the scope {scope}.", scope=scope)
        return key

    return caller


def _refused(*, is_presented: bool) -> Problem:
    challenge = 'Bearer realm="amends"'
    if is_presented:
        detail = "The API key is not known, not valid any more, or not given as `Authorization: Bearer amends_…`."
        return Problem(UNAUTHENTICATED, detail, headers={"WWW-Authenticate": f'{challenge}, error="invalid_token"'})
    detail = "Give an API key: `Authorization: Bearer amends_…`."
    return Problem(UNAUTHENTICATED, detail, headers={"WWW-Authenticate": challenge})
