"""What the lender's systems and people tell about a borrower's situation, on `lending.events`.

All of it is about the borrower: it holds for every loan unless one is named.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field, WithJsonSchema

from schemas.lending import TOPIC
from schemas.values import AmountMinor, Currency, EventData, Identifier, PositiveAmountMinor

HardshipReason = Literal["illness", "job-loss", "disaster", "family"]
HoldReason = Literal[
    "dispute", "breathing-space", "bereavement", "bankruptcy", "disaster-region", "technical-fault"
]  # fmt: skip
HoldStop = Literal["clock", "contact", "interest"]
Stops = Annotated[
    tuple[HoldStop, ...],
    Field(min_length=1, description="clock: days past due stand still; contact: no notices; interest: no penalties"),
]
Probability = Annotated[
    Decimal,
    Field(ge=0, le=1),
    WithJsonSchema({
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": r"^(0(\.[0-9]{1,12})?|1(\.0{1,12})?)$"},
        ]
    }),
]  # fmt: skip


class HardshipReported(EventData):
    """Something sudden happened to the borrower: escalation stops, and help is offered first."""

    event_type: ClassVar[str] = "amends.lending.hardship-reported.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "hardship_id"

    borrower_id: Identifier
    hardship_id: Identifier
    reason: HardshipReason
    reported_on: date
    review_on: Annotated[date | None, Field(description="when to look at it again; by policy without one")] = None


class HardshipEnded(EventData):
    """The borrower's hardship is over."""

    event_type: ClassVar[str] = "amends.lending.hardship-ended.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "hardship_id"

    borrower_id: Identifier
    hardship_id: Identifier
    ended_on: date


class RegionAffected(EventData):
    """Something sudden happened to all borrowers of a region: each gets relief, before they are late."""

    event_type: ClassVar[str] = "amends.lending.region-affected.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "incident_id"
    key_field: ClassVar[str] = "incident_id"

    incident_id: Identifier
    region: Identifier
    from_on: date
    review_on: date | None = None


class BorrowerFinancesReported(EventData):
    """What is known of the borrower's means; the newest one counts."""

    event_type: ClassVar[str] = "amends.lending.borrower-finances-reported.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "borrower_id"

    borrower_id: Identifier
    currency: Currency
    as_of: date
    income_monthly_minor: AmountMinor | None = None
    other_obligations_monthly_minor: AmountMinor = 0
    number_of_lenders: (
        Annotated[int, Field(ge=1, le=1000, description="lenders the borrower owes, this one too")] | None
    ) = None
    number_of_dependants: Annotated[int, Field(ge=0, le=100)] | None = None


class RiskAssessed(EventData):
    """How likely the borrower is to default, as a model says; the newest one counts."""

    event_type: ClassVar[str] = "amends.lending.risk-assessed.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "borrower_id"

    borrower_id: Identifier
    probability_of_default: Probability
    model_version: Annotated[str, Field(min_length=1, max_length=64)]
    assessed_on: date


class HoldPlaced(EventData):
    """For a time something stops for a borrower, or for one of their loans; both ends count."""

    event_type: ClassVar[str] = "amends.lending.hold-placed.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "hold_id"

    borrower_id: Identifier
    hold_id: Identifier
    loan_id: Identifier | None = None
    reason: HoldReason
    stops: Stops
    from_on: date
    to_on: Annotated[date | None, Field(description="until lifted without one")] = None


class HoldLifted(EventData):
    """A hold ends early: `lifted_on` is the first day without it."""

    event_type: ClassVar[str] = "amends.lending.hold-lifted.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "hold_id"

    borrower_id: Identifier
    hold_id: Identifier
    lifted_on: date


class AreaHoldPlaced(EventData):
    """For a time something stops for all borrowers of a region, or all loans of a product."""

    event_type: ClassVar[str] = "amends.lending.area-hold-placed.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "hold_id"
    key_field: ClassVar[str] = "hold_id"

    hold_id: Identifier
    scope: Literal["region", "product"]
    value: Annotated[str, Field(min_length=1, max_length=128, description="the region, or product id@version")]
    reason: HoldReason
    stops: Stops
    from_on: date
    to_on: date | None = None


class AreaHoldLifted(EventData):
    """A hold by region or product ends early: `lifted_on` is the first day without it."""

    event_type: ClassVar[str] = "amends.lending.area-hold-lifted.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "hold_id"
    key_field: ClassVar[str] = "hold_id"

    hold_id: Identifier
    lifted_on: date


class PromiseReported(EventData):
    """The borrower promised to pay `amount_minor` by `due_on`: of one loan, or of all without `loan_id`."""

    event_type: ClassVar[str] = "amends.lending.promise-reported.v1"
    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "promise_id"

    borrower_id: Identifier
    promise_id: Identifier
    loan_id: Identifier | None = None
    currency: Currency
    amount_minor: PositiveAmountMinor
    made_on: date
    due_on: date
