"""Taking what lender, ledger and dunning tell of borrowers."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog

from schemas.cases import HoldBegan, HoldEnded, ReliefEnded, ReliefGranted
from schemas.ledger import BusinessDateCompleted, LedgerEventData, LoanOpened
from schemas.lending import BorrowerRegistered
from schemas.values import EventData
from services.eventing import metrics
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent
from services.eventing.store import open_business_date
from services.notifier.borrowers import case_store, contact_store
from services.notifier.borrowers.address_store import UnusableAddress, forget_replaced, mark_unusable
from services.notifier.borrowers.contact_store import RegisteredContact
from services.notifier.borrowers.registration import UnknownZoneTold, registered_contact, unusable_channels
from services.notifier.borrowers.store import lock_borrowers
from services.notifier.sealing.key_ring import KeyRing

log = structlog.get_logger(__name__)


async def take_borrowers(
    connection: Connection, events: Sequence[ReceivedEvent[EventData]], outcome: Outcome, keys: KeyRing, at: datetime
) -> list[str]:
    """Keep contact data, standings, holds, reliefs and business dates. Returns whose contact data is kept anew.

    All borrowers of whom more is told than how a known loan stands are locked first, see `store`.
    """
    told = _by_kind(events)
    contacts = _registered(told[BorrowerRegistered], outcome)
    holds = told[HoldBegan] + told[HoldEnded]
    reliefs = told[ReliefGranted] + told[ReliefEnded]
    of_loans = [event for kind in list(told) if issubclass(kind, LedgerEventData) for event in told[kind]]
    to_lock = {*contacts, *(event.data.borrower_id for event in holds + reliefs + told[LoanOpened])}
    if of_loans:
        await _lock_and_keep_standings(connection, to_lock, case_store.newest_by_loan(of_loans))
    elif to_lock:
        await lock_borrowers(connection, to_lock)
    await case_store.save_holds(connection, holds)
    await case_store.save_reliefs(connection, reliefs)
    for event in told[BusinessDateCompleted]:
        await open_business_date(connection, event.data.calendar_id, event.position.partition, event.data.business_date)
    return await _keep_contacts(connection, contacts, keys, at) if contacts else []


def _by_kind(events: Sequence[ReceivedEvent[EventData]]) -> defaultdict[type[EventData], list[ReceivedEvent[Any]]]:
    told: defaultdict[type[EventData], list[ReceivedEvent[Any]]] = defaultdict(list)
    for event in events:
        told[type(event.data)].append(event)
    return told


async def _lock_and_keep_standings(
    connection: Connection, to_lock: set[str], standings: case_store.NewestStandings
) -> None:
    """Which loans were not known is known only once they are kept; then all locks are given back, and taken in order.

    A loan that begins is told by LoanOpened, so that hardly ever anything is done twice.
    """
    while True:
        attempt = connection.transaction()
        await attempt.start()
        if to_lock:
            await lock_borrowers(connection, to_lock)
        unlocked = await case_store.save_standings(connection, standings) - to_lock
        if not unlocked:
            await attempt.commit()
            return
        await attempt.rollback()
        to_lock |= unlocked


def _registered(events: Sequence[ReceivedEvent[BorrowerRegistered]], outcome: Outcome) -> dict[str, RegisteredContact]:
    """The newest contact data by borrower; what cannot be read goes to the dead letters."""
    newest: dict[str, RegisteredContact] = {}
    for event in events:
        try:
            newest[event.data.borrower_id] = registered_contact(event.data, event.sequence)
        except UnknownZoneTold as error:
            outcome.reject(event, "unknown-time-zone", error.field, error.name, error.reason)
    return newest


async def _keep_contacts(
    connection: Connection, contacts: dict[str, RegisteredContact], keys: KeyRing, at: datetime
) -> list[str]:
    kept = await contact_store.save_contacts(connection, keys, list(contacts.values()), at)
    await forget_replaced(connection, kept)
    unusable = [
        UnusableAddress(borrower_id, channel, reason, at)
        for borrower_id in kept
        for channel, reason in unusable_channels(contacts[borrower_id].contact).items()
    ]
    for one in unusable:
        metrics.UNUSABLE_ADDRESSES.labels(one.channel).inc()
        log.warning("address_unusable", borrower_id=one.borrower_id, channel=one.channel, reason=one.reason)
    await mark_unusable(connection, unusable)
    return kept
