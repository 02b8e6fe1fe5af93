"""Events that the lender's own systems publish on `lending.events`."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field, WithJsonSchema

from schemas.values import Currency, EventData, Identifier, PositiveAmountMinor

TOPIC = "lending.events"
_DECIMAL = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 1000},
        {"type": "string", "pattern": r"^[0-9]{1,4}(\.[0-9]{1,12})?$"},
    ]
}


class BorrowerRegistered(EventData):
    """A borrower is known, or their contact data changed; the newest one counts."""

    event_type: ClassVar[str] = "amends.lending.borrower-registered.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "borrower_id"

    borrower_id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)] | None = None
    phone: Annotated[str, Field(pattern=r"^\+[0-9]{6,15}$", description="E.164")] | None = None
    language: Literal["zh-CN", "en"] = "en"
    time_zone: Annotated[str, Field(min_length=1, max_length=64, description="IANA name")] = "UTC"


class LoanDisbursed(EventData):
    """Money was paid out: the loan begins on these terms."""

    event_type: ClassVar[str] = "amends.lending.loan-disbursed.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "loan_id"

    borrower_id: Identifier
    loan_id: Identifier
    principal_minor: PositiveAmountMinor
    currency: Currency
    annual_rate_percent: Annotated[Decimal, Field(ge=0, le=1000), WithJsonSchema(_DECIMAL)]
    method: Literal["equal_instalment"] = "equal_instalment"
    day_count: Literal["30/360", "ACT/365", "ACT/360", "ACT/ACT"] = "30/360"
    every_count: Annotated[int, Field(ge=1, le=366)] = 1
    every_unit: Literal["days", "weeks", "months"] = "months"
    number_of_instalments: Annotated[int, Field(ge=1, le=600)]
    disbursed_on: date
    first_due_on: date | None = None
    arrears_tolerance_minor: Annotated[
        int, Field(ge=0, le=10**12, description="an instalment lacking no more than this is not past due")
    ] = 0
