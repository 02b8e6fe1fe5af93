"""Addresses that reach nobody: channels that a borrower cannot be reached by until the address changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.dunning import Channel
from services.eventing.database import Connection
from services.notifier.borrowers.store import lock_borrowers


@dataclass(frozen=True, slots=True)
class UnusableAddress:
    """An address found to reach nobody. `address_digest` None: the one that is kept for the channel."""

    borrower_id: str
    channel: Channel
    reason: str
    since: datetime
    address_digest: bytes | None = None


async def mark_unusable(connection: Connection, addresses: Sequence[UnusableAddress]) -> None:
    """Use a channel no more until its address changes, and lock the borrowers.

    What is told of an address that was replaced meanwhile is passed over. Of several reasons the first stays.
    """
    if not addresses:
        return
    await lock_borrowers(connection, {address.borrower_id for address in addresses})
    rows = [
        (one.borrower_id, one.channel, one.reason, one.since, one.address_digest)
        for one in sorted(addresses, key=lambda address: (address.borrower_id, address.channel))
    ]
    await connection.execute(
        "insert into unusable_address (borrower_id, channel, reason, since, address_digest)"
        " select borrower_id, channel, reason, since, coalesce(kept_digest, told_digest, '')"
        " from (select n.*, case n.channel when 'email' then c.email_digest when 'app' then null"
        "   else c.phone_digest end as kept_digest"
        "  from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bytea[])"
        "   as n (borrower_id, channel, reason, since, told_digest) left join contact c using (borrower_id)) as told"
        " where told_digest is null or kept_digest is null or told_digest = kept_digest"
        " on conflict do nothing",
        *zip(*rows, strict=True),
    )


async def mark_usable(connection: Connection, channels: Sequence[tuple[str, Channel]]) -> None:
    """Use channels (borrower id, channel) again."""
    if not channels:
        return
    await connection.execute(
        "delete from unusable_address where (borrower_id, channel) in (select * from unnest($1::text[], $2::text[]))",
        *zip(*channels, strict=True),
    )


async def forget_replaced(connection: Connection, borrower_ids: Sequence[str]) -> None:
    """Drop the marks of addresses that are not those kept now. The borrowers are locked."""
    await connection.execute(
        "delete from unusable_address u using contact c where c.borrower_id = u.borrower_id"
        " and u.borrower_id = any($1::text[]) and u.channel <> 'app'"
        " and u.address_digest is distinct from case u.channel when 'email' then c.email_digest"
        "  else c.phone_digest end",
        borrower_ids,
    )
