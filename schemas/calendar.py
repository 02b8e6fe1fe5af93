"""The lender's business date, published on `calendar.events` when a new one opens."""

from datetime import date
from typing import ClassVar

from schemas.values import EventData, Identifier

TOPIC = "calendar.events"


class BusinessDateOpened(EventData):
    """A business date has begun; dates only move forward, and may skip days."""

    event_type: ClassVar[str] = "amends.calendar.business-date-opened.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "calendar_id"
    key_field: ClassVar[str] = "calendar_id"

    calendar_id: Identifier = "default"
    business_date: date
