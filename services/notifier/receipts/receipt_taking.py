"""What a receipt does: it is kept and told, an address that bounced is used no more, and the message goes elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from schemas.borrower_answers import OptedOut
from schemas.dunning import Channel
from schemas.notifier import NotificationDelivered, NotificationUndelivered
from services.eventing.database import Connection
from services.eventing.store import write_outbox
from services.notifier.borrowers.address_store import UnusableAddress, mark_unusable
from services.notifier.borrowers.store import lock_borrowers
from services.notifier.borrowers.wishes_store import opt_out
from services.notifier.channels.mail_message import key_of_message_id
from services.notifier.channels.provider_document import UndeliveredKind
from services.notifier.receipts import receipt_store
from services.notifier.receipts.receipt_store import MessageTold
from services.notifier.receipts.told import ToldReceipt
from services.notifier.sending.event_store import Telling, tell
from services.notifier.sending.queue_store import requeue_elsewhere

Taken = Literal["taken", "duplicate", "ignored", "unknown-message"]
_SPOILS_THE_ADDRESS: Final = frozenset({"bounced", "complained"})
_WOULD_ARRIVE_ELSEWHERE: Final = frozenset({"bounced", "expired", "rejected"})


async def take_receipt(
    connection: Connection, provider: str, channel: Channel, receipt: ToldReceipt, at: datetime
) -> Taken:
    """Take one receipt at `at`, in the caller's transaction. What was told before has no effect.

    A message of unknown fate was taken, as the provider tells of it. `bounced`: the address is used no more.
    `complained`: nor is the channel, as the borrower opted out of it. What did not arrive leaves by the next channel,
    if its message asks for one.
    """
    if receipt.status == "ignored":
        return "ignored"
    name = receipt.provider_message_id
    key = key_of_message_id(name) if channel == "email" else name
    messages = await receipt_store.messages_told(connection, provider, channel, _names(channel, name), key)
    if not messages:
        return "unknown-message"
    new = await receipt_store.add_receipts(connection, provider, receipt, messages, at)
    if not new:
        return "duplicate"
    if lost := [message for message in messages if message.is_fate_unknown]:
        await receipt_store.mark_taken(connection, lost, name)
    if receipt.status == "delivered":
        await tell(connection, [_delivered(message, channel, receipt.told_at) for message in new])
        return "taken"
    await _take_undelivered(connection, channel, receipt.status, receipt.told_at, new, at)
    return "taken"


async def _take_undelivered(
    connection: Connection,
    channel: Channel,
    kind: UndeliveredKind,
    told_at: datetime,
    messages: Sequence[MessageTold],
    at: datetime,
) -> None:
    await lock_borrowers(connection, {message.borrower_id for message in messages})
    if kind in _SPOILS_THE_ADDRESS:
        spoilt = {
            message.borrower_id: UnusableAddress(message.borrower_id, channel, kind, told_at, message.address_digest)
            for message in messages
        }
        await mark_unusable(connection, list(spoilt.values()))
    if kind == "complained":
        wishes = [
            OptedOut(borrower_id=borrower_id, channel=channel, opted_out_at=told_at, source="complaint")
            for borrower_id in sorted({message.borrower_id for message in messages})
        ]
        await write_outbox(connection, await opt_out(connection, wishes))
    tellings = []
    for message in messages:
        goes_elsewhere = kind in _WOULD_ARRIVE_ELSEWHERE and await requeue_elsewhere(
            connection, message.borrower_id, message.notification_id, channel, at=at
        )
        tellings.append(_undelivered(message, channel, kind, told_at, goes_elsewhere))
    await tell(connection, tellings)


def _names(channel: Channel, told: str) -> list[str]:
    """What the message may be called: of a Message-ID the angle brackets are often left out."""
    if channel != "email":
        return [told]
    bare = told.removeprefix("<").removesuffix(">")
    return [told, f"<{bare}>"] if told != f"<{bare}>" else [told]


def _delivered(message: MessageTold, channel: Channel, at: datetime) -> Telling:
    event = NotificationDelivered(**message.common, channel=channel, delivered_at=at)
    return Telling(event, message.traceparent)


def _undelivered(
    message: MessageTold, channel: Channel, kind: UndeliveredKind, at: datetime, goes_elsewhere: bool
) -> Telling:
    event = NotificationUndelivered(
        **message.common, channel=channel, kind=kind, told_at=at, is_tried_elsewhere=goes_elsewhere
    )
    return Telling(event, message.traceparent)
