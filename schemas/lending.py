"""Events that the lender's own systems publish on `lending.events`."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, WithJsonSchema

from schemas.values import DECIMAL_SCHEMA, AmountMinor, Currency, EventData, Identifier, PositiveAmountMinor

TOPIC = "lending.events"


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
    other_time_zones: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...],
        Field(max_length=8, description="IANA names of other zones in which the borrower may be"),
    ] = ()
    date_of_birth: Annotated[
        date | None, Field(description="asked for when the borrower opens their page; never shown")
    ] = None
    identity_ending: Annotated[
        str | None,
        Field(
            pattern=r"^[0-9A-Za-z]{4,8}$",
            description="last characters of an identity document; asked for in place of the date of birth",
        ),
    ] = None
    region: Annotated[
        Identifier | None, Field(description="where the borrower lives or works, by the lender's codes")
    ] = None
    segment: Annotated[Identifier | None, Field(description="the lender's own grouping of borrowers")] = None


def _without_product(value: object) -> Callable[[dict[str, Any]], Any]:
    """The default of a term that a product may decide: this value if no product is named, else what the product says.

    So what is left out stays told apart from what is given, also when the event is read again from its own dump.
    """
    return lambda fields: value if fields.get("product") is None else None


class LoanDisbursed(EventData):
    """Money was paid out: the loan begins on these terms, and on those of its product."""

    event_type: ClassVar[str] = "amends.lending.loan-disbursed.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "loan_id"

    borrower_id: Identifier
    loan_id: Identifier
    product: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}@[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
            description="id@version of a product that the ledger knows: it decides the terms left out, and limits all",
        ),
    ] = None
    principal_minor: PositiveAmountMinor
    currency: Currency
    annual_rate_percent: Annotated[Decimal, Field(ge=0, le=1000), WithJsonSchema(DECIMAL_SCHEMA)]
    method: Literal["equal_instalment", "equal_principal", "interest_only", "bullet", "flat"] | None = Field(
        default_factory=_without_product("equal_instalment"), description="equal_instalment, or the product's"
    )
    day_count: Literal["30/360", "ACT/365", "ACT/360", "ACT/ACT"] | None = Field(
        default_factory=_without_product("30/360"), description="30/360, or the product's"
    )
    every_count: Annotated[int, Field(ge=1, le=366)] | None = Field(
        default_factory=_without_product(1), description="1, or the product's; given together with every_unit"
    )
    every_unit: Literal["days", "weeks", "months"] | None = Field(
        default_factory=_without_product("months"), description="months, or the product's"
    )
    number_of_instalments: Annotated[int, Field(ge=1, le=600, description="a down payment not counted")]
    disbursed_on: date
    first_due_on: date | None = None
    due_day_of_month: (
        Annotated[int, Field(ge=1, le=31, description="a month that lacks the day uses its last one")] | None
    ) = None
    principal_grace_instalments: (
        Annotated[int, Field(ge=0, le=599, description="so many first instalments pay interest only")] | None
    ) = None
    interest_grace_instalments: (
        Annotated[int, Field(ge=0, le=599, description="so many first instalments pay no interest")] | None
    ) = None
    interest_grace: Literal["deferred", "free"] | None = Field(
        default=None, description="interest of the grace time is due after it, or never charged"
    )
    balloon_minor: (
        Annotated[AmountMinor, Field(description="principal due with the last instalment, in minor units")] | None
    ) = None
    down_payment_minor: (
        Annotated[AmountMinor, Field(description="principal due on the day of disbursal, in minor units")] | None
    ) = None
    arrears_tolerance_minor: (
        Annotated[int, Field(ge=0, le=10**12, description="an instalment lacking no more than this is not past due")]
        | None
    ) = Field(default_factory=_without_product(0))
