"""The contacts that were made: what limits and rests of the contact rules count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.dunning import Channel
from services.eventing.database import Connection
from services.notifier.borrowers.store import lock_borrowers
from services.notifier.contact_rules.facts import Outcome, Recipient


@dataclass(frozen=True, slots=True)
class ContactMade:
    """A contact that was made or tried; `contact_id` is the borrower's own name for it.

    `loan_id` None: it was about several loans, or it is not known about which. `address_digest` stands for the mailbox
    or number that was used (`Contact.address_digest`).
    """

    borrower_id: str
    contact_id: str
    loan_id: str | None
    channel: Channel
    outcome: Outcome
    made_at: datetime
    recipient: Recipient = "borrower"
    is_by_borrower: bool = False
    address_digest: bytes | None = None


async def record_contacts(connection: Connection, contacts: Sequence[ContactMade]) -> int:
    """Keep contacts, each once by its id, and lock the borrowers. Returns how many are new."""
    if not contacts:
        return 0
    await lock_borrowers(connection, {contact.borrower_id for contact in contacts})
    rows = [
        (one.borrower_id, one.contact_id, one.made_at, one.channel, one.loan_id, one.outcome, one.recipient,
         one.is_by_borrower, one.address_digest)
        for one in sorted(contacts, key=lambda contact: (contact.borrower_id, contact.contact_id))
    ]  # fmt: skip
    status = await connection.execute(
        "insert into contact_made (borrower_id, contact_id, made_at, channel, loan_id, outcome, recipient,"
        " is_by_borrower, address_digest)"
        " select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],"
        " $7::text[], $8::bool[], $9::bytea[]) on conflict do nothing",
        *zip(*rows, strict=True),
    )
    return int(status.rsplit(" ", 1)[1])


async def take_back_contacts(connection: Connection, contacts: Sequence[tuple[str, str]]) -> None:
    """Forget contacts (borrower id, contact id) that surely were not made after all, and lock the borrowers."""
    if not contacts:
        return
    await lock_borrowers(connection, {borrower_id for borrower_id, _ in contacts})
    await connection.execute(
        "delete from contact_made where (borrower_id, contact_id) in (select * from unnest($1::text[], $2::text[]))",
        *zip(*contacts, strict=True),
    )
