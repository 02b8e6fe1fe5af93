"""What requests may say: the types of parameters, each strict, so that nothing is taken for what was not meant."""

import re
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Header, Path, Query
from pydantic import BeforeValidator, Field

from schemas.values import Currency
from services.eventing.problems import INVALID, refused_field

_ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
LONGEST_PAGE: Final = 500
HORIZON_DAYS: Final = 3_660
"""How far after the business date a request may look or set a due date: ten years. Beyond is a slip of the pen."""


def _day(value: object) -> object:
    """Only `YYYY-MM-DD`: pydantic would take 0 for 1 January 1970."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    raise ValueError("must be a date, YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_day)]

Id = Annotated[str, Field(min_length=1, max_length=128, pattern=_ID_PATTERN)]
BorrowerId = Annotated[str, Path(max_length=128, pattern=_ID_PATTERN, description="The borrower.")]
LoanId = Annotated[str, Path(max_length=128, pattern=_ID_PATTERN, description="The borrower's loan.")]
FactId = Annotated[str, Path(max_length=128, pattern=_ID_PATTERN, description="The fact, as `facts` lists it.")]
AsOf = Annotated[
    Day | None,
    Query(description="The last day that counts; today's business date without it. From the disbursal on, and at most "
                      "ten years after the business date."),
]  # fmt: skip
After = Annotated[str | None, Query(max_length=600, description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="At most so many.")]
CurrencyFilter = Annotated[Currency | None, Query(description="Only this currency.")]


_IDEMPOTENCY_KEY: Final = re.compile(r"[!-~](?:[ -~]{0,126}[!-~])?")


def _idempotency_key(value: object) -> object:
    if isinstance(value, str) and _IDEMPOTENCY_KEY.fullmatch(value):
        return value
    raise ValueError("must be 1 to 128 printable ASCII characters")


IdempotencyKey = Annotated[
    str,
    BeforeValidator(_idempotency_key),
    Header(alias="Idempotency-Key", min_length=1, max_length=128,
           description="Names this command: sent again with the same body, it has no effect and the same answer."),
]  # fmt: skip
Operator = Annotated[
    str | None,
    Header(alias="Amends-Operator", max_length=64, pattern=_ID_PATTERN,
           description="The id of the person in whose name the caller acts; kept in the audit."),
]  # fmt: skip
TraceParent = Annotated[
    str | None, Header(alias="traceparent", description="W3C trace context, passed on to the events that follow.")
]
_TRACE_PARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def trace_of(given: str | None) -> str | None:
    """A trace context that is one; by W3C's rules any other is ignored."""
    return given if given is not None and _TRACE_PARENT.fullmatch(given) else None


def day_within(field: str, day: date, disbursed_on: date, business_date: date) -> date:
    """A day of a loan's life, or of its foreseeable future. Raises Problem."""
    if day < disbursed_on:
        raise refused_field(INVALID, field, day, f"is before the loan's disbursal on {disbursed_on}")
    latest = horizon(max(business_date, disbursed_on))
    if day > latest:
        raise refused_field(INVALID, field, day, f"is too far ahead: after {latest}")
    return day


def horizon(business_date: date) -> date:
    """The last day that a request may name."""
    return date.fromordinal(min(business_date.toordinal() + HORIZON_DAYS, (date.max - timedelta(366)).toordinal()))
