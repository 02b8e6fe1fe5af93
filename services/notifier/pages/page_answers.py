"""Answers as pages: who is asking, and what every page shows around its own content."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse

from services.eventing.database import Connection
from services.notifier.borrowers.borrower import Borrower
from services.notifier.pages import offer_store
from services.notifier.pages.kept_offer import KeptOffer
from services.notifier.pages.open_amounts import OpenOnLoan, is_contact_held, open_on_loan
from services.notifier.pages.page_parts import PageParts
from services.notifier.pages.page_rendering import rendered
from services.notifier.pages.page_requests import RequestReader, accepted_language, chosen_language
from services.notifier.pages.reminder_store import newest_reminder
from services.notifier.pages.visit_store import Visit
from services.notifier.pages.visiting import visit_of
from services.notifier.words.languages import Language

_SEE_OTHER: Final = 303


class VisitOver(Exception):
    """There is no visit: it has ended, or never began."""


class NothingThere(Exception):
    """The visitor has nothing at this address."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the layout needs: the lender, the path to come back to in another language, a form token for a visit."""

    lender_name: str
    help_phone: str
    help_url: str
    pay_url: str
    path: str
    form_token: str | None
    is_visiting: bool
    minutes: int


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who visits."""

    visit: Visit
    visit_id: str
    borrower: Borrower

    @property
    def language(self) -> Language | None:
        """The language that the borrower reads."""
        return self.borrower.contact.language if self.borrower.contact else None


@dataclass(frozen=True, slots=True)
class PageAnswers:
    """Finds out who asks, and makes pages for them."""

    parts: PageParts
    reader: RequestReader

    async def visitor(self, connection: Connection, request: Request, at: datetime) -> Visitor:
        """Who visits, whose visit lasts longer by it. Raises VisitOver."""
        visit_id = self.reader.visit_id(request)
        visit = None if visit_id is None else await visit_of(connection, self.parts, visit_id, at)
        if visit is None or visit_id is None:
            raise VisitOver
        return Visitor(visit, visit_id, await self.parts.borrower(connection, visit.borrower_id, at))

    async def offer_of(self, connection: Connection, visit: Visit) -> KeptOffer | None:
        """The offer that the visit is about: the link's, or a newer one in its place that is open; None without any."""
        keys, borrower_id = self.parts.keys, visit.borrower_id
        newest = await offer_store.newest_offer(connection, keys, borrower_id, visit.loan_id)
        if visit.offer_id is None:
            return newest
        linked = (await offer_store.load_offers(connection, keys, [(borrower_id, visit.offer_id)])).get(
            (borrower_id, visit.offer_id)
        )
        if linked is None or (linked.status == "closed" and newest is not None and newest.status == "open"):
            return newest
        return linked

    async def open_of(self, connection: Connection, visitor: Visitor, at: datetime) -> OpenOnLoan:
        """What is open on the loan that the visit is about."""
        visit, borrower = visitor.visit, visitor.borrower
        reminder = await newest_reminder(connection, self.parts.calendar, visit.borrower_id, visit.loan_id)
        return open_on_loan(
            reminder, borrower.standings.get(visit.loan_id), await self.parts.today(connection, at),
            is_held=is_contact_held(borrower.holds, visit.loan_id, at),
        )  # fmt: skip

    def language(self, request: Request, known: Language | None = None) -> Language:
        """The language that was chosen, or the borrower's, or the browser's."""
        return chosen_language(request) or known or accepted_language(request)

    def page_for(
        self, request: Request, visitor: Visitor, template: str, *, status: int = 200, **facts: object
    ) -> HTMLResponse:
        """A page for a visitor."""
        return self._answer(request, template, visitor.language, status, visitor.visit_id, True, facts)

    def page(
        self,
        request: Request,
        template: str,
        *,
        language: Language | None = None,
        status: int = 200,
        visit_id: str | None = None,
        **facts: object,
    ) -> HTMLResponse:
        """A page for whoever asks; with `visit_id`, its forms can be sent with that cookie."""
        return self._answer(request, template, language, status, visit_id, False, facts)

    def _answer(
        self,
        request: Request,
        template: str,
        language: Language | None,
        status: int,
        visit_id: str | None,
        is_visiting: bool,
        facts: dict[str, object],
    ) -> HTMLResponse:
        lender = self.parts.lender
        frame = Frame(
            lender.lender_name, lender.help_phone, lender.help_url, lender.pay_url, request.url.path,
            None if visit_id is None else self.reader.form_token(visit_id), is_visiting,
            self.parts.settings.session_minutes,
        )  # fmt: skip
        html = rendered(template, self.language(request, language), frame=frame, **{"faults": (), "typed": {}, **facts})
        return HTMLResponse(html, status)


def see_other(path: str) -> RedirectResponse:
    """Send the browser on, so that reloading sends no form again."""
    return RedirectResponse(path, _SEE_OTHER)
