"""What dunning decides about a borrower, on `dunning.events`: holds, relief, promises, calls and reviews."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.dunning import TOPIC
from schemas.hardship import HardshipReason, HoldReason, Stops
from schemas.values import AmountMinor, Currency, EventData, Identifier, PositiveAmountMinor

Verdict = Literal["open", "kept", "partly-kept", "broken"]
TaskKind = Literal["call", "review-relief", "find-plan", "review-dispute", "review-acceptance", "prove-notice"]


class CaseEventData(EventData):
    """What every event about a borrower's case carries; `sequence` counts the borrower's."""

    topic: ClassVar[str] = TOPIC
    subject_field: ClassVar[str] = "borrower_id"

    borrower_id: Identifier
    business_date: date
    policy_version: Annotated[str, Field(min_length=1, max_length=64)]


class HoldBegan(CaseEventData):
    """A hold is in force."""

    event_type: ClassVar[str] = "amends.dunning.hold-began.v1"

    hold_id: Identifier
    loan_id: Identifier | None = None
    reason: HoldReason
    stops: Stops
    from_on: date
    to_on: date | None = None


class HoldEnded(CaseEventData):
    """A hold is over."""

    event_type: ClassVar[str] = "amends.dunning.hold-ended.v1"

    hold_id: Identifier
    loan_id: Identifier | None = None


class ReliefGranted(CaseEventData):
    """Escalation stops for a hardship; it is looked at again on `review_on`."""

    event_type: ClassVar[str] = "amends.dunning.relief-granted.v1"

    relief_id: Identifier
    reason: HardshipReason
    review_on: date
    refers_to_emergency_reserve: Annotated[bool, Field(description="the lender has an emergency reserve to ask for")]


class ReliefEnded(CaseEventData):
    """Relief is over: the ladder goes on."""

    event_type: ClassVar[str] = "amends.dunning.relief-ended.v1"

    relief_id: Identifier


class PromiseRecorded(CaseEventData):
    """A promise to pay is taken: the ladder waits for it."""

    event_type: ClassVar[str] = "amends.dunning.promise-recorded.v1"

    promise_id: Identifier
    loan_id: Identifier | None = None
    currency: Currency
    amount_minor: PositiveAmountMinor
    made_on: date
    due_on: date


class PromiseJudged(CaseEventData):
    """What became of a promise; said again when a reversal or a late posting changes it."""

    event_type: ClassVar[str] = "amends.dunning.promise-judged.v1"

    promise_id: Identifier
    verdict: Verdict
    amount_minor: PositiveAmountMinor
    paid_minor: AmountMinor


class TaskRequested(CaseEventData):
    """A person is asked to act.

    `call` the borrower; `review-relief`; `find-plan` where no offer fits, or none was what the borrower wished for;
    `review-dispute`: the borrower objects to a debt; `review-acceptance`: they accepted an offer that could not be
    accepted any more, and are to be told what holds; `prove-notice`: it is not known whether a notice that must be
    proven was sent.
    """

    event_type: ClassVar[str] = "amends.dunning.task-requested.v1"

    task_id: Identifier
    kind: TaskKind
    loan_id: Identifier | None = None
    step_id: Identifier | None = None


class OverBorrowingFlagged(CaseEventData):
    """The borrower's instalments are a large share of their income, or they owe many lenders; or not any more."""

    event_type: ClassVar[str] = "amends.dunning.over-borrowing-flagged.v1"

    is_over_borrowed: bool
    instalments_to_income_percent: Annotated[int | None, Field(ge=0)] = None
    number_of_lenders: Annotated[int | None, Field(ge=1)] = None
