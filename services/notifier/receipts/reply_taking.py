"""What a reply does: STOP ends text messages at once, START lets them come again, and anything else is a talk."""

from datetime import datetime

from schemas.borrower_answers import OptedIn, OptedOut
from schemas.notifier import ContactRecorded
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent, event_id, outgoing
from services.eventing.store import write_outbox
from services.notifier.borrowers.contact_history_store import ContactMade, record_contacts
from services.notifier.borrowers.contact_seal import phone_digest
from services.notifier.borrowers.store import lock_borrowers
from services.notifier.borrowers.wishes_store import opt_in, opt_out
from services.notifier.receipts import receipt_store
from services.notifier.receipts.reply_meaning import Meaning, meaning_of
from services.notifier.receipts.told import ToldReply
from services.notifier.sealing.key_ring import KeyRing


async def take_reply(
    connection: Connection, keys: KeyRing, provider: str, reply: ToldReply, at: datetime
) -> Meaning | None:
    """Take one reply at `at`, in the caller's transaction; what was taken before has no effect.

    It holds for each borrower who has the number, for nobody knows which of them wrote. None: nobody has it.
    """
    digest = phone_digest(keys, reply.sender)
    borrower_ids = await receipt_store.borrowers_of_phone(connection, digest)
    if not borrower_ids:
        return None
    meaning = meaning_of(reply.text)
    await lock_borrowers(connection, borrower_ids)
    for borrower_id in borrower_ids:
        sealed = keys.seal(borrower_id, reply.text.encode("utf-8", "replace"))
        if await receipt_store.add_reply(connection, borrower_id, provider, reply.reply_id, meaning, sealed, at):
            events = await _effects(connection, borrower_id, provider, reply, meaning, digest)
            await write_outbox(connection, events)
    return meaning


def reply_contact_id(provider: str, borrower_id: str, reply_id: str) -> str:
    """The id of the contact that a reply is: of the provider's own, which may have any characters and length."""
    return f"reply:{event_id('reply', f'{provider}|{borrower_id}|{reply_id}', 1)}"


async def _effects(
    connection: Connection, borrower_id: str, provider: str, reply: ToldReply, meaning: Meaning, digest: bytes
) -> list[OutgoingEvent]:
    if meaning == "stop":
        stop = OptedOut(borrower_id=borrower_id, channel="sms", opted_out_at=reply.told_at, source="reply")
        return await opt_out(connection, [stop])
    if meaning == "start":
        start = OptedIn(borrower_id=borrower_id, channel="sms", opted_in_at=reply.told_at, source="reply")
        return await opt_in(connection, [start])
    contact_id = reply_contact_id(provider, borrower_id, reply.reply_id)
    talk = ContactMade(
        borrower_id, contact_id, None, "sms", "conversation", reply.told_at, is_by_borrower=True,
        address_digest=digest,
    )  # fmt: skip
    await record_contacts(connection, [talk])
    recorded = ContactRecorded(
        borrower_id=borrower_id, contact_id=contact_id, channel="sms", outcome="conversation", is_by_borrower=True,
        made_at=reply.told_at,
    )  # fmt: skip
    return [outgoing(recorded, 1)]
