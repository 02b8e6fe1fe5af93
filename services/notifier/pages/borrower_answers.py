"""What else borrowers tell: a promise, a hardship, an objection, which messages they want. A form counts once.

`form_key` names the form that was filled in: sent twice, it is one answer. What was written freely stays here, sealed;
events carry only what was chosen.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from schemas.borrower_answers import (
    DebtDisputed,
    HardshipReportedByBorrower,
    OfferViewed,
    OptedIn,
    OptedOut,
    PromiseMadeByBorrower,
    Purpose,
)
from schemas.dunning import Channel
from schemas.hardship import HardshipReason
from schemas.values import EventData
from services.eventing.database import Connection
from services.eventing.envelope import outgoing
from services.eventing.store import write_outbox
from services.notifier.borrowers.wishes_store import opt_in, opt_out
from services.notifier.pages import answer_store, offer_store
from services.notifier.pages.answer_store import Answer, AnswerContent, AnswerKind
from services.notifier.pages.kept_offer import KeptOffer
from services.notifier.pages.page_parts import PageParts
from services.notifier.pages.visit_store import Visit

DisputeKind = Literal["amount", "not-mine", "paid-already", "other"]


@dataclass(frozen=True, slots=True)
class Promised:
    """What a borrower promises to pay, in minor units."""

    currency: str
    amount_minor: int
    due_on: date


@dataclass(frozen=True, slots=True)
class AnswerDesk:
    """Takes the answers of one form of a visit, inside one transaction."""

    connection: Connection
    parts: PageParts
    visit: Visit
    form_key: str
    at: datetime

    async def promise(self, promised: Promised) -> None:
        """A promise to pay for the visit's loan."""
        today = await self.parts.today(self.connection, self.at)
        content = AnswerContent(currency=promised.currency, amount_minor=promised.amount_minor, day=promised.due_on)
        event = PromiseMadeByBorrower(
            borrower_id=self.visit.borrower_id, promise_id=f"promise:{self.form_key}", loan_id=self.visit.loan_id,
            currency=promised.currency, amount_minor=promised.amount_minor, made_on=today, due_on=promised.due_on,
        )  # fmt: skip
        await self._take("promise", today, content, event)

    async def hardship(self, reason: HardshipReason, text: str) -> None:
        """Something sudden that happened."""
        today = await self.parts.today(self.connection, self.at)
        event = HardshipReportedByBorrower(
            borrower_id=self.visit.borrower_id, hardship_id=f"hardship:{self.form_key}", reason=reason,
            reported_on=today,
        )  # fmt: skip
        await self._take("hardship", today, AnswerContent(choice=reason, text=text), event)

    async def dispute(self, kind: DisputeKind, text: str) -> None:
        """An objection to the visit's loan."""
        today = await self.parts.today(self.connection, self.at)
        event = DebtDisputed(
            borrower_id=self.visit.borrower_id, dispute_id=f"dispute:{self.form_key}", loan_id=self.visit.loan_id,
            kind=kind, disputed_on=today,
        )  # fmt: skip
        await self._take("dispute", today, AnswerContent(choice=kind, text=text), event)

    async def opt_out(self, channel: Channel | None, purpose: Purpose | None) -> None:
        """No messages on a channel (None: any) for a purpose (None: any), from this moment on."""
        wish = OptedOut(
            borrower_id=self.visit.borrower_id, channel=channel, purpose=purpose, opted_out_at=self.at, source="page"
        )
        await write_outbox(self.connection, await opt_out(self.connection, [wish]))

    async def opt_in(self, channel: Channel | None, purpose: Purpose | None) -> None:
        """The borrower takes an opt-out back."""
        wish = OptedIn(
            borrower_id=self.visit.borrower_id, channel=channel, purpose=purpose, opted_in_at=self.at, source="page"
        )
        await write_outbox(self.connection, await opt_in(self.connection, [wish]))

    async def _take(self, kind: AnswerKind, today: date, content: AnswerContent, event: EventData) -> None:
        answer = Answer(
            self.visit.borrower_id, event.subject, kind, self.visit.loan_id, self.visit.offer_id, today, self.at,
            content,
        )  # fmt: skip
        if await answer_store.add_answer(self.connection, self.parts.keys, answer):
            await write_outbox(self.connection, [outgoing(event, 1)])


async def opt_out_at_once(connection: Connection, borrower_id: str, channel: Channel, at: datetime) -> None:
    """What the button of a mail program asks for (RFC 8058): nothing more on this channel, at once."""
    wish = OptedOut(borrower_id=borrower_id, channel=channel, opted_out_at=at, source="one-click")
    await write_outbox(connection, await opt_out(connection, [wish]))


async def note_view(connection: Connection, offer: KeptOffer, at: datetime) -> None:
    """Tell that the borrower looked at an offer, the first time."""
    made = offer.made
    if offer.viewed_at is not None:
        return
    if await offer_store.note_first_view(connection, made.borrower_id, made.offer_id, at):
        event = OfferViewed(borrower_id=made.borrower_id, loan_id=made.loan_id, offer_id=made.offer_id, viewed_at=at)
        await write_outbox(connection, [outgoing(event, 1)])
