"""Offers of repayment plans and their fate, on `dunning.events`; and what borrowers answer, on `notifier.events`."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas import dunning, notifier
from schemas.dunning import RestructureTermsData
from schemas.values import AmountMinor, ComponentAmounts, Currency, EventData, Identifier, PositiveAmountMinor, Value

PlanKind = Literal[
    "spread-arrears", "extend-term", "holiday-then-extend", "lower-rate", "waive-penalty", "seasonal", "settlement"
]  # fmt: skip


class OfferEventData(EventData):
    """What every event about one offer carries."""

    topic: ClassVar[str] = dunning.TOPIC
    subject_field: ClassVar[str] = "offer_id"

    borrower_id: Identifier
    loan_id: Identifier
    offer_id: Identifier


class OfferedInstalment(Value):
    """One instalment of a plan."""

    number: Annotated[int, Field(ge=1)]
    due_on: date
    amounts: ComponentAmounts


class Wording(Value):
    """A sentence in one language."""

    language: Literal["zh-CN", "en"]
    text: Annotated[str, Field(min_length=1, max_length=500)]


class OfferReason(Value):
    """Why a plan is offered, in words of each language."""

    code: Identifier
    words: tuple[Wording, ...]


class OfferedPlan(Value):
    """One plan of an offer: what would be agreed, and what the borrower would pay."""

    plan_id: Identifier
    kind: PlanKind
    agreement: RestructureTermsData
    instalments: tuple[OfferedInstalment, ...]
    total_cost_minor: AmountMinor
    reasons: tuple[OfferReason, ...]


class OfferMade(OfferEventData):
    """Up to three plans are put to the borrower; the first is recommended. It holds until the end of `expires_on`.

    `current_total_cost_minor` compares with the `total_cost_minor` of a plan: each is the sum of all instalments that
    are unpaid on `made_on` or come after it, by all components, with interest for all days to come if every instalment
    is paid when it falls due (without a plan: what is overdue is paid at once). Neither has penalties or fees that are
    not charged yet.
    """

    event_type: ClassVar[str] = "amends.dunning.offer-made.v1"

    currency: Currency
    made_on: date
    expires_on: date
    plans: Annotated[tuple[OfferedPlan, ...], Field(min_length=1, max_length=3)]
    current_instalments: Annotated[
        tuple[OfferedInstalment, ...] | None,
        Field(
            description="what the borrower would pay without a plan: all that is unpaid, penalties and fees as of"
            " made_on; those overdue stand with the oldest instalment"
        ),
    ] = None
    current_total_cost_minor: Annotated[
        AmountMinor | None, Field(description="the sum of current_instalments, to compare with a plan's total cost")
    ] = None


class OfferAccepted(OfferEventData):
    """The borrower took a plan: the ledger is told to carry it out."""

    event_type: ClassVar[str] = "amends.dunning.offer-accepted.v1"

    plan_id: Identifier
    accepted_on: date


class OfferClosed(OfferEventData):
    """An offer can no longer be accepted."""

    event_type: ClassVar[str] = "amends.dunning.offer-closed.v1"

    reason: Literal["declined", "expired", "withdrawn", "countered"]
    closed_on: date


class OfferAnswerData(OfferEventData):
    """What every answer of a borrower to an offer carries."""

    topic: ClassVar[str] = notifier.TOPIC


class OfferAcceptedByBorrower(OfferAnswerData):
    """The borrower accepted a plan on the offer page."""

    event_type: ClassVar[str] = "amends.notifier.offer-accepted.v1"

    plan_id: Identifier
    accepted_on: date


class OfferDeclinedByBorrower(OfferAnswerData):
    """The borrower wants none of the plans."""

    event_type: ClassVar[str] = "amends.notifier.offer-declined.v1"

    declined_on: date
    reason: Annotated[str, Field(max_length=200)] = ""


class OfferCounteredByBorrower(OfferAnswerData):
    """The borrower could pay another amount, or on another day of the month."""

    event_type: ClassVar[str] = "amends.notifier.offer-countered.v1"

    countered_on: date
    instalment_minor: PositiveAmountMinor | None = None
    due_day_of_month: Annotated[int, Field(ge=1, le=31)] | None = None
