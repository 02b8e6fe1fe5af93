"""Problem documents (RFC 9457): what every request that is refused or fails gets, as `application/problem+json`.

`type` is `urn:problem-type:amends:<name>`; the names are the contract, titles and details are for people. Extensions
name what was wrong: `field` and `value`, or `errors` with several. Nothing of the program's inside is told: a fault has
a request id, under which the log has the rest.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from services.eventing.database import INFRASTRUCTURE_ERRORS

log = structlog.get_logger(__name__)
MEDIA_TYPE: Final = "application/problem+json"
_LONGEST_VALUE_LETTERS: Final = 200
_RETRY_SECONDS: Final = "1"


class ProblemType(NamedTuple):
    """A kind of problem: its stable name, its HTTP status, and a title for people."""

    name: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """The value of `type`."""
        return f"urn:problem-type:amends:{self.name}"


UNAUTHENTICATED: Final = ProblemType("unauthenticated", 401, "A valid API key is needed")
FORBIDDEN: Final = ProblemType("forbidden", 403, "The API key lacks a scope")
NOT_FOUND: Final = ProblemType("not-found", 404, "There is nothing at this address")
METHOD_NOT_ALLOWED: Final = ProblemType("method-not-allowed", 405, "The address does not take this method")
BODY_TOO_LARGE: Final = ProblemType("body-too-large", 413, "The request's body is too large")
MALFORMED: Final = ProblemType("malformed-request", 400, "The request cannot be read")
INVALID: Final = ProblemType("invalid-request", 422, "The request does not fit the contract")
INTERNAL: Final = ProblemType("internal-error", 500, "The service failed")
UNAVAILABLE: Final = ProblemType("unavailable", 503, "The service cannot answer now")
GENERAL_PROBLEMS: Final = (
    UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, METHOD_NOT_ALLOWED, BODY_TOO_LARGE, MALFORMED, INVALID, INTERNAL,
    UNAVAILABLE,
)  # fmt: skip
_BY_STATUS: Final = {kind.status: kind for kind in GENERAL_PROBLEMS}


class Problem(Exception):
    """Ends a request with a problem document; `extensions` are further members of it."""

    def __init__(
        self, kind: ProblemType, detail: str, *, headers: Mapping[str, str] | None = None, **extensions: object
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.extensions = extensions


def refused_field(kind: ProblemType, field: str, value: object, reason: str) -> Problem:
    """A problem that one value makes."""
    told = told_value(value)
    return Problem(kind, f"{field} {told!r}: {reason}", field=field, value=told)


def told_value(value: object) -> object:
    """A value as a problem may repeat it: a short scalar; anything else is left out (null)."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else f"{str(value)[:_LONGEST_VALUE_LETTERS]}"
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, date | Decimal):
        return str(value)
    return value[:_LONGEST_VALUE_LETTERS] if isinstance(value, str) else None


def problem_responses(further: Sequence[ProblemType]) -> dict[int | str, dict[str, Any]]:
    """What every operation may answer instead, for the OpenAPI document; `further` are the service's own problems."""
    schema = {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "enum": [kind.uri for kind in (*GENERAL_PROBLEMS, *further)]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "request_id": {"type": "string"},
            "field": {"type": "string"},
            "value": {},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["field", "value", "message"],
                    "properties": {"field": {"type": "string"}, "value": {}, "message": {"type": "string"}},
                },
            },
        },
    }
    return {"default": {"description": "A problem document (RFC 9457)", "content": {MEDIA_TYPE: {"schema": schema}}}}


def problem_response(path: str, request_id: str | None, problem: Problem) -> Response:
    """The document; `instance` is the request's path."""
    document = {
        "type": problem.kind.uri,
        "title": problem.kind.title,
        "status": problem.kind.status,
        "detail": problem.detail,
        "instance": quote(path, safe="/:", errors="replace"),
        **({} if request_id is None else {"request_id": request_id}),
        **problem.extensions,
    }
    # Only ASCII: half a surrogate pair that a client sent must not break the answer.
    text = json.dumps(document, ensure_ascii=True, allow_nan=False)
    return Response(text, problem.kind.status, problem.headers, MEDIA_TYPE)


def install_problems(face: FastAPI) -> None:
    """Answer every error that a handler or the framework raises with a problem document."""
    face.add_exception_handler(Problem, _answering(lambda error: error))
    face.add_exception_handler(HTTPException, _answering(_of_framework))
    face.add_exception_handler(RequestValidationError, _answering(_of_validation))
    for error_class in INFRASTRUCTURE_ERRORS:
        face.add_exception_handler(error_class, _answering(_of_infrastructure))


def _answering(problem_of: Callable[[Any], Problem]) -> Callable[[Request, Exception], Any]:
    async def answer(request: Request, error: Exception) -> Response:
        return problem_response(request.url.path, getattr(request.state, "request_id", None), problem_of(error))

    return answer


def _of_framework(error: HTTPException) -> Problem:
    kind = _BY_STATUS.get(error.status_code, MALFORMED if error.status_code < 500 else INTERNAL)
    return Problem(kind, f"{kind.title}.", headers=error.headers)


def _of_validation(error: RequestValidationError) -> Problem:
    errors = [_told_fault(fault) for fault in error.errors()]
    named = ", ".join(str(one["field"]) for one in errors)
    return Problem(INVALID, f"Wrong: {named}.", errors=errors)


def _told_fault(fault: Mapping[str, Any]) -> dict[str, object]:
    place: Sequence[object] = fault["loc"]
    value = None if fault["type"] == "missing" else told_value(fault.get("input"))
    field = ".".join(str(part)[:_LONGEST_VALUE_LETTERS] for part in place)
    return {"field": field, "value": value, "message": fault["msg"]}


def _of_infrastructure(error: Exception) -> Problem:
    log.warning("request_unavailable", error=f"{type(error).__name__}: {error}")
    detail = "The database did not answer in time, or not at all. Nothing was changed: ask again."
    return Problem(UNAVAILABLE, detail, headers={"Retry-After": _RETRY_SECONDS})
