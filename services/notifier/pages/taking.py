"""What dunning and the ledger tell of offers: kept for the pages, and told to the borrower in a message."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from schemas.dunning import Channel
from schemas.ledger import LoanRestructured
from schemas.offers import OfferAccepted, OfferClosed, OfferMade
from schemas.values import ComponentAmounts, EventData
from services.eventing.clock import Clock
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent, of_types
from services.notifier.pages import offer_store
from services.notifier.pages.plan_comparison import total_minor
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.sending.message import MessageAbout, MessageRequest, notification_id
from services.notifier.sending.queue_store import queue
from services.notifier.words.facts import AcceptedPlan

_LONGEST_ID: Final = 126
"""Of a reminder: the id of its notification is two characters longer."""


@dataclass(frozen=True, slots=True)
class OfferTaking:
    """What taking offers needs; `channels` are tried in order for the messages about them."""

    keys: KeyRing
    clock: Clock
    channels: tuple[Channel, ...] = ("email", "sms")


async def take_offers(connection: Connection, events: Sequence[ReceivedEvent[EventData]], taking: OfferTaking) -> None:
    """Keep offers and their fate, and queue the messages about new offers and about plans that are in place.

    Events of other types are passed over.
    """
    made = of_types(events, OfferMade)
    requests: list[MessageRequest] = []
    at = taking.clock.now()
    if made:
        told = [(event.data, event.sequence or 1) for event in made]
        new = set(await offer_store.keep_offers(connection, taking.keys, told))
        requests += [_offer_message(event, taking) for event in made if event.data.offer_id in new]
    if agreed := of_types(events, OfferAccepted):
        await offer_store.agree_offers(
            connection, [(one.data.borrower_id, one.data.offer_id, one.data.plan_id) for one in agreed]
        )
    if closed := of_types(events, OfferClosed):
        await offer_store.close_offers(
            connection, [(one.data.borrower_id, one.data.offer_id, one.data.reason) for one in closed]
        )
    requests += [_confirmation(event, taking) for event in of_types(events, LoanRestructured) if event.data.instalments]
    if requests:
        await queue(connection, requests, at=at)


def _offer_message(event: ReceivedEvent[OfferMade], taking: OfferTaking) -> MessageRequest:
    """It tells no amount: what is open stands on the page, beside what a plan would change."""
    made = event.data
    reminder_id = f"offer:{made.offer_id}"
    due_on = min((one.due_on for one in made.current_instalments or ()), default=made.made_on)
    return MessageRequest(
        made.borrower_id, notification_id(reminder_id), reminder_id, made.loan_id, "offer", "offer", taking.channels,
        made.currency, due_on, 0, ComponentAmounts(), event.traceparent, MessageAbout(offer_id=made.offer_id),
    )  # fmt: skip


def _confirmation(event: ReceivedEvent[LoanRestructured], taking: OfferTaking) -> MessageRequest:
    """The new schedule is in place, whoever agreed on it; its first instalment is what falls due next."""
    told = event.data
    first = told.instalments[0]
    reminder_id = f"restructured:{told.restructuring_id}"[:_LONGEST_ID]
    amounts = Counter(total_minor(one.amounts) for one in told.instalments)
    usual_minor = amounts.most_common(1)[0][0]
    plan = AcceptedPlan(len(told.instalments), usual_minor, first.due_on) if usual_minor else None
    return MessageRequest(
        told.borrower_id, notification_id(reminder_id), reminder_id, told.loan_id, "restructured", "restructured",
        taking.channels, told.currency, first.due_on, 0, first.amounts, event.traceparent,
        MessageAbout(plan=plan),
    )  # fmt: skip
