"""What a borrower sees when something is in the way: a page that says what to do, in place of a problem document.

Programs, such as providers that send receipts, still get problem documents.
"""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.eventing.database import INFRASTRUCTURE_ERRORS
from services.eventing.problems import install_problems
from services.notifier.pages.page_answers import NothingThere, PageAnswers, VisitOver
from services.notifier.pages.page_requests import StaleForm, TooManyRequests

log = structlog.get_logger(__name__)
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_TOO_MANY: Final = 429
_FAILED: Final = 500
_UNAVAILABLE: Final = 503

_Handler = Callable[[Request, Exception], Awaitable[Response]]


def install_page_faults(app: FastAPI, answers: PageAnswers) -> None:
    """Answer every error that a page or the framework raises."""
    install_problems(app)
    documents = dict(app.exception_handlers)

    async def over(request: Request, _: Exception) -> Response:
        response = answers.page(request, "ended.html", status=_FORBIDDEN)
        answers.reader.forget_visit(response)
        return response

    async def nothing(request: Request, _: Exception) -> Response:
        return answers.page(request, "missing.html", status=_NOT_FOUND)

    async def stale(request: Request, _: Exception) -> Response:
        has_cookie = answers.reader.visit_id(request) is not None
        return answers.page(request, "stale.html", status=_FORBIDDEN, has_cookie=has_cookie)

    async def too_many(request: Request, error: Exception) -> Response:
        seconds = error.wait_seconds if isinstance(error, TooManyRequests) else 1
        response = answers.page(request, "busy.html", status=_TOO_MANY, seconds=seconds)
        response.headers["Retry-After"] = str(seconds)
        return response

    async def trouble(request: Request, error: Exception) -> Response:
        log.warning("page_unavailable", error=type(error).__name__)
        return _trouble(answers, request, _UNAVAILABLE)

    async def of_framework(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else _NOT_FOUND
        return answers.page(request, "missing.html", status=status)

    async def failed(request: Request, _: Exception) -> Response:
        # The error goes on to be logged under the id of the request.
        return _trouble(answers, request, _FAILED)

    app.add_exception_handler(Exception, failed)
    app.add_exception_handler(VisitOver, over)
    app.add_exception_handler(NothingThere, nothing)
    app.add_exception_handler(StaleForm, stale)
    app.add_exception_handler(TooManyRequests, too_many)
    for kind, page in (
        (HTTPException, of_framework),
        (RequestValidationError, of_framework),
        *((kind, trouble) for kind in INFRASTRUCTURE_ERRORS),
    ):
        app.add_exception_handler(kind, _for_people_or(page, documents[kind]))


def _for_people_or(page: _Handler, document: Callable[..., Awaitable[Response]]) -> _Handler:
    async def answer(request: Request, error: Exception) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return await page(request, error)
        return await document(request, error)

    return answer


def _trouble(answers: PageAnswers, request: Request, status: int) -> Response:
    return answers.page(request, "trouble.html", status=status, request_id=getattr(request.state, "request_id", ""))
