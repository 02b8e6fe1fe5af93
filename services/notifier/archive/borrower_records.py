"""What is kept of a borrower besides messages, as it is shown and exported. Instants are aware UTC."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.borrower_answers import Purpose
from schemas.dunning import Channel


class KeptRecord(BaseModel):
    """Anything that is kept."""

    model_config = ConfigDict(frozen=True)


class ContactRecord(KeptRecord):
    """Who a borrower is, how they are reached, and where they may be."""

    name: Annotated[str, Field(repr=False)]
    email: Annotated[str | None, Field(repr=False)]
    phone: Annotated[str | None, Field(repr=False, description="E.164")]
    date_of_birth: Annotated[date | None, Field(repr=False)]
    identity_ending: Annotated[str | None, Field(repr=False)]
    language: Literal["zh-CN", "en"]
    time_zone: Annotated[str | None, Field(description="IANA name; null if none was told")]
    other_time_zones: tuple[str, ...]
    phone_time_zones: Annotated[tuple[str, ...], Field(description="where the telephone number may be")]
    registered_at: datetime


class LoanRecord(KeptRecord):
    """What the ledger last told of a loan."""

    loan_id: str
    oldest_unpaid_due_on: date | None
    settled: bool


class HoldRecord(KeptRecord):
    """A hold; dates are business dates, both included. Without `loan_id` it is on all loans."""

    hold_id: str
    loan_id: str | None
    reason: str | None
    stops_contact: bool
    from_on: date | None
    to_on: date | None
    is_over: bool


class ReliefRecord(KeptRecord):
    """Relief after something sudden; while it lasts the borrower is written to with more care."""

    relief_id: str
    is_over: bool


class OptOutRecord(KeptRecord):
    """No messages on a channel (null: on any) for a purpose (null: for any)."""

    channel: Channel | None
    purpose: Purpose | None
    opted_out_at: datetime
    source: str


class ConsentRecord(KeptRecord):
    """The borrower agreed to more calls about a loan; before `until` if it is given."""

    loan_id: str
    given_at: datetime
    until: datetime | None


class ContactMadeRecord(KeptRecord):
    """A contact that limits and rests count."""

    contact_id: str
    made_at: datetime
    channel: Channel
    loan_id: str | None
    outcome: str
    recipient: str
    is_by_borrower: bool


class UnusableAddressRecord(KeptRecord):
    """A channel by which the borrower was found not to be reached."""

    channel: Channel
    reason: str
    since: datetime


class ErasureRecord(KeptRecord):
    """What of the borrower was erased, why, and by whom."""

    erased_at: datetime
    kind: Literal["asked-for", "forced", "retention"]
    reason: str
    actor: str
    counts: Annotated[dict[str, int], Field(description="rows emptied or taken away, by kind")]


class BorrowerRecord(KeptRecord):
    """What is known of a borrower without who they are."""

    borrower_id: str
    is_registered: Annotated[bool, Field(description="contact data is kept")]
    loans: tuple[LoanRecord, ...]
    holds: tuple[HoldRecord, ...]
    reliefs: tuple[ReliefRecord, ...]
    opt_outs: tuple[OptOutRecord, ...]
    consents: tuple[ConsentRecord, ...]
    unusable_addresses: tuple[UnusableAddressRecord, ...]
    erasures: tuple[ErasureRecord, ...]
