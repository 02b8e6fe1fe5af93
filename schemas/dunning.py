"""Events of dunning on `dunning.events`."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.values import ComponentAmounts, Currency, EventData, Identifier

TOPIC = "dunning.events"
Channel = Literal["email", "sms"]


class DunningEventData(EventData):
    """What every event about one loan's track carries."""

    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "loan_id"

    borrower_id: Identifier
    loan_id: Identifier
    business_date: date
    days_past_due: Annotated[int, Field(ge=0)]
    policy_version: Annotated[str, Field(min_length=1, max_length=64)]


class ReminderRequested(DunningEventData):
    """The ladder asks that the borrower be reminded; `channels` are tried in order."""

    event_type: ClassVar[str] = "amends.dunning.reminder-requested.v1"

    reminder_id: Identifier
    step_id: Identifier
    template: Identifier
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    currency: Currency
    due_on: date
    amounts: ComponentAmounts


class BucketChanged(DunningEventData):
    """A loan moved between buckets of days past due."""

    event_type: ClassVar[str] = "amends.dunning.bucket-changed.v1"

    from_bucket: Identifier
    to_bucket: Identifier


class CaseCured(DunningEventData):
    """A loan that was past due is current again, or settled."""

    event_type: ClassVar[str] = "amends.dunning.case-cured.v1"

    from_bucket: Identifier
