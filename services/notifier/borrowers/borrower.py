"""A borrower as the notifier knows them when a contact is decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from schemas.dunning import Channel
from services.notifier.borrowers.opt_outs import OptOut
from services.notifier.contact_rules.facts import Consent, ContactHold, PastContact

Language = Literal["zh-CN", "en"]


@dataclass(frozen=True, slots=True)
class Contact:
    """Who a borrower is, and how they are reached. A digest stands for an address where it must not be readable.

    `date_of_birth` and `identity_ending` (last characters of an identity document) prove that a page's reader is them.
    """

    name: str = field(repr=False)
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    language: Language
    date_of_birth: date | None = field(default=None, repr=False)
    identity_ending: str | None = field(default=None, repr=False)
    email_digest: bytes | None = None
    phone_digest: bytes | None = None

    def address(self, channel: Channel) -> str | None:
        """The mailbox or the number that a channel uses; None if it is not known, or the channel needs none."""
        match channel:
            case "email":
                return self.email
            case "sms" | "call":
                return self.phone
            case "app":
                return None

    def address_digest(self, channel: Channel) -> bytes | None:
        """What stands for that address in the contact history."""
        match channel:
            case "email":
                return self.email_digest
            case "sms" | "call":
                return self.phone_digest
            case "app":
                return None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger last said of a loan.

    `oldest_unpaid_due_on` is the due date of the first instalment not fully paid, past or future; None without one.
    """

    oldest_unpaid_due_on: date | None
    settled: bool


@dataclass(frozen=True, slots=True)
class Borrower:
    """A borrower; `contact` is None before they are registered.

    `zones` are those where they may be, never none. `standings` are by loan id. `history` reaches back as far as
    contact rules look. `unusable_channels` are those whose address was found to reach nobody.
    """

    borrower_id: str
    contact: Contact | None
    zones: tuple[ZoneInfo, ...]
    standings: Mapping[str, Standing] = field(default_factory=dict)
    holds: tuple[ContactHold, ...] = ()
    opt_outs: tuple[OptOut, ...] = ()
    consents: tuple[Consent, ...] = ()
    history: tuple[PastContact, ...] = ()
    is_vulnerable: bool = False
    unusable_channels: frozenset[str] = frozenset()
