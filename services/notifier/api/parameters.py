"""What requests to the notifier may say, beside what every service's may."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import Path, Query
from pydantic import BeforeValidator

from services.eventing.api_parameters import ID_PATTERN, Id

_LONGEST_ID: Final = 300
BorrowerId = Annotated[str, Path(max_length=128, pattern=ID_PATTERN, description="The borrower.")]
NotificationId = Annotated[str, Path(max_length=_LONGEST_ID, pattern=ID_PATTERN, description="The message.")]
CallId = Annotated[str, Path(max_length=_LONGEST_ID, pattern=ID_PATTERN, description="The call.")]
OfBorrower = Annotated[Id | None, Query(description="Only this borrower's.")]


def _moment(value: object) -> object:
    """Only ISO text with an offset: pydantic would take numbers, and texts without one."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None and 1 < moment.year < 9_999:
            return moment
    raise ValueError("must be a moment with an offset, such as 2026-03-05T10:00:00+08:00")


Moment = Annotated[datetime, BeforeValidator(_moment)]
