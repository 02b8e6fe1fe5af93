"""Commands as they are asked for. Pure."""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from schemas.hardship import HardshipReason, HoldReason, HoldStop
from schemas.values import Currency
from services.eventing.api_parameters import Day, Id, Reason

CommandKind = Literal[
    "place-hold", "lift-hold", "promise", "report-hardship", "end-hardship", "review-hardship", "report-finances",
    "withdraw-credit-report", "task-done", "look", "make-offer", "accept-offer", "decline-offer", "withdraw-offer",
    "counter-offer", "place-area-hold", "lift-area-hold", "incident",
]  # fmt: skip
_NAMESPACE: Final = UUID("c2b1f0d4-93c7-5a8e-8a53-6b0d7d0f3e58")
_LARGEST_MINOR: Final = 10**15
_MADE: Final[dict[CommandKind, str]] = {
    "place-hold": "hold", "promise": "promise", "report-hardship": "hardship", "make-offer": "by-hand",
    "place-area-hold": "area-hold", "incident": "incident",
}  # fmt: skip
"""What commands make, as the beginning of its id."""

AmountMinor = Annotated[int, Field(strict=True, ge=0, le=_LARGEST_MINOR, description="In minor units.")]
PositiveMinor = Annotated[int, Field(strict=True, gt=0, le=_LARGEST_MINOR, description="In minor units.")]
Stops = Annotated[
    tuple[HoldStop, ...],
    Field(min_length=1, max_length=3, description="What stops; without it what the hold's reason usually stops."),
]
BusinessDay = Annotated[Day | None, Field(description="The business date without it.")]


class CommandRequest(BaseModel):
    """What every command says: why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason


class HoldRequest(CommandRequest):
    """For a time something stops for the borrower, or for one loan; both ends count, without `to_on` until lifted."""

    hold_reason: HoldReason
    stops: Stops | None = None
    from_on: BusinessDay = None
    to_on: Day | None = None
    loan_id: Id | None = None


class LiftRequest(CommandRequest):
    """A hold ends early: `lifted_on` is the first day without it."""

    lifted_on: BusinessDay = None


class PromiseRequest(CommandRequest):
    """The borrower promised to pay `amount_minor` by `due_on`: of one loan, or of all without `loan_id`."""

    loan_id: Id | None = None
    currency: Currency
    amount_minor: PositiveMinor
    made_on: BusinessDay = None
    due_on: Day


class HardshipRequest(CommandRequest):
    """Something sudden happened to the borrower; without `review_on` the policy sets the review."""

    hardship_reason: HardshipReason
    reported_on: BusinessDay = None
    review_on: Day | None = None


class HardshipEndRequest(CommandRequest):
    """A hardship is over, for this borrower also one of their region: `ended_on` is the first day without it."""

    ended_on: BusinessDay = None


class HardshipReviewRequest(CommandRequest):
    """Relief goes on, and is looked at again on `review_on`."""

    review_on: Day


class FinancesRequest(CommandRequest):
    """What is known of the borrower's means; the newest counts."""

    currency: Currency
    as_of: BusinessDay = None
    income_monthly_minor: AmountMinor | None = None
    other_obligations_monthly_minor: AmountMinor = 0
    number_of_lenders: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    number_of_dependants: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None


class ReportWithdrawalRequest(CommandRequest):
    """The debt was wrong: what was told of the loan to the credit register is withdrawn."""

    loan_id: Id


class TaskDoneRequest(CommandRequest):
    """What came of a task. A call whose outcome is `not-reached` was not done: the ladder may ask for another."""

    outcome: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9-]*$")]


class LookRequest(CommandRequest):
    """Evaluate the case on the business date."""


class OfferRequest(CommandRequest):
    """Make plans for a loan by the offer policy."""

    loan_id: Id


class AcceptRequest(CommandRequest):
    """The borrower accepts a plan of the offer."""

    plan_id: Id


class OfferEndRequest(CommandRequest):
    """The borrower wants none of the plans, or the lender takes the offer back."""


class CounterRequest(CommandRequest):
    """What the borrower could pay instead: at most so much an instalment, or on another day of the month, or both."""

    instalment_minor: PositiveMinor | None = None
    due_day_of_month: Annotated[int, Field(strict=True, ge=1, le=31)] | None = None

    @model_validator(mode="after")
    def _wishes_something(self) -> "CounterRequest":
        if self.instalment_minor is None and self.due_day_of_month is None:
            raise PydanticCustomError("no_wish", "give instalment_minor, due_day_of_month or both")
        return self


class AreaHoldRequest(CommandRequest):
    """For a time something stops for all borrowers of a region, or all loans of a product (`id@version`)."""

    scope: Literal["region", "product"]
    value: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
    hold_reason: HoldReason
    stops: Stops | None = None
    from_on: BusinessDay = None
    to_on: Day | None = None


class IncidentRequest(CommandRequest):
    """Something sudden happened to all borrowers of a region: each gets relief, before they are late."""

    region: Id
    from_on: BusinessDay = None
    review_on: Day | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A command; `borrower_id` is None where it is about many, `subject_id` the hold, offer or task it is about."""

    kind: CommandKind
    borrower_id: str | None
    request: CommandRequest
    subject_id: str | None = None

    @property
    def makes_something(self) -> bool:
        """Whether it makes something of the borrower's that has an id of its own."""
        return self.kind in _MADE

    @property
    def sha256(self) -> str:
        """Tells one command from another, however its JSON was written."""
        whole = [self.kind, self.borrower_id, self.subject_id, self.request.model_dump(mode="json")]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def new_id_of(command: Command, caller: str, idempotency_key: str) -> str:
    """The id of what a command makes: the same key of the same caller gives the same."""
    name = json.dumps([command.borrower_id, caller, idempotency_key])
    return f"{_MADE.get(command.kind, command.kind)}-{uuid5(_NAMESPACE, name)}"
