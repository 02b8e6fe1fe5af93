"""Value types that several events share. Money is integer minor units beside an ISO 4217 currency."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code")]
AmountMinor = Annotated[int, Field(ge=0, le=10**15, description="amount in minor units of the currency")]
PositiveAmountMinor = Annotated[int, Field(gt=0, le=10**15, description="amount in minor units of the currency")]

DECIMAL_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 1000},
        {"type": "string", "pattern": r"^[0-9]{1,4}(\.[0-9]{1,12})?$"},
    ]
}
"""A decimal as a number or as text, so that neither side needs floats."""


class Value(BaseModel):
    """Base of everything in an event's data: immutable, unknown fields ignored, wrong types refused."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class EventData(Value):
    """Base of the data of one event type.

    `event_type` is the CloudEvents type with its version; `topic` is where it travels; `subject_field` names the
    field whose value is the CloudEvents subject, the thing that `sequence` counts.
    """

    event_type: ClassVar[str]
    topic: ClassVar[str]
    subject_field: ClassVar[str]
    key_field: ClassVar[str] = "borrower_id"

    @property
    def subject(self) -> str:
        """The CloudEvents subject of this event."""
        return str(getattr(self, self.subject_field))

    @property
    def key(self) -> str:
        """The Kafka key: events with one key stay in order."""
        return str(getattr(self, self.key_field))


class ComponentAmounts(Value):
    """An amount by component, each in minor units."""

    penalty_minor: AmountMinor = 0
    fee_minor: AmountMinor = 0
    interest_minor: AmountMinor = 0
    principal_minor: AmountMinor = 0


class LoanStanding(Value):
    """How a loan stands after an event: complete, so that a consumer needs only the newest.

    An instalment that lacks no more than the product's arrears tolerance counts as paid here.
    `overdue` is what instalments due before `as_of` still lack; `oldest_unpaid_due_on` is the due date of the first
    instalment not fully paid, past or future; `next_due_on` the first unpaid one on or after `as_of`.
    `written_off`: the lender gave the loan up for lost.
    """

    as_of: date
    principal_outstanding_minor: AmountMinor
    overdue: ComponentAmounts
    oldest_unpaid_due_on: date | None
    next_due_on: date | None
    next_due: ComponentAmounts
    credit_minor: AmountMinor
    settled: bool
    written_off: bool = False
