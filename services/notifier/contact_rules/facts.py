"""What is known when a contact is decided. All instants are aware datetimes in UTC."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from schemas.borrower_answers import Purpose
from schemas.hardship import HoldReason

Channel = Literal["call", "sms", "email"]
Outcome = Literal["sent", "unanswered", "conversation", "not_connected"]
"""`sent`: left the house and nobody talked (a message, a voicemail). `unanswered`: it rang. `not_connected`: a call
that did not reach the number."""
Recipient = Literal["borrower", "third-party", "attorney"]
"""`third-party`: anybody who is neither the borrower nor acts for them. `attorney`: one who does."""


class NoZones(ValueError):
    """Nothing is known of where the borrower is, so that no hour is known to be theirs."""

    def __init__(self) -> None:
        super().__init__("the facts of a contact need one time zone at least")


@dataclass(frozen=True, slots=True)
class PastContact:
    """A contact that was made or tried, at `at` or before it.

    `debt` None: not known which, so that it counts for each. `by_borrower`: the borrower called or wrote; that is no
    contact of the lender's, but a conversation all the same. `address`: any name of the number or mailbox used.
    """

    channel: Channel
    at: datetime
    debt: str | None
    outcome: Outcome
    recipient: Recipient = "borrower"
    by_borrower: bool = False
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """The borrower agreed to more calls about a debt, directly to who calls. It holds before `until`, if given."""

    debt: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class OptOut:
    """The borrower wants no contact on a channel (None: on any) for a purpose (None: for any)."""

    channel: Channel | None = None
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True)
class ContactHold:
    """No contact from `from_at` (None: ever since) until `until`, exclusive (None: until lifted). `debt` None: all."""

    from_at: datetime | None
    until: datetime | None
    reason: HoldReason | None = None
    debt: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A contact that is wanted, and all that rules may ask about it.

    `zones` are those where the borrower may be: a moment is good if it is in every one of them. `history` has no entry
    after the moment that is asked about; order does not matter. `holidays` are rest days besides those that the rules
    know. Raises NoZones.
    """

    channel: Channel
    purpose: Purpose
    debt: str
    zones: tuple[ZoneInfo, ...]
    history: tuple[PastContact, ...] = ()
    consents: tuple[Consent, ...] = ()
    opt_outs: tuple[OptOut, ...] = ()
    holds: tuple[ContactHold, ...] = ()
    holidays: frozenset[date] = frozenset()
    recipient: Recipient = "borrower"
    address: str | None = None

    def __post_init__(self) -> None:
        if not self.zones:
            raise NoZones
