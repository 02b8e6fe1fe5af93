"""What borrowers do and say on their own pages, on `notifier.events`; their answers to offers are beside the offers."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas import notifier
from schemas.dunning import Channel
from schemas.hardship import HardshipReason
from schemas.values import Currency, EventData, Identifier, PositiveAmountMinor

Purpose = Literal["reminder", "collection", "offer", "advice", "service", "answer", "legal-notice"]
"""`reminder`: of what falls due or was promised. `collection`: of what is overdue. `offer`: help and plans. `advice`:
tips that hang on no debt. `service`: what happened on the loan. `answer`: to what the borrower asked or told.
`legal-notice`: what must be told before something is done."""
DisputeKind = Literal["amount", "not-mine", "paid-already", "other"]


class BorrowerAnswerData(EventData):
    """What every event of a borrower's own doing carries."""

    topic: ClassVar[str] = notifier.TOPIC

    borrower_id: Identifier


class PromiseMadeByBorrower(BorrowerAnswerData):
    """The borrower promised on their page to pay."""

    event_type: ClassVar[str] = "amends.notifier.promise-made.v1"
    subject_field: ClassVar[str] = "promise_id"

    promise_id: Identifier
    loan_id: Identifier | None = None
    currency: Currency
    amount_minor: PositiveAmountMinor
    made_on: date
    due_on: date


class HardshipReportedByBorrower(BorrowerAnswerData):
    """The borrower told that something sudden happened to them."""

    event_type: ClassVar[str] = "amends.notifier.hardship-reported.v1"
    subject_field: ClassVar[str] = "hardship_id"

    hardship_id: Identifier
    reason: HardshipReason
    reported_on: date


class DebtDisputed(BorrowerAnswerData):
    """The borrower objects to a debt: to the amount, or that it is theirs at all."""

    event_type: ClassVar[str] = "amends.notifier.debt-disputed.v1"
    subject_field: ClassVar[str] = "dispute_id"

    dispute_id: Identifier
    loan_id: Identifier
    kind: DisputeKind
    disputed_on: date


class OptedOut(BorrowerAnswerData):
    """The borrower wants no messages on a channel (none named: on any) for a purpose (none named: for any).

    `complaint`: they marked a message as unwanted, as its provider tells.
    """

    event_type: ClassVar[str] = "amends.notifier.opted-out.v1"
    subject_field: ClassVar[str] = "borrower_id"

    channel: Channel | None = None
    purpose: Purpose | None = None
    opted_out_at: datetime
    source: Literal["page", "one-click", "reply", "operator", "complaint"]


class OptedIn(BorrowerAnswerData):
    """The borrower takes an opt-out back."""

    event_type: ClassVar[str] = "amends.notifier.opted-in.v1"
    subject_field: ClassVar[str] = "borrower_id"

    channel: Channel | None = None
    purpose: Purpose | None = None
    opted_in_at: datetime
    source: Literal["page", "reply", "operator"]


class OfferViewed(BorrowerAnswerData):
    """The borrower opened an offer and proved who they are; told once an offer."""

    event_type: ClassVar[str] = "amends.notifier.offer-viewed.v1"
    subject_field: ClassVar[str] = "offer_id"

    loan_id: Identifier
    offer_id: Identifier
    viewed_at: Annotated[datetime, Field(description="the first time")]
