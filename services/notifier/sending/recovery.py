"""What a sender that died has left on its way."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import structlog

from services.eventing import metrics
from services.eventing.database import Connection
from services.notifier.borrowers.contact_history_store import take_back_contacts
from services.notifier.sending import outcome_events
from services.notifier.sending.ending_store import left_leaving, lose_left, repeat_left
from services.notifier.sending.event_store import tell

log = structlog.get_logger(__name__)
_DIED: Final = "the sender ended while the message was on its way"


async def recover(connection: Connection, in_flight: Collection[str], at: datetime) -> None:
    """Settle what is on its way by no dispatch of this process, once no other process sends.

    What its provider knows again by its key is repeated unchanged. Of anything else it is told that nobody knows
    whether it was taken: it is not sent again.
    """
    async with connection.transaction():
        left = await left_leaving(connection, in_flight)
        if not left:
            return
        repeated = [one for one in left if one.is_kept]
        lost = [one for one in left if not one.is_kept]
        await repeat_left(connection, repeated, at)
        await lose_left(connection, lost, _DIED, at)
        # The repetition counts as the contact.
        await take_back_contacts(
            connection, sorted({(one.request.borrower_id, str(one.dispatch_id)) for one in repeated})
        )
        await tell(connection, [outcome_events.unknown(one.request, one.channel, _DIED) for one in lost])
    for one in lost:
        metrics.NOTIFICATIONS.labels("unknown", one.channel).inc()
    log.warning("messages_left_leaving", repeated=len(repeated), unknown=len(lost))
