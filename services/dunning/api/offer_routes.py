"""POST: commands about offers. Each needs an `Idempotency-Key` and the scope `dunning:command`."""

from fastapi import APIRouter, Response

from services.dunning.api.case_answers import CommandAnswer
from services.dunning.api.command_requests import AcceptRequest, CounterRequest, OfferEndRequest, OfferRequest
from services.dunning.api.command_routes import BORROWER, Commanding, done
from services.dunning.api.commanding import Commands
from services.dunning.api.dunning_problems import PROBLEM_RESPONSES
from services.dunning.api.parameters import BorrowerId, OfferId
from services.eventing.api_commands import CREATED


def offer_router(commands: Commands) -> APIRouter:
    """Everything that changes offers."""
    router = APIRouter(prefix=f"{BORROWER}/offers", tags=["offers"], responses=PROBLEM_RESPONSES)

    @router.post("", summary="Offer plans for a loan", status_code=CREATED, response_model=CommandAnswer)
    async def make_offer(borrower_id: BorrowerId, request: OfferRequest, sender: Commanding) -> Response:
        return await done(commands, "make-offer", borrower_id, request, sender)

    @router.post("/{offer_id}/accept", summary="Accept a plan", status_code=CREATED, response_model=CommandAnswer)
    async def accept_offer(
        borrower_id: BorrowerId, offer_id: OfferId, request: AcceptRequest, sender: Commanding
    ) -> Response:
        return await done(commands, "accept-offer", borrower_id, request, sender, offer_id)

    @router.post("/{offer_id}/decline", summary="Decline an offer", status_code=CREATED, response_model=CommandAnswer)
    async def decline_offer(
        borrower_id: BorrowerId, offer_id: OfferId, request: OfferEndRequest, sender: Commanding
    ) -> Response:
        return await done(commands, "decline-offer", borrower_id, request, sender, offer_id)

    @router.post("/{offer_id}/withdraw", summary="Withdraw an offer", status_code=CREATED, response_model=CommandAnswer)
    async def withdraw_offer(
        borrower_id: BorrowerId, offer_id: OfferId, request: OfferEndRequest, sender: Commanding
    ) -> Response:
        return await done(commands, "withdraw-offer", borrower_id, request, sender, offer_id)

    @router.post("/{offer_id}/counter", summary="Say what could be paid instead", status_code=CREATED,
                 response_model=CommandAnswer)  # fmt: skip
    async def counter_offer(
        borrower_id: BorrowerId, offer_id: OfferId, request: CounterRequest, sender: Commanding
    ) -> Response:
        return await done(commands, "counter-offer", borrower_id, request, sender, offer_id)

    return router
