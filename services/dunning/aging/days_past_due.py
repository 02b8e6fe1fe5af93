"""How late a loan is: days past due, and the bucket they fall in. Pure date arithmetic; every day is a calendar day."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.values import Identifier

Days = Annotated[int, Field(ge=0, le=36_500, description="whole calendar days")]


def days_past_due(oldest_unpaid_due_on: date | None, on: date, tolerance_days: int = 0) -> int:
    """Calendar days from the due date of the oldest unpaid instalment to `on`; 0 when not past due.

    A loan late by `tolerance_days` or fewer counts as not past due. Beyond that every day since the due date counts,
    those within the tolerance too.
    """
    if oldest_unpaid_due_on is None:
        return 0
    days = on.toordinal() - oldest_unpaid_due_on.toordinal()
    return days if days > max(tolerance_days, 0) else 0


class Bucket(BaseModel):
    """A range of days past due, both ends included; `to_day` None means without end."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Identifier
    from_day: Days
    to_day: Days | None = None


class BucketTableError(ValueError):
    """Buckets that do not cover every day from 0 on exactly once.

    `index` is the place of the bucket at fault in the table, `field` the name of its field at fault.
    """

    def __init__(self, index: int, field_name: str, reason: str) -> None:
        super().__init__(f"bucket {index}, {field_name}: {reason}")
        self.index = index
        self.field = field_name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BucketTable:
    """Buckets in order of days past due: the first starts at 0, each next the day after, the last has no end."""

    buckets: tuple[Bucket, ...]
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_contiguous(self.buckets)
        object.__setattr__(self, "_starts", tuple(bucket.from_day for bucket in self.buckets))

    @property
    def first(self) -> Bucket:
        """The bucket of a loan that is not past due."""
        return self.buckets[0]

    def bucket_of(self, days: int) -> Bucket:
        """The bucket of a loan `days` past due; anything below 0 counts as 0."""
        return self.buckets[max(bisect_right(self._starts, days) - 1, 0)]

    def next_boundary_on(self, oldest_unpaid_due_on: date | None, on: date) -> date | None:
        """The first date after `on` with another bucket than on `on` if nothing is paid; None if there is none."""
        if oldest_unpaid_due_on is None:
            return None
        to_day = self.bucket_of(on.toordinal() - oldest_unpaid_due_on.toordinal()).to_day
        return None if to_day is None else oldest_unpaid_due_on + timedelta(days=to_day + 1)


def _check_contiguous(buckets: tuple[Bucket, ...]) -> None:
    """Raise BucketTableError at the first gap, overlap, early end or repeated name."""
    if not buckets:
        raise BucketTableError(0, "from_day", "there must be at least one bucket")
    names: set[str] = set()
    expected: int | None = 0
    for index, bucket in enumerate(buckets):
        if bucket.name in names:
            raise BucketTableError(index, "name", f"{bucket.name!r} is the name of an earlier bucket")
        names.add(bucket.name)
        if expected is None:
            raise BucketTableError(index - 1, "to_day", "only the last bucket may be without end")
        if bucket.from_day != expected:
            fault = "gap" if bucket.from_day > expected else "overlap"
            raise BucketTableError(index, "from_day", f"{fault}: expected {expected}, found {bucket.from_day}")
        if bucket.to_day is not None and bucket.to_day < bucket.from_day:
            raise BucketTableError(index, "to_day", f"{bucket.to_day} is before from_day {bucket.from_day}")
        expected = None if bucket.to_day is None else bucket.to_day + 1
    if expected is not None:
        raise BucketTableError(len(buckets) - 1, "to_day", "the last bucket must be without end")


DEFAULT_BUCKETS = (
    Bucket(name="current", from_day=0, to_day=0),
    Bucket(name="grace", from_day=1, to_day=3),
    Bucket(name="M1", from_day=4, to_day=30),
    Bucket(name="M2", from_day=31, to_day=60),
    Bucket(name="M3", from_day=61, to_day=90),
    Bucket(name="M4-plus", from_day=91),
)
