"""The public application: the borrower's pages, and what providers send (receipts, replies)."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.responses import PlainTextResponse, Response

from services.eventing.http_requests import LimitedBodies, ObservedRequests
from services.notifier.pages.acceptance_routes import AcceptancePages
from services.notifier.pages.answer_routes import AnswerPages
from services.notifier.pages.link_routes import LinkPages
from services.notifier.pages.offer_routes import OfferPages
from services.notifier.pages.opt_out_routes import OptOutPages
from services.notifier.pages.page_answers import PageAnswers
from services.notifier.pages.page_faults import install_page_faults
from services.notifier.pages.page_headers import LanguageSwitch, PageHeaders
from services.notifier.pages.page_parts import PageParts
from services.notifier.pages.page_rendering import style_sheet
from services.notifier.pages.page_requests import RequestReader
from services.notifier.pages.rate_limits import RateLimit

_KEEP_STYLE: Final = "public, max-age=31536000, immutable"


def page_app(parts: PageParts, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """The application; `routers` are those of providers, which bring their own proof."""
    settings = parts.settings
    reader = RequestReader(parts, RateLimit(settings.answers_a_minute), RateLimit(settings.requests_a_minute))
    answers = PageAnswers(parts, reader)
    app = FastAPI(title="Amends pages", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    install_page_faults(app, answers)
    # The one added last is the outermost.
    app.add_middleware(LanguageSwitch, reader=reader)
    app.add_middleware(LimitedBodies, limit_bytes=settings.pages_body_limit_bytes)
    app.add_middleware(PageHeaders, is_secure=settings.is_secure)
    app.add_middleware(ObservedRequests)
    for pages in (
        LinkPages(answers), OfferPages(answers), AcceptancePages(answers), AnswerPages(answers), OptOutPages(answers)
    ):  # fmt: skip
        app.include_router(pages.router())
    app.include_router(_assets())
    for router in routers:
        app.include_router(router)
    return app


def _assets() -> APIRouter:
    router = APIRouter()

    @router.get("/pages.css")
    async def style() -> Response:
        """Its address changes with it, so browsers may keep it."""
        return Response(style_sheet(), media_type="text/css", headers={"Cache-Control": _KEEP_STYLE})

    @router.get("/robots.txt")
    async def robots() -> Response:
        return PlainTextResponse("User-agent: *\nDisallow: /\n")

    @router.get("/favicon.ico")
    async def no_icon() -> Response:
        return Response(status_code=204)

    @router.get("/health/live")
    async def live() -> Response:
        return PlainTextResponse("ok\n")

    return router
