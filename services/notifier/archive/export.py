"""Everything that the notifier holds of one borrower, as one document that programs can read."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from services.eventing.database import Connection
from services.notifier.archive import borrower_store, message_store, told_back_store
from services.notifier.archive.audit import AuditRecord
from services.notifier.archive.audit_store import audit_of_borrower
from services.notifier.archive.borrower_records import BorrowerRecord, ContactMadeRecord, ContactRecord, KeptRecord
from services.notifier.archive.delivery_records import AgentCallContent, ReceiptRecord, ReplyRecord
from services.notifier.archive.message_records import MessageContent
from services.notifier.archive.page_records import (
    AcceptanceRecord,
    AnswerRecord,
    KeptOfferRecord,
    PageLinkRecord,
    PageVisitRecord,
)
from services.notifier.sealing.key_ring import KeyRing

FORMAT: Final = "amends-notifier-export-1"


class BorrowerExport(KeptRecord):
    """All that is held of a borrower. Instants are UTC; amounts whole minor units; costs millionths of a unit.

    Digests, by which contact data is found and links are known, are left out: they tell nothing without their key.
    """

    format: Literal["amends-notifier-export-1"] = FORMAT
    exported_at: datetime
    contact: Annotated[ContactRecord | None, Field(description="null if it was never told, or is erased")]
    borrower: BorrowerRecord
    contacts_made: tuple[ContactMadeRecord, ...]
    messages: tuple[MessageContent, ...]
    receipts: tuple[ReceiptRecord, ...]
    replies: tuple[ReplyRecord, ...]
    agent_calls: tuple[AgentCallContent, ...]
    page_links: tuple[PageLinkRecord, ...]
    page_visits: tuple[PageVisitRecord, ...]
    offers: tuple[KeptOfferRecord, ...]
    acceptances: tuple[AcceptanceRecord, ...]
    answers: tuple[AnswerRecord, ...]
    audit: Annotated[tuple[AuditRecord, ...], Field(description="who saw the data or gave a command, oldest first")]


class BorrowerNotKnown(LookupError):
    """The notifier was never told of the borrower."""

    def __init__(self, borrower_id: str) -> None:
        super().__init__(f"the notifier knows no borrower {borrower_id!r}")
        self.borrower_id = borrower_id


async def export_borrower(connection: Connection, keys: KeyRing, borrower_id: str, at: datetime) -> BorrowerExport:
    """All that is held of a borrower at a moment. Raises BorrowerNotKnown, SealBroken."""
    if not await borrower_store.is_known(connection, borrower_id):
        raise BorrowerNotKnown(borrower_id)
    return BorrowerExport(
        exported_at=at,
        contact=await borrower_store.contact_record(connection, keys, borrower_id),
        borrower=await borrower_store.borrower_record(connection, borrower_id),
        contacts_made=tuple(await borrower_store.contacts_made(connection, borrower_id)),
        messages=tuple(await message_store.message_contents(connection, keys, borrower_id)),
        receipts=tuple(await told_back_store.receipts_of(connection, borrower_id)),
        replies=tuple(await told_back_store.replies_of(connection, keys, borrower_id)),
        agent_calls=tuple(await told_back_store.agent_calls_of(connection, keys, borrower_id)),
        page_links=tuple(await told_back_store.page_links_of(connection, borrower_id)),
        page_visits=tuple(await told_back_store.page_visits_of(connection, borrower_id)),
        offers=tuple(await told_back_store.offers_of(connection, keys, borrower_id)),
        acceptances=tuple(await told_back_store.acceptances_of(connection, keys, borrower_id)),
        answers=tuple(await told_back_store.answers_of(connection, keys, borrower_id)),
        audit=tuple(await audit_of_borrower(connection, borrower_id)),
    )
