"""What requests to the ledger may say, beside what every service's may."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query

from schemas.values import Currency
from services.eventing.api_parameters import ID_PATTERN, Day, horizon
from services.eventing.problems import INVALID, refused_field

BorrowerId = Annotated[str, Path(max_length=128, pattern=ID_PATTERN, description="The borrower.")]
LoanId = Annotated[str, Path(max_length=128, pattern=ID_PATTERN, description="The borrower's loan.")]
FactId = Annotated[str, Path(max_length=128, pattern=ID_PATTERN, description="The fact, as `facts` lists it.")]
AsOf = Annotated[
    Day | None,
    Query(description="The last day that counts; today's business date without it. From the disbursal on, and at most "
                      "ten years after the business date."),
]  # fmt: skip
CurrencyFilter = Annotated[Currency | None, Query(description="Only this currency.")]


def day_within(field: str, day: date, disbursed_on: date, business_date: date) -> date:
    """A day of a loan's life, or of its foreseeable future. Raises Problem."""
    if day < disbursed_on:
        raise refused_field(INVALID, field, day, f"is before the loan's disbursal on {disbursed_on}")
    latest = horizon(max(business_date, disbursed_on))
    if day > latest:
        raise refused_field(INVALID, field, day, f"is too far ahead: after {latest}")
    return day
