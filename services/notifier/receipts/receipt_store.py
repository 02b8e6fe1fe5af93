"""All SQL about receipts and replies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from schemas.dunning import Channel
from services.eventing.database import Connection
from services.notifier.receipts.reply_meaning import Meaning
from services.notifier.receipts.told import ToldReceipt


class MessageNames(TypedDict):
    """What an event calls a message."""

    borrower_id: str
    loan_id: str
    notification_id: str
    reminder_id: str
    step_id: str
    template: str


@dataclass(frozen=True, slots=True)
class MessageTold:
    """A message that a receipt is about. `address_digest` stands for the address it went to; None if not known.

    `is_fate_unknown`: whether the provider had taken it was not known.
    """

    borrower_id: str
    notification_id: str
    reminder_id: str
    loan_id: str
    step_id: str
    template: str
    traceparent: str | None
    address_digest: bytes | None
    is_fate_unknown: bool = False

    @property
    def common(self) -> MessageNames:
        """What every event about it carries."""
        return MessageNames(
            borrower_id=self.borrower_id, loan_id=self.loan_id, notification_id=self.notification_id,
            reminder_id=self.reminder_id, step_id=self.step_id, template=self.template,
        )  # fmt: skip


async def messages_told(
    connection: Connection, provider: str, channel: Channel, names: Sequence[str], key: str
) -> list[MessageTold]:
    """The messages that a provider calls by one of these names, locked until the transaction ends.

    Also those that left by another channel since: what was told of them before says which they are. `key` is the
    idempotency key that the name may be, or be made from: it finds those of unknown fate.
    """
    rows = await connection.fetch(
        "select m.borrower_id, m.notification_id, m.reminder_id, m.loan_id, m.step_id, m.template, m.traceparent,"
        " m.dispatch_id, m.status = 'unknown' as is_fate_unknown from message m"
        " where (m.borrower_id, m.notification_id) in ("
        "  select borrower_id, notification_id from message"
        "   where channel = $2 and provider_message_id = any($3::text[])"
        "  union select borrower_id, notification_id from message"
        "   where status = 'unknown' and channel = $2 and dispatch_id = $4"
        "  union select borrower_id, notification_id from receipt"
        "   where provider = $1 and provider_message_id = any($3::text[]))"
        " order by m.borrower_id, m.notification_id for update",
        provider, channel, list(names), key,
    )  # fmt: skip
    digests = await _addresses(connection, channel, [(row["borrower_id"], row["dispatch_id"]) for row in rows])
    return [
        MessageTold(
            row["borrower_id"], row["notification_id"], row["reminder_id"], row["loan_id"], row["step_id"],
            row["template"], row["traceparent"], digests.get((row["borrower_id"], row["dispatch_id"])),
            row["is_fate_unknown"],
        )
        for row in rows
    ]  # fmt: skip


async def mark_taken(connection: Connection, messages: Sequence[MessageTold], provider_message_id: str) -> None:
    """The provider had taken messages of unknown fate, as it tells of them."""
    await connection.execute(
        "update message m set status = 'sent', reason = '', provider_message_id = $3"
        " from unnest($1::text[], $2::text[]) as n (borrower_id, notification_id)"
        " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id",
        [message.borrower_id for message in messages], [message.notification_id for message in messages],
        provider_message_id,
    )  # fmt: skip


async def _addresses(
    connection: Connection, channel: Channel, dispatches: Sequence[tuple[str, str | None]]
) -> dict[tuple[str, str | None], bytes]:
    """Digests of the addresses that dispatches (borrower id, dispatch id) went to, by the contact history."""
    rows = await connection.fetch(
        "select borrower_id, contact_id, address_digest from contact_made"
        " where channel = $1 and address_digest is not null"
        " and (borrower_id, contact_id) in (select * from unnest($2::text[], $3::text[]))",
        channel, [one[0] for one in dispatches], [one[1] for one in dispatches],
    )  # fmt: skip
    return {(row["borrower_id"], row["contact_id"]): row["address_digest"] for row in rows}


async def add_receipts(
    connection: Connection, provider: str, receipt: ToldReceipt, messages: Sequence[MessageTold], at: datetime
) -> list[MessageTold]:
    """Keep a receipt of each message. Returns those that it is news of."""
    rows = await connection.fetch(
        "insert into receipt (borrower_id, notification_id, provider, provider_message_id, status, told_at,"
        " received_at) select b, n, $3, $4, $5, $6, $7 from unnest($1::text[], $2::text[]) as told (b, n)"
        " on conflict do nothing returning borrower_id, notification_id",
        [message.borrower_id for message in messages], [message.notification_id for message in messages],
        provider, receipt.provider_message_id, receipt.status, receipt.told_at, at,
    )  # fmt: skip
    new = {(row[0], row[1]) for row in rows}
    return [message for message in messages if (message.borrower_id, message.notification_id) in new]


async def borrowers_of_phone(connection: Connection, digest: bytes) -> list[str]:
    """Who has a telephone number: more than one, if they share it."""
    rows = await connection.fetch(
        "select borrower_id from contact where phone_digest = $1 order by borrower_id", digest
    )
    return [row[0] for row in rows]


async def add_reply(
    connection: Connection,
    borrower_id: str,
    provider: str,
    reply_id: str,
    meaning: Meaning,
    sealed: bytes,
    at: datetime,
) -> bool:
    """Keep what a borrower wrote back; False if it was kept before."""
    status = await connection.execute(
        "insert into reply (borrower_id, provider, reply_id, meaning, sealed, received_at)"
        " values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        borrower_id, provider, reply_id, meaning, sealed, at,
    )  # fmt: skip
    return bool(status == "INSERT 0 1")
