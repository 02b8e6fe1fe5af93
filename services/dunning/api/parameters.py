"""What requests to dunning may say, beside what every service's may."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query

from services.eventing.api_parameters import HORIZON_DAYS, ID_PATTERN, Day, Id, horizon
from services.eventing.problems import INVALID, refused_field

BorrowerId = Annotated[str, Path(max_length=128, pattern=ID_PATTERN, description="The borrower.")]
LoanId = Annotated[str, Path(max_length=128, pattern=ID_PATTERN, description="The borrower's loan.")]
HoldId = Annotated[str, Path(max_length=128, pattern=ID_PATTERN, description="The hold.")]
HardshipId = Annotated[str, Path(max_length=128, pattern=ID_PATTERN, description="The hardship, or the incident.")]
OfferId = Annotated[str, Path(max_length=128, pattern=ID_PATTERN, description="The offer.")]
TaskId = Annotated[str, Path(max_length=128, pattern=ID_PATTERN, description="The task.")]
OfBorrower = Annotated[Id | None, Query(description="Only this borrower's.")]


def plausible_day(field: str, day: Day, on: date) -> date:
    """A day within ten years of the business date `on`, either way. Raises Problem."""
    latest = horizon(on)
    earliest = date.fromordinal(max(on.toordinal() - HORIZON_DAYS, date.min.toordinal() + 366))
    if day > latest:
        raise refused_field(INVALID, field, day, f"is too far ahead: after {latest}")
    if day < earliest:
        raise refused_field(INVALID, field, day, f"is too long ago: before {earliest}")
    return day
