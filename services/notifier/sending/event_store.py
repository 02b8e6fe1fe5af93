"""Events about messages: numbered for each message in the order in which they are told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.notifier import NotifierEventData
from services.eventing.database import Connection
from services.eventing.envelope import outgoing
from services.eventing.store import write_outbox


@dataclass(frozen=True, slots=True)
class Telling:
    """An event about one message, to be told in the trace in which the message was asked for."""

    data: NotifierEventData
    traceparent: str | None = None


async def tell(connection: Connection, tellings: Sequence[Telling]) -> None:
    """Queue events about messages for the relay, in order. A message that is not known has its first event."""
    if not tellings:
        return
    counts = Counter((telling.data.borrower_id, telling.data.notification_id) for telling in tellings)
    rows = await connection.fetch(
        "update message m set events_told = m.events_told + n.events"
        " from unnest($1::text[], $2::text[], $3::int[]) as n (borrower_id, notification_id, events)"
        " where m.borrower_id = n.borrower_id and m.notification_id = n.notification_id"
        " returning m.borrower_id, m.notification_id, m.events_told - n.events as told",
        [key[0] for key in counts], [key[1] for key in counts], list(counts.values()),
    )  # fmt: skip
    told = Counter({(row["borrower_id"], row["notification_id"]): row["told"] for row in rows})
    events = []
    for telling in tellings:
        key = (telling.data.borrower_id, telling.data.notification_id)
        told[key] += 1
        events.append(outgoing(telling.data, told[key], traceparent=telling.traceparent))
    await write_outbox(connection, events)
