"""The notifier's reaction to events: what is told of borrowers first, then what is to be sent."""

from collections.abc import Sequence
from datetime import timedelta

from schemas.dunning import Channel, ReminderRequested
from schemas.values import EventData
from services.eventing.batch import Outcome
from services.eventing.clock import Clock
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent, of_types
from services.notifier.borrowers.taking import take_borrowers
from services.notifier.pages.taking import OfferTaking, take_offers
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.sending.queue_store import release_waiting
from services.notifier.sending.taking import take_requests


class NotifierHandler:
    """Keeps what is known of borrowers and their offers, and queues a message for each reminder and offer."""

    def __init__(
        self,
        keys: KeyRing,
        clock: Clock,
        digest_window: timedelta,
        offer_channels: tuple[Channel, ...] = ("email", "sms"),
    ) -> None:
        """`offer_channels` are tried in order for messages that the notifier sends of itself."""
        self._keys = keys
        self._clock = clock
        self._digest_window = digest_window
        self._offers = OfferTaking(keys, clock, offer_channels)

    async def __call__(self, connection: Connection, events: Sequence[ReceivedEvent[EventData]]) -> Outcome:
        """Take the events of a batch. Borrowers are locked before anything else is."""
        outcome = Outcome()
        at = self._clock.now()
        reachable = await take_borrowers(connection, events, outcome, self._keys, at)
        if reachable:
            await release_waiting(connection, reachable)
        await take_offers(connection, events, self._offers)
        if reminders := of_types(events, ReminderRequested):
            await take_requests(connection, reminders, outcome, at=at, digest_window=self._digest_window)
        return outcome
