"""Events of dunning on `dunning.events`."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field, WithJsonSchema

from schemas.values import (
    DECIMAL_SCHEMA,
    AmountMinor,
    ComponentAmounts,
    Currency,
    EventData,
    Identifier,
    PositiveAmountMinor,
    Value,
)

TOPIC = "dunning.events"
Channel = Literal["email", "sms", "app", "call"]
"""`app`: the lender's own app, by webhook. `call`: a person is asked to call."""
Treatment = Literal["capitalise", "carry_forward", "waive"]


class DunningEventData(EventData):
    """What every event about one loan's track carries."""

    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "loan_id"

    borrower_id: Identifier
    loan_id: Identifier
    business_date: date
    days_past_due: Annotated[int, Field(ge=0)]
    policy_version: Annotated[str, Field(min_length=1, max_length=64)]


class RestructureEventData(EventData):
    """What every event about a restructuring carries."""

    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "restructuring_id"

    borrower_id: Identifier
    loan_id: Identifier
    restructuring_id: Identifier


class PrincipalPart(Value):
    """How much principal falls due on a day."""

    due_on: date
    principal_minor: AmountMinor


class RestructureTermsData(Value):
    """How what is owed is to be paid from now on.

    All outstanding principal is scheduled anew over `number_of_instalments` from `first_due_on`, on the terms as they
    were where nothing else is given. Outstanding interest, fees and penalties are each capitalised (added to
    principal), carried forward (spread over the new instalments, or over the first `carry_over_instalments` of them) or
    waived. The first `principal_grace_instalments` pay interest only. With `settle_for_minor` the borrower owes this
    instead of all, and the rest is waived.

    `principal_parts` says instead how much principal is due on which day, one part for each instalment, with interest
    on what is outstanding until each day; the last part takes what differs from the principal outstanding.
    """

    number_of_instalments: Annotated[int, Field(ge=1, le=600)]
    first_due_on: date
    annual_rate_percent: Annotated[Decimal, Field(ge=0, le=1000), WithJsonSchema(DECIMAL_SCHEMA)] | None = None
    every_count: Annotated[int, Field(ge=1, le=366)] | None = None
    every_unit: Literal["days", "weeks", "months"] | None = None
    interest: Treatment = "carry_forward"
    fee: Treatment = "carry_forward"
    penalty: Treatment = "carry_forward"
    settle_for_minor: PositiveAmountMinor | None = None
    carry_over_instalments: Annotated[int, Field(ge=1, le=600)] | None = None
    principal_grace_instalments: Annotated[int, Field(ge=0, le=599)] = 0
    principal_parts: Annotated[tuple[PrincipalPart, ...], Field(min_length=1, max_length=600)] | None = None


class RestructureAgreed(RestructureEventData, RestructureTermsData):
    """Lender and borrower agreed on a new schedule for what is owed as of `agreed_on`: the ledger carries it out."""

    event_type: ClassVar[str] = "amends.dunning.restructure-agreed.v1"

    agreed_on: date


class RestructureUndone(RestructureEventData):
    """An agreed restructuring no longer holds: the loan stands as if it had never been."""

    event_type: ClassVar[str] = "amends.dunning.restructure-undone.v1"

    undone_on: date


class InterestHoldEventData(EventData):
    """What every event about a hold that stops a loan's penalties carries."""

    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "stop_id"

    borrower_id: Identifier
    loan_id: Identifier
    stop_id: Identifier


class InterestStopped(InterestHoldEventData):
    """No penalty interest accrues and no late fee is charged from `from_on` to `to_on`, both included."""

    event_type: ClassVar[str] = "amends.dunning.interest-stopped.v1"

    from_on: date
    to_on: Annotated[date | None, Field(description="until interest-resumed without one")] = None


class InterestResumed(InterestHoldEventData):
    """A stop ends early: penalties accrue again from `resumed_on` on."""

    event_type: ClassVar[str] = "amends.dunning.interest-resumed.v1"

    resumed_on: date


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
    attempt: Annotated[int, Field(ge=1, le=100)] = 1
    rule: Annotated[str, Field(max_length=128, description="why it is asked for")] = ""


class BucketChanged(DunningEventData):
    """A loan moved between buckets of days past due."""

    event_type: ClassVar[str] = "amends.dunning.bucket-changed.v1"

    from_bucket: Identifier
    to_bucket: Identifier


class CaseCured(DunningEventData):
    """A loan that was past due is current again, or settled."""

    event_type: ClassVar[str] = "amends.dunning.case-cured.v1"

    from_bucket: Identifier


LoanState = Literal["current", "grace", "early", "middle", "late", "pre-legal", "legal", "written-off"]
LoanFlag = Literal["promised", "relief", "on-hold", "restructured", "cured"]


class LoanStateChanged(DunningEventData):
    """A loan's state or flags differ from before."""

    event_type: ClassVar[str] = "amends.dunning.loan-state-changed.v1"

    from_state: LoanState
    to_state: LoanState
    flags: tuple[LoanFlag, ...]


class CreditReportRequested(DunningEventData):
    """A loan's standing is to be told to the credit register, corrected there, or withdrawn from it."""

    event_type: ClassVar[str] = "amends.dunning.credit-report-requested.v1"

    report_id: Identifier
    kind: Literal["report", "correction", "withdrawal"]
    overdue_minor: AmountMinor
    principal_outstanding_minor: AmountMinor
    currency: Currency
    first_overdue_on: date | None


class LegalReferralRequested(DunningEventData):
    """A loan is handed to the lender's lawyers, or called back from them."""

    event_type: ClassVar[str] = "amends.dunning.legal-referral-requested.v1"

    referral_id: Identifier
    kind: Literal["refer", "recall"]
    overdue_minor: AmountMinor
    currency: Currency
