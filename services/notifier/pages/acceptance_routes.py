"""Accepting a plan: the exact terms with a box to tick, and the page after it."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.notifier.pages import offer_store
from services.notifier.pages.form_fields import FieldFault, Form
from services.notifier.pages.kept_offer import KeptOffer
from services.notifier.pages.offer_answers import (
    AcceptForm,
    OfferNotOpen,
    OtherTermsShown,
    accept_plan,
    shown_sha256,
)
from services.notifier.pages.offer_routes import Shown, plan_of, shown_to
from services.notifier.pages.page_answers import NothingThere, PageAnswers, see_other
from services.notifier.pages.page_rendering import shown, terms_shown
from services.notifier.pages.plan_comparison import compared
from services.notifier.words.languages import Language

_UNTAKEN: Final = 422
_CONFLICT: Final = 409


@dataclass(frozen=True, slots=True)
class AcceptancePages:
    """From the terms of a plan to its acceptance."""

    answers: PageAnswers

    def router(self) -> APIRouter:
        """`/plans/{number}/accept` and `/accepted`."""
        router = APIRouter()
        router.add_api_route("/plans/{number}/accept", self.terms, methods=["GET"])
        router.add_api_route("/plans/{number}/accept", self.accept, methods=["POST"])
        router.add_api_route("/accepted", self.accepted, methods=["GET"])
        return router

    async def terms(self, request: Request, number: int) -> Response:
        """The exact terms, before anything is decided."""
        return self._terms(request, await shown_to(self.answers, request), number)

    async def accept(self, request: Request, number: int) -> Response:
        """Accept what the form names, if its terms are those that were shown."""
        reader, parts = self.answers.reader, self.answers.parts
        reader.limit(request)
        form = (await reader.sent_form(request)).form
        if not form.is_ticked("understood"):
            seen = await shown_to(self.answers, request)
            return self._terms(request, seen, number, fault=FieldFault("understood", "untick"))
        at = parts.clock.now()
        accepted = _accepted(form)
        try:
            async with parts.connections.writing() as connection:
                visitor = await self.answers.visitor(connection, request, at)
                await accept_plan(
                    connection, parts, visitor.visit, accepted,
                    lambda offer, plan: terms_shown(accepted.language, offer.made, plan), at,
                )  # fmt: skip
        except OtherTermsShown:
            return self._terms(request, await shown_to(self.answers, request), number, is_other=True)
        except OfferNotOpen as refusal:
            return after_refusal(refusal)
        return see_other("/accepted")

    async def accepted(self, request: Request) -> Response:
        """What was accepted, and what happens next."""
        seen = await shown_to(self.answers, request)
        offer = seen.offer
        plan = None if offer is None or offer.status not in ("accepted", "agreed") else offer.chosen_plan
        if offer is None or plan is None:
            return see_other("/plans")
        parts = self.answers.parts
        async with parts.connections.reading() as connection:
            kept = await offer_store.load_acceptance(
                connection, parts.keys, offer.made.borrower_id, offer.made.offer_id
            )
        language = self.answers.language(request, seen.visitor.language)
        accepted_on, terms = kept or (None, terms_shown(language, offer.made, plan))
        return self.answers.page_for(
            request, seen.visitor, "accepted.html", offer=offer.made, plan=plan, comparison=compared(offer.made, plan),
            accepted_on=accepted_on, terms=shown(terms),
        )  # fmt: skip

    def _terms(
        self,
        request: Request,
        seen: Shown,
        number: int,
        *,
        is_other: bool = False,
        fault: FieldFault | None = None,
    ) -> Response:
        offer, plan = plan_of(seen.offer, number)
        if offer.state_on(seen.today) != "open":
            return see_other(where_it_stands(offer))
        language = self.answers.language(request, seen.visitor.language)
        terms = terms_shown(language, offer.made, plan)
        return self.answers.page_for(
            request, seen.visitor, "accept.html", status=_CONFLICT if is_other else _UNTAKEN if fault else 200,
            offer=offer.made, plan=plan, number=number, terms=shown(terms), shown_sha256=shown_sha256(terms),
            is_other=is_other, faults=(fault,) if fault else (),
        )  # fmt: skip


def after_refusal(refusal: OfferNotOpen) -> Response:
    """Where an answer to an offer leads that cannot be answered any more. Raises NothingThere if there is no such."""
    if refusal.offer is None:
        raise NothingThere
    return see_other(where_it_stands(refusal.offer))


def where_it_stands(offer: KeptOffer) -> str:
    """The page that tells how an offer stands."""
    return "/accepted" if offer.status in ("accepted", "agreed") else "/plans"


def _accepted(form: Form) -> AcceptForm:
    language: Language = "en" if form.fields.get("language") == "en" else "zh-CN"
    return AcceptForm(form.fields.get("offer", ""), form.fields.get("plan", ""), language, form.fields.get("shown", ""))
