"""Links: the question before everything else, the visit after it, a new link where the old one is over."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.notifier.pages.form_fields import FieldFault
from services.notifier.pages.new_links import send_new_link
from services.notifier.pages.page_answers import PageAnswers, VisitOver, see_other
from services.notifier.pages.page_keys import new_token_id
from services.notifier.pages.visit_store import end_visit
from services.notifier.pages.visiting import (
    ClosedLink,
    OpenLink,
    VisitBegun,
    WrongAnswer,
    answer_question,
    kept_link,
    look_at_link,
    visit_of,
)

_UNTAKEN: Final = 422
_FORBIDDEN: Final = 403
_GONE: Final = 410
_STATUS: Final = {"gone": _GONE, "locked": _FORBIDDEN, "unaskable": _FORBIDDEN}
_FIELDS: Final = ("answer", "day", "month", "year")


@dataclass(frozen=True, slots=True)
class LinkPages:
    """From a link to a visit, and out of it."""

    answers: PageAnswers

    def router(self) -> APIRouter:
        """`/o/{token}`, `/o/{token}/new-link` and `/leave`."""
        router = APIRouter()
        router.add_api_route("/o/{token}", self.look, methods=["GET", "HEAD"])
        router.add_api_route("/o/{token}", self.answer, methods=["POST"])
        router.add_api_route("/o/{token}/new-link", self.ask_for_new_link, methods=["POST"])
        router.add_api_route("/leave", self.leave, methods=["POST"])
        return router

    async def look(self, request: Request, token: str) -> Response:
        """The question; or straight on to the plans for whoever answered it in this browser and visits still."""
        parts, reader = self.answers.parts, self.answers.reader
        reader.limit(request)
        at = parts.clock.now()
        visit_id = reader.visit_id(request)
        async with parts.connections.reading() as connection:
            found = await look_at_link(connection, parts, token, at)
        if await self._is_visiting(found, visit_id, at):
            return see_other("/plans")
        cookie = visit_id or new_token_id()
        response = self._page(request, token, found, cookie)
        if visit_id is None:
            reader.keep_visit(response, cookie)
        return response

    async def answer(self, request: Request, token: str) -> Response:
        """The answer to the question."""
        parts, reader = self.answers.parts, self.answers.reader
        reader.limit(request)
        sent = await reader.sent_form(request)
        at = parts.clock.now()
        cookie = reader.visit_id(request) or ""
        typed = {name: sent.form.fields.get(name, "") for name in _FIELDS}
        async with parts.connections.writing() as connection:
            if not any(typed.values()):
                found = await look_at_link(connection, parts, token, at)
                return self._page(request, token, found, cookie, fault="empty")
            outcome = await answer_question(connection, parts, token, typed, at)
        match outcome:
            case VisitBegun():
                response = see_other("/plans")
                reader.keep_visit(response, outcome.visit_id)
                return response
            case WrongAnswer():
                return self._page(request, token, outcome.opened, cookie, fault="wrong")
            case ClosedLink():
                return self._page(request, token, outcome, cookie)

    async def ask_for_new_link(self, request: Request, token: str) -> Response:
        """Send a new link; the page is the same for every token, so that it tells nothing about one."""
        parts, reader = self.answers.parts, self.answers.reader
        reader.limit(request)
        await reader.sent_form(request)
        at = parts.clock.now()
        async with parts.connections.writing() as connection:
            link = await kept_link(connection, parts, token, is_locking=True)
            if link is not None and link.locked_at is None and not link.is_open_at(at):
                await send_new_link(connection, parts, link, at)
        return self.answers.page(request, "new_link_sent.html")

    async def leave(self, request: Request) -> Response:
        """End the visit."""
        parts, reader = self.answers.parts, self.answers.reader
        reader.limit(request)
        await reader.sent_form(request)
        async with parts.connections.writing() as connection:
            with suppress(VisitOver):
                visitor = await self.answers.visitor(connection, request, parts.clock.now())
                await end_visit(connection, visitor.visit)
        response = self.answers.page(request, "left.html")
        reader.forget_visit(response)
        return response

    async def _is_visiting(self, found: OpenLink | ClosedLink, visit_id: str | None, at: datetime) -> bool:
        if visit_id is None or found.link is None:
            return False
        async with self.answers.parts.connections.writing() as connection:
            visit = await visit_of(connection, self.answers.parts, visit_id, at)
        return visit is not None and visit.link_digest == found.link.digest

    def _page(
        self,
        request: Request,
        token: str,
        found: OpenLink | ClosedLink,
        cookie: str,
        *,
        fault: str | None = None,
    ) -> Response:
        action = f"/o/{token}"
        if isinstance(found, ClosedLink):
            return self.answers.page(
                request, f"{found.reason}.html", status=_STATUS[found.reason], visit_id=cookie, action=action
            )
        return self.answers.page(
            request, "question.html", language=found.language, status=_UNTAKEN if fault else 200, visit_id=cookie,
            action=action, question=found.question, typed={}, faults=(FieldFault("answer", fault),) if fault else (),
        )  # fmt: skip
