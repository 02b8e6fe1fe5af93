"""The notifier's reaction to contact data, loans' standings and reminders asked for."""

from collections.abc import Sequence

from schemas.dunning import ReminderRequested
from schemas.ledger import LedgerEventData
from schemas.lending import BorrowerRegistered
from schemas.templates import TEMPLATES
from schemas.values import EventData
from services.eventing import metrics
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent, of_types
from services.notifier import store


async def handle_events(connection: Connection, events: Sequence[ReceivedEvent[EventData]]) -> Outcome:
    """Keep contacts and standings; queue one message for each reminder."""
    outcome = Outcome()
    if contacts := of_types(events, BorrowerRegistered):
        await store.save_contacts(connection, contacts)
    if standings := of_types(events, LedgerEventData):
        await store.save_standings(connection, standings)
    reminders = []
    for event in of_types(events, ReminderRequested):
        if event.data.template in TEMPLATES:
            reminders.append(event)
        else:
            template = event.data.template
            outcome.reject(event, "unknown-template", "template", template, f"{template!r} is not a template")
    if reminders:
        new = await store.queue_messages(connection, reminders)
        metrics.DUPLICATES.labels(ReminderRequested.event_type).inc(len(reminders) - new)
    return outcome
