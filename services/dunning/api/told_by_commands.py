"""What a command tells of its borrower: the same data that an event would carry. Pure."""

from datetime import date

from schemas.hardship import (
    BorrowerFinancesReported,
    HardshipEnded,
    HardshipReported,
    HoldLifted,
    HoldPlaced,
    PromiseReported,
)
from services.dunning.aging.holds import DEFAULT_STOPS, HoldReason, HoldStop
from services.dunning.api.command_facts import CreditReportWithdrawn, HardshipReviewed, Told
from services.dunning.api.command_requests import (
    FinancesRequest,
    HardshipEndRequest,
    HardshipRequest,
    HardshipReviewRequest,
    HoldRequest,
    LiftRequest,
    PromiseRequest,
    ReportWithdrawalRequest,
)
from services.dunning.api.parameters import plausible_day
from services.eventing.api_parameters import Day
from services.eventing.problems import INVALID, refused_field

CaseRequest = (
    HoldRequest | LiftRequest | PromiseRequest | HardshipRequest | HardshipEndRequest | HardshipReviewRequest
    | FinancesRequest | ReportWithdrawalRequest
)  # fmt: skip


def told_by(request: CaseRequest, borrower_id: str, identity: str, on: date) -> Told:
    """What the request tells; `identity` is the id of what it makes, or of what it is about. Raises Problem."""
    match request:
        case HoldRequest():
            return HoldPlaced(
                borrower_id=borrower_id, hold_id=identity, loan_id=request.loan_id, reason=request.hold_reason,
                stops=stops_of(request.hold_reason, request.stops),
                from_on=_day("from_on", request.from_on, on), to_on=_later_day("to_on", request.to_on, on),
            )  # fmt: skip
        case LiftRequest():
            return HoldLifted(
                borrower_id=borrower_id, hold_id=identity, lifted_on=_day("lifted_on", request.lifted_on, on)
            )
        case PromiseRequest():
            return PromiseReported(
                borrower_id=borrower_id, promise_id=identity, loan_id=request.loan_id, currency=request.currency,
                amount_minor=request.amount_minor, made_on=_day("made_on", request.made_on, on),
                due_on=plausible_day("due_on", request.due_on, on),
            )  # fmt: skip
        case HardshipRequest():
            return HardshipReported(
                borrower_id=borrower_id, hardship_id=identity, reason=request.hardship_reason,
                reported_on=past_day("reported_on", request.reported_on, on),
                review_on=_later_day("review_on", request.review_on, on),
            )  # fmt: skip
        case HardshipEndRequest():
            return HardshipEnded(
                borrower_id=borrower_id, hardship_id=identity, ended_on=_day("ended_on", request.ended_on, on)
            )
        case HardshipReviewRequest():
            review_on = plausible_day("review_on", request.review_on, on)
            return HardshipReviewed(borrower_id=borrower_id, hardship_id=identity, review_on=review_on)
        case FinancesRequest():
            return BorrowerFinancesReported(
                borrower_id=borrower_id, currency=request.currency, as_of=past_day("as_of", request.as_of, on),
                income_monthly_minor=request.income_monthly_minor,
                other_obligations_monthly_minor=request.other_obligations_monthly_minor,
                number_of_lenders=request.number_of_lenders, number_of_dependants=request.number_of_dependants,
            )  # fmt: skip
        case ReportWithdrawalRequest():
            return CreditReportWithdrawn(borrower_id=borrower_id, loan_id=request.loan_id)


def stops_of(reason: HoldReason, stops: tuple[HoldStop, ...] | None) -> tuple[HoldStop, ...]:
    """What a hold stops, each once and in one order; without `stops` what its reason usually does."""
    return tuple(sorted(DEFAULT_STOPS[reason] if stops is None else set(stops)))


def past_day(field: str, day: Day | None, on: date) -> date:
    """A day up to the business date, which it is if none is given. Raises Problem."""
    if day is not None and day > on:
        raise refused_field(INVALID, field, day, f"is after the business date {on}")
    return _day(field, day, on)


def _day(field: str, day: Day | None, on: date) -> date:
    return on if day is None else plausible_day(field, day, on)


def _later_day(field: str, day: Day | None, on: date) -> date | None:
    return None if day is None else plausible_day(field, day, on)
