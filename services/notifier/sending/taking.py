"""Reminders that dunning asks for, as messages in the queue."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from schemas.dunning import ReminderRequested
from schemas.templates import TEMPLATES, Template
from services.eventing import metrics
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent
from services.notifier.sending.message import MessageRequest, notification_id
from services.notifier.sending.queue_store import queue


async def take_requests(
    connection: Connection,
    events: Sequence[ReceivedEvent[ReminderRequested]],
    outcome: Outcome,
    *,
    at: datetime,
    digest_window: timedelta,
) -> None:
    """Queue one message for each reminder not seen before; refuse those that there are no words for."""
    requests = []
    for event in events:
        template = event.data.template
        if template in TEMPLATES:
            requests.append(_requested(event))
        else:
            outcome.reject(event, "unknown-template", "template", template, f"{template!r} is not a template")
    new = await queue(connection, requests, at=at, digest_window=digest_window)
    metrics.DUPLICATES.labels(ReminderRequested.event_type).inc(len(requests) - new)


def _requested(event: ReceivedEvent[ReminderRequested]) -> MessageRequest:
    told = event.data
    return MessageRequest(
        borrower_id=told.borrower_id,
        notification_id=notification_id(told.reminder_id),
        reminder_id=told.reminder_id,
        loan_id=told.loan_id,
        step_id=told.step_id,
        template=cast(Template, told.template),
        channels=told.channels,
        currency=told.currency,
        due_on=told.due_on,
        days_past_due=told.days_past_due,
        amounts=told.amounts,
        traceparent=event.traceparent,
    )
