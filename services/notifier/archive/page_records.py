"""What is kept of a borrower's own pages: links, visits, offers, acceptances, answers."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from services.notifier.archive.borrower_records import KeptRecord


class PageLinkRecord(KeptRecord):
    """A link to the borrower's page that was sent; of its secret only a digest is kept, which is not told."""

    loan_id: str
    offer_id: str | None
    channel: str
    expires_at: datetime
    used_at: datetime | None
    failures: Annotated[int, Field(description="wrong answers to the question who they are")]
    locked_at: datetime | None


class PageVisitRecord(KeptRecord):
    """The borrower proved who they are and read their page."""

    loan_id: str
    offer_id: str | None
    factor: str
    started_at: datetime
    expires_at: datetime


class KeptOfferRecord(KeptRecord):
    """An offer as dunning made it, and how it stands."""

    offer_id: str
    loan_id: str
    status: str
    closed_reason: str | None
    plan_id: str | None
    viewed_at: datetime | None
    made: Annotated[Any, Field(description="the event OfferMade")]


class AcceptanceRecord(KeptRecord):
    """The proof of an acceptance; the hash stays when the copy of the terms and words shown is erased."""

    offer_id: str
    loan_id: str
    plan_id: str
    accepted_on: date
    accepted_at: datetime
    language: str
    factor: str
    shown_sha256: Annotated[str, Field(description="hexadecimal")]
    shown: Annotated[Any, Field(description="null once erased")]


class AnswerRecord(KeptRecord):
    """What else the borrower told on their page."""

    answer_id: str
    kind: str
    loan_id: str | None
    offer_id: str | None
    answered_on: date
    answered_at: datetime
    content: Annotated[Any, Field(description="null once erased")]
