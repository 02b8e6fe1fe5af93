"""Which messages a borrower gets: on their page by channel and purpose, or by one click without one (RFC 8058)."""

from dataclasses import dataclass
from typing import Final, cast

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from schemas.borrower_answers import Purpose
from schemas.dunning import Channel
from services.notifier.pages.borrower_answers import AnswerDesk, opt_out_at_once
from services.notifier.pages.form_fields import FieldFault, Form
from services.notifier.pages.page_answers import PageAnswers, Visitor, see_other
from services.notifier.pages.page_keys import NotOurToken

_UNTAKEN: Final = 422
_ANY: Final = "any"
_CHANNELS: Final = (_ANY, "email", "sms", "app", "call")
_PURPOSES: Final = (_ANY, "reminder", "collection", "offer", "advice")
_ONE_CLICK: Final = "One-Click"


@dataclass(frozen=True, slots=True)
class OptOutPages:
    """`/opt-out` for visitors, `/u/{token}` for everyone who has the address."""

    answers: PageAnswers

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter()
        router.add_api_route("/opt-out", self.look, methods=["GET"])
        router.add_api_route("/opt-out", self.opt_out, methods=["POST"])
        router.add_api_route("/opt-in", self.opt_in, methods=["POST"])
        router.add_api_route("/u/{token}", self.look_at_one_click, methods=["GET", "HEAD"])
        router.add_api_route("/u/{token}", self.one_click, methods=["POST"])
        return router

    async def look(self, request: Request) -> Response:
        """What the borrower does not get, and the form for more."""
        self.answers.reader.limit(request)
        async with self.answers.parts.connections.writing() as connection:
            visitor = await self.answers.visitor(connection, request, self.answers.parts.clock.now())
        return self._page(request, visitor)

    async def opt_out(self, request: Request) -> Response:
        """Stop messages."""
        return await self._taken(request, is_out=True)

    async def opt_in(self, request: Request) -> Response:
        """Take an opt-out back."""
        return await self._taken(request, is_out=False)

    async def look_at_one_click(self, request: Request, token: str) -> Response:
        """A page with one button: scanners of mail fetch addresses, and must not opt anybody out."""
        try:
            _, channel = self.answers.parts.links.opting_out(token)
        except NotOurToken:
            return self.answers.page(request, "one_click_bad.html", status=404)
        return self.answers.page(request, "one_click.html", channel=channel, action=request.url.path)

    async def one_click(self, request: Request, token: str) -> Response:
        """Opt out at once; a mail program sends `List-Unsubscribe=One-Click`, the page's own button the same.

        The address itself is the proof: no cookie, no form token, no limit by network address, for mail providers send
        these for many of their users.
        """
        parts = self.answers.parts
        form = await request.form(max_fields=4, max_files=0)
        try:
            borrower_id, channel = parts.links.opting_out(token)
        except NotOurToken:
            return self.answers.page(request, "one_click_bad.html", status=404)
        if form.get("List-Unsubscribe") != _ONE_CLICK:
            return PlainTextResponse("List-Unsubscribe=One-Click is missing\n", 400)
        async with parts.connections.writing() as connection:
            await opt_out_at_once(connection, borrower_id, channel, parts.clock.now())
        return self.answers.page(request, "one_click_done.html")

    async def _taken(self, request: Request, *, is_out: bool) -> Response:
        reader, parts = self.answers.reader, self.answers.parts
        reader.limit(request)
        sent = await reader.sent_form(request)
        at = parts.clock.now()
        async with parts.connections.writing() as connection:
            visitor = await self.answers.visitor(connection, request, at)
            try:
                channel, purpose = _wish(sent.form)
            except FieldFault as fault:
                return self._page(request, visitor, fault, sent.form)
            desk = AnswerDesk(connection, parts, visitor.visit, sent.form_key, at)
            await (desk.opt_out(channel, purpose) if is_out else desk.opt_in(channel, purpose))
        return see_other("/done/opt-out" if is_out else "/done/opt-in")

    def _page(
        self, request: Request, visitor: Visitor, fault: FieldFault | None = None, form: Form | None = None
    ) -> Response:
        return self.answers.page_for(
            request, visitor, "opt_out.html", status=_UNTAKEN if fault else 200, faults=(fault,) if fault else (),
            typed=dict(form.fields) if form else {}, channels=_CHANNELS, purposes=_PURPOSES,
            opt_outs=sorted(visitor.borrower.opt_outs, key=lambda one: (one.purpose or "", one.channel or "")),
        )  # fmt: skip


def _wish(form: Form) -> tuple[Channel | None, Purpose | None]:
    channel = form.choice("channel", _CHANNELS)
    purpose = form.choice("purpose", (*_PURPOSES, "service", "answer", "legal-notice"))
    return (
        None if channel == _ANY else cast(Channel, channel),
        None if purpose == _ANY else cast(Purpose, purpose),
    )
