"""A borrower's answers to an offer: accept, decline, counter. Each takes effect once, whoever asks how often."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from schemas.offers import (
    OfferAcceptedByBorrower,
    OfferCounteredByBorrower,
    OfferDeclinedByBorrower,
    OfferedPlan,
)
from services.eventing.database import Connection
from services.eventing.envelope import outgoing
from services.eventing.store import write_outbox
from services.notifier.pages import answer_store, offer_store
from services.notifier.pages.answer_store import Answer, AnswerContent
from services.notifier.pages.kept_offer import KeptOffer
from services.notifier.pages.offer_store import Acceptance
from services.notifier.pages.page_parts import PageParts
from services.notifier.pages.visit_store import Visit
from services.notifier.words.languages import Language

ShownTerms = Callable[[KeptOffer, OfferedPlan], str]
"""The exact terms and words that the page shows for a plan."""


class OfferNotOpen(ValueError):
    """The offer cannot be answered as it stands; `offer` is None if the borrower was made no such offer."""

    def __init__(self, offer: KeptOffer | None) -> None:
        super().__init__("the offer cannot be answered")
        self.offer = offer


class OtherTermsShown(ValueError):
    """What the borrower read is not what would be kept."""


@dataclass(frozen=True, slots=True)
class AcceptForm:
    """What the form says was accepted: the plan of an offer, in a language, and the SHA-256 of what was shown."""

    offer_id: str
    plan_id: str
    language: Language
    shown_sha256: str


def shown_sha256(shown: str) -> str:
    """The digest, in hexadecimal digits, of what a page showed."""
    return hashlib.sha256(shown.encode()).hexdigest()


async def accept_plan(
    connection: Connection, parts: PageParts, visit: Visit, form: AcceptForm, shown_of: ShownTerms, at: datetime
) -> KeptOffer:
    """Accept a plan: the first one wins, and accepting it again changes nothing.

    Raises OfferNotOpen (another plan was accepted, or the offer is over) and OtherTermsShown.
    """
    offer = await offer_store.lock_offer(connection, parts.keys, visit.borrower_id, form.offer_id)
    plan = None if offer is None else offer.plan(form.plan_id)
    if offer is None or plan is None:
        raise OfferNotOpen(None)
    if offer.status in ("accepted", "agreed") and offer.plan_id == form.plan_id:
        return offer
    today = await parts.today(connection, at)
    if offer.state_on(today) != "open":
        raise OfferNotOpen(offer)
    shown = shown_of(offer, plan)
    if shown_sha256(shown) != form.shown_sha256:
        raise OtherTermsShown
    made = offer.made
    await offer_store.accept_offer(connection, parts.keys, Acceptance(
        made, plan.plan_id, today, at, form.language, visit.factor, visit.link_digest, shown.encode(),
        hashlib.sha256(shown.encode()).digest(),
    ))  # fmt: skip
    event = OfferAcceptedByBorrower(
        borrower_id=made.borrower_id, loan_id=made.loan_id, offer_id=made.offer_id, plan_id=plan.plan_id,
        accepted_on=today,
    )  # fmt: skip
    await write_outbox(connection, [outgoing(event, 1)])
    return KeptOffer(made, "accepted", None, plan.plan_id, offer.is_wish_refused, offer.viewed_at)


async def decline_offer(
    connection: Connection, parts: PageParts, visit: Visit, offer_id: str, reason: str, at: datetime
) -> None:
    """Decline all plans; declining again changes nothing. Raises OfferNotOpen."""
    offer = await offer_store.lock_offer(connection, parts.keys, visit.borrower_id, offer_id)
    if offer is not None and offer.closed_reason == "declined":
        return
    today = await parts.today(connection, at)
    if offer is None or offer.state_on(today) != "open":
        raise OfferNotOpen(offer)
    made = offer.made
    await offer_store.decline_offer(connection, visit.borrower_id, offer_id)
    await answer_store.add_answer(connection, parts.keys, Answer(
        made.borrower_id, f"decline:{offer_id}", "decline", made.loan_id, offer_id, today, at,
        AnswerContent(choice=reason),
    ))  # fmt: skip
    event = OfferDeclinedByBorrower(
        borrower_id=made.borrower_id, loan_id=made.loan_id, offer_id=offer_id, declined_on=today, reason=reason
    )
    await write_outbox(connection, [outgoing(event, 1)])


async def counter_offer(
    connection: Connection,
    parts: PageParts,
    visit: Visit,
    offer_id: str,
    instalment_minor: int | None,
    due_day_of_month: int | None,
    at: datetime,
) -> None:
    """Put a wish in place of the plans, in minor units of the offer's currency; while it is looked at, doing so again
    changes nothing. Raises OfferNotOpen.
    """
    offer = await offer_store.lock_offer(connection, parts.keys, visit.borrower_id, offer_id)
    if offer is not None and offer.status == "countered":
        return
    today = await parts.today(connection, at)
    if offer is None or offer.state_on(today) != "open":
        raise OfferNotOpen(offer)
    made = offer.made
    number = 1 + await answer_store.count_answers(connection, made.borrower_id, offer_id, "counter")
    await offer_store.counter_offer(connection, visit.borrower_id, offer_id)
    await answer_store.add_answer(connection, parts.keys, Answer(
        made.borrower_id, f"counter:{number}:{offer_id}", "counter", made.loan_id, offer_id, today, at,
        AnswerContent(currency=made.currency, amount_minor=instalment_minor, day_of_month=due_day_of_month),
    ))  # fmt: skip
    event = OfferCounteredByBorrower(
        borrower_id=made.borrower_id, loan_id=made.loan_id, offer_id=offer_id, countered_on=today,
        instalment_minor=instalment_minor, due_day_of_month=due_day_of_month,
    )  # fmt: skip
    await write_outbox(connection, [outgoing(event, number)])
