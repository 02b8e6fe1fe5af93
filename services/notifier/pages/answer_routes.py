"""The other answers: decline, counter, promise, hardship, objection; each a form, and a page that it was taken."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, cast, get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from schemas.hardship import HardshipReason
from services.eventing.database import Connection
from services.notifier.pages import answer_store, offer_store
from services.notifier.pages.acceptance_routes import after_refusal, where_it_stands
from services.notifier.pages.answer_store import AnswerKind
from services.notifier.pages.borrower_answers import AnswerDesk, DisputeKind, Promised
from services.notifier.pages.form_fields import LONGEST_TEXT_LETTERS, FieldFault, Form, plain_amount
from services.notifier.pages.offer_answers import OfferNotOpen, counter_offer, decline_offer
from services.notifier.pages.offer_routes import shown_to
from services.notifier.pages.page_answers import NothingThere, PageAnswers, Visitor, see_other

_UNTAKEN: Final = 422
_DECLINES: Final = ("too-expensive", "too-high", "can-pay", "other-help", "no-answer")
_HARDSHIPS: Final[tuple[str, ...]] = get_args(HardshipReason)
_DISPUTES: Final[tuple[str, ...]] = get_args(DisputeKind)
_KINDS: Final[tuple[str, ...]] = get_args(AnswerKind)
_MOST_MINOR: Final = 10**15
_TYPED: Final = frozenset(
    {"amount", "day", "day_of_month", "reason", "kind", "text", "day_day", "day_month", "day_year"}
)


@dataclass(frozen=True, slots=True)
class _Sent:
    connection: Connection
    visitor: Visitor
    desk: AnswerDesk
    form: Form


_Taking = Callable[[_Sent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class AnswerPages:
    """Forms of a visit."""

    answers: PageAnswers

    def router(self) -> APIRouter:
        """`/decline`, `/counter`, `/promise`, `/hardship`, `/dispute`, `/tips` and `/done/{kind}`."""
        router = APIRouter()
        for path, look, take in (
            ("/decline", self.look_at_offer_form, self.decline),
            ("/counter", self.look_at_offer_form, self.counter),
            ("/promise", self.look_at_form, self.promise),
            ("/hardship", self.look_at_form, self.hardship),
            ("/dispute", self.look_at_form, self.dispute),
        ):
            router.add_api_route(path, look, methods=["GET"])
            router.add_api_route(path, take, methods=["POST"])
        router.add_api_route("/tips", self.look_at_form, methods=["GET"])
        router.add_api_route("/done/{kind}", self.done, methods=["GET"])
        return router

    async def look_at_offer_form(self, request: Request) -> Response:
        """A form about the offer, as long as it is open."""
        seen = await shown_to(self.answers, request)
        if seen.offer is None:
            raise NothingThere
        if seen.offer.state_on(seen.today) != "open":
            return see_other(where_it_stands(seen.offer))
        return await self._look(request)

    async def look_at_form(self, request: Request) -> Response:
        """A form."""
        self.answers.reader.limit(request)
        return await self._look(request)

    async def decline(self, request: Request) -> Response:
        """Decline all plans."""

        async def take(sent: _Sent) -> None:
            reason = sent.form.choice("reason", _DECLINES)
            await decline_offer(
                sent.connection, self.answers.parts, sent.visitor.visit, sent.form.fields.get("offer", ""), reason,
                sent.desk.at,
            )  # fmt: skip

        return await self._taken(request, "decline", take)

    async def counter(self, request: Request) -> Response:
        """Propose another amount or day."""

        async def take(sent: _Sent) -> None:
            visit = sent.visitor.visit
            offer_id = sent.form.fields.get("offer", "")
            kept = (
                await offer_store.load_offers(sent.connection, self.answers.parts.keys, [(visit.borrower_id, offer_id)])
            ).get((visit.borrower_id, offer_id))
            if kept is None:
                raise OfferNotOpen(None)
            most = kept.made.current_total_cost_minor or max(plan.total_cost_minor for plan in kept.made.plans)
            amount = sent.form.amount_minor("amount", kept.made.currency, at_most_minor=most)
            day = sent.form.day_of_month("day_of_month")
            if amount is None and day is None:
                raise FieldFault("amount", "neither")
            await counter_offer(sent.connection, self.answers.parts, visit, offer_id, amount, day, sent.desk.at)

        return await self._taken(request, "counter", take)

    async def promise(self, request: Request) -> Response:
        """Promise a payment."""

        async def take(sent: _Sent) -> None:
            parts, visit = self.answers.parts, sent.visitor.visit
            currency = await offer_store.loan_currency(sent.connection, visit.borrower_id, visit.loan_id)
            if currency is None:
                raise NothingThere
            today = await parts.today(sent.connection, sent.desk.at)
            amount = sent.form.amount_minor("amount", currency, at_most_minor=_MOST_MINOR)
            if amount is None:
                raise FieldFault("amount", "amount-missing")
            day = sent.form.day("day", earliest=today, days_ahead=parts.settings.longest_promise_days)
            await sent.desk.promise(Promised(currency, amount, day))

        return await self._taken(request, "promise", take)

    async def hardship(self, request: Request) -> Response:
        """Tell about a hardship."""

        async def take(sent: _Sent) -> None:
            reason = cast(HardshipReason, sent.form.choice("reason", _HARDSHIPS))
            await sent.desk.hardship(reason, sent.form.text("text", LONGEST_TEXT_LETTERS))

        return await self._taken(request, "hardship", take)

    async def dispute(self, request: Request) -> Response:
        """Object to the debt."""

        async def take(sent: _Sent) -> None:
            kind = cast(DisputeKind, sent.form.choice("kind", _DISPUTES))
            await sent.desk.dispute(kind, sent.form.text("text", LONGEST_TEXT_LETTERS))

        return await self._taken(request, "dispute", take)

    async def done(self, request: Request, kind: str) -> Response:
        """That an answer was taken."""
        if kind not in _KINDS:
            raise NothingThere
        self.answers.reader.limit(request)
        parts = self.answers.parts
        async with parts.connections.writing() as connection:
            visitor = await self.answers.visitor(connection, request, parts.clock.now())
            answer = await answer_store.newest_answer(
                connection, parts.keys, visitor.visit.borrower_id, cast(AnswerKind, kind)
            )
        if kind == "promise" and answer is None:
            raise NothingThere
        return self.answers.page_for(request, visitor, "done.html", kind=kind, answer=answer)

    async def _look(self, request: Request) -> Response:
        async with self.answers.parts.connections.writing() as connection:
            visitor = await self.answers.visitor(connection, request, self.answers.parts.clock.now())
            return await self._form_page(connection, request, visitor)

    async def _taken(self, request: Request, kind: AnswerKind, take: _Taking) -> Response:
        reader, parts = self.answers.reader, self.answers.parts
        reader.limit(request)
        sent_form = await reader.sent_form(request)
        at = parts.clock.now()
        try:
            async with parts.connections.writing() as connection:
                visitor = await self.answers.visitor(connection, request, at)
                desk = AnswerDesk(connection, parts, visitor.visit, sent_form.form_key, at)
                try:
                    await take(_Sent(connection, visitor, desk, sent_form.form))
                except FieldFault as fault:
                    return await self._form_page(connection, request, visitor, fault, sent_form.form)
        except OfferNotOpen as refusal:
            return after_refusal(refusal)
        return see_other(f"/done/{kind}")

    async def _form_page(
        self,
        connection: Connection,
        request: Request,
        visitor: Visitor,
        fault: FieldFault | None = None,
        form: Form | None = None,
    ) -> Response:
        """The form of the request's path, with what was typed."""
        parts, visit = self.answers.parts, visitor.visit
        at = parts.clock.now()
        today = await parts.today(connection, at)
        offer = await self.answers.offer_of(connection, visit)
        currency = await offer_store.loan_currency(connection, visit.borrower_id, visit.loan_id)
        name = request.url.path.removeprefix("/")
        if form is not None:
            typed = {key: value for key, value in form.fields.items() if key in _TYPED}
        else:
            typed = await self._proposed(connection, visitor, name)
        return self.answers.page_for(
            request, visitor, f"{name}.html", status=_UNTAKEN if fault else 200, faults=(fault,) if fault else (),
            typed=typed,
            offer=None if offer is None else offer.made, currency=currency, today=today,
            latest=today + timedelta(days=parts.settings.longest_promise_days),
            declines=_DECLINES, hardships=_HARDSHIPS, disputes=_DISPUTES, longest=LONGEST_TEXT_LETTERS,
        )  # fmt: skip

    async def _proposed(self, connection: Connection, visitor: Visitor, form_name: str) -> dict[str, str]:
        """What stands in a form before anything is typed: in a promise, all that is open."""
        if form_name != "promise":
            return {}
        open_now = await self.answers.open_of(connection, visitor, self.answers.parts.clock.now())
        reminder = open_now.reminder
        return {} if reminder is None else {"amount": plain_amount(reminder.total_minor, reminder.currency)}
