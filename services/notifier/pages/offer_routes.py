"""The plans of an offer: all of them, and each one beside the present schedule."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from schemas.offers import OfferedPlan
from services.notifier.pages.borrower_answers import note_view
from services.notifier.pages.instalment_chart import instalment_chart
from services.notifier.pages.kept_offer import KeptOffer
from services.notifier.pages.page_answers import NothingThere, PageAnswers, Visitor
from services.notifier.pages.plan_comparison import compared


@dataclass(frozen=True, slots=True)
class Shown:
    """Who visits, the offer that they are shown, and the business date."""

    visitor: Visitor
    offer: KeptOffer | None
    today: date


async def shown_to(answers: PageAnswers, request: Request) -> Shown:
    """Who visits, and what they are shown; the first look at an offer is told. Raises VisitOver."""
    answers.reader.limit(request)
    at = answers.parts.clock.now()
    async with answers.parts.connections.writing() as connection:
        visitor = await answers.visitor(connection, request, at)
        offer = await answers.offer_of(connection, visitor.visit)
        if offer is not None:
            await note_view(connection, offer, at)
        return Shown(visitor, offer, await answers.parts.today(connection, at))


def plan_of(offer: KeptOffer | None, number: int) -> tuple[KeptOffer, OfferedPlan]:
    """A plan by its number, from 1. Raises NothingThere."""
    if offer is None or not 1 <= number <= len(offer.made.plans):
        raise NothingThere
    return offer, offer.made.plans[number - 1]


@dataclass(frozen=True, slots=True)
class OfferPages:
    """Looking at plans."""

    answers: PageAnswers

    def router(self) -> APIRouter:
        """`/plans` and `/plans/{number}`."""
        router = APIRouter()
        router.add_api_route("/plans", self.overview, methods=["GET"])
        router.add_api_route("/plans/{number}", self.plan, methods=["GET"])
        return router

    async def overview(self, request: Request) -> Response:
        """What is open on the loan, all plans, the recommended one first, and what else can be done."""
        seen = await shown_to(self.answers, request)
        offer, contact, parts = seen.offer, seen.visitor.borrower.contact, self.answers.parts
        async with parts.connections.reading() as connection:
            open_now = await self.answers.open_of(connection, seen.visitor, parts.clock.now())
        plans = [] if offer is None else [(plan, compared(offer.made, plan)) for plan in offer.made.plans]
        return self.answers.page_for(
            request, seen.visitor, "plans.html", kept=offer, plans=plans, name=contact.name if contact else "",
            state=None if offer is None else offer.state_on(seen.today), loan_id=seen.visitor.visit.loan_id,
            open=open_now,
        )  # fmt: skip

    async def plan(self, request: Request, number: int) -> Response:
        """One plan beside the present schedule."""
        seen = await shown_to(self.answers, request)
        offer, plan = plan_of(seen.offer, number)
        comparison = compared(offer.made, plan)
        return self.answers.page_for(
            request, seen.visitor, "plan.html", offer=offer.made, plan=plan, number=number, comparison=comparison,
            chart=instalment_chart(comparison.days), is_open=offer.state_on(seen.today) == "open",
        )  # fmt: skip
