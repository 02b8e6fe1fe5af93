"""Commands about offers: made by hand, accepted, declined, withdrawn, countered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from schemas.offers import OfferMade
from services.dunning import offer_store
from services.dunning.api.command_facts import OfferCommanded
from services.dunning.api.command_requests import (
    AcceptRequest,
    Command,
    CounterRequest,
    OfferEndRequest,
)
from services.dunning.api.dunning_problems import REFUSED, unknown_loan
from services.dunning.cases.case_actions import OffersWanted
from services.dunning.cases.case_file import CaseFile
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.offer_desk import OfferDesk, OfferRefused, Wish
from services.dunning.offer_events import Closing, WantedOffer
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent
from services.eventing.problems import refused_field

BY_HAND: Final = "by-hand"
_LONGEST_STEP_ID: Final = 64
_DONE: Final[dict[str, Literal["accepted", "declined", "withdrawn", "countered"]]] = {
    "accept-offer": "accepted", "decline-offer": "declined", "withdraw-offer": "withdrawn",
    "counter-offer": "countered",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """What an offer command did: the offer, what is told of it (None if it was so already), and events to emit."""

    offer_id: str
    told: OfferCommanded | None
    emitted: list[OutgoingEvent]


def wanted_by_hand(case: CaseFile, loan_id: str, name: str, ladder: LadderPolicy, trace: str | None) -> WantedOffer:
    """Plans that somebody asks for; `name` tells one asking from another. Raises Problem."""
    if loan_id not in case.loans:
        raise unknown_loan(loan_id)
    return WantedOffer(case, OffersWanted(loan_id, name[:_LONGEST_STEP_ID], BY_HAND), ladder, trace)


async def make_offer(connection: Connection, desk: OfferDesk, wanted: WantedOffer, on: date) -> Answered:
    """Make an offer by hand. Raises Problem, and OfferRefused where no plan keeps all rules."""
    borrower_id, loan_id = wanted.case.borrower_id, wanted.action.loan_id
    if await offer_store.loans_with_open_offers(connection, [(borrower_id, loan_id)]):
        raise refused_field(REFUSED, "loan_id", loan_id, "has an open offer: withdraw it first")
    possible = await desk.possible(connection, wanted, on)
    if not possible.found.offers:
        rules = "; ".join(f"{one.kind}: {one.sentence}" for one in possible.found.rejected)
        raise OfferRefused("no-plan", "loan_id", loan_id, rules or "no kind of plan is allowed")
    emitted = list((await desk.make(connection, [wanted], on, {})).events)
    made = OfferMade.model_validate_json(emitted[0].value)
    told = OfferCommanded(borrower_id=borrower_id, loan_id=loan_id, offer_id=made.offer_id, did="made", on=on)
    return Answered(made.offer_id, told, emitted)


async def answer_offer(
    connection: Connection, desk: OfferDesk, case: CaseFile, command: Command, on: date, trace: str | None
) -> Answered:
    """Accept, decline, withdraw or counter the offer that the command is about. Raises OfferRefused."""
    offer_id, request = command.subject_id or "", command.request
    offer = await offer_store.lock_offer(connection, case.borrower_id, offer_id)
    if offer is None:
        raise OfferRefused("unknown-offer", "offer_id", offer_id, "is not an offer to this borrower")
    told = OfferCommanded(
        borrower_id=case.borrower_id, loan_id=offer.loan_id, offer_id=offer_id, did=_DONE[command.kind],
        plan_id=getattr(request, "plan_id", None), instalment_minor=getattr(request, "instalment_minor", None),
        due_day_of_month=getattr(request, "due_day_of_month", None), on=on,
    )  # fmt: skip
    match request:
        case AcceptRequest():
            emitted = await desk.accept(connection, case, offer_id, request.plan_id, on)
        case CounterRequest():
            wish = Wish(request.instalment_minor, request.due_day_of_month)
            emitted = await desk.counter(connection, case, offer_id, wish, on, trace)
        case _:
            closing: Closing = "withdrawn" if command.kind == "withdraw-offer" else "declined"
            emitted = await desk.close(connection, case.borrower_id, offer_id, closing, on)
    return Answered(_offer_of(emitted, offer_id), told if emitted else None, emitted)


def _offer_of(emitted: Sequence[OutgoingEvent], offer_id: str) -> str:
    """The offer that was made in the other's place, if one was."""
    return next((one.subject for one in emitted if one.event_type == OfferMade.event_type), offer_id)


def is_about_an_offer(command: Command) -> bool:
    """Whether `answer_offer` does it."""
    return command.subject_id is not None and isinstance(
        command.request, AcceptRequest | CounterRequest | OfferEndRequest
    )
