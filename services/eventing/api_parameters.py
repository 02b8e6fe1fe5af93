"""What requests to any service may say: the types of parameters, each strict."""

import re
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Header, Query
from pydantic import BeforeValidator, Field

ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
LONGEST_PAGE: Final = 500
HORIZON_DAYS: Final = 3_660
"""How far after the business date a request may look or set a date: ten years. Beyond is a slip of the pen."""


def _day(value: object) -> object:
    """Only `YYYY-MM-DD`: pydantic would take 0 for 1 January 1970."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    raise ValueError("must be a date, YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_day)]
Id = Annotated[str, Field(min_length=1, max_length=128, pattern=ID_PATTERN)]
After = Annotated[str | None, Query(max_length=600, description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="At most so many.")]
Reason = Annotated[
    str,
    Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
          description="Why; kept in the audit. No names or contact data."),
]  # fmt: skip

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
    Header(alias="Amends-Operator", max_length=64, pattern=ID_PATTERN,
           description="The id of the person in whose name the caller acts; kept in the audit."),
]  # fmt: skip
TraceParent = Annotated[
    str | None, Header(alias="traceparent", description="W3C trace context, passed on to the events that follow.")
]
_TRACE_PARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def trace_of(given: str | None) -> str | None:
    """A trace context that is one; by W3C's rules any other is ignored."""
    return given if given is not None and _TRACE_PARENT.fullmatch(given) else None


def horizon(business_date: date) -> date:
    """The last day that a request may name."""
    return date.fromordinal(min(business_date.toordinal() + HORIZON_DAYS, (date.max - timedelta(366)).toordinal()))
