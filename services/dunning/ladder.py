"""The ladder as data: a versioned YAML document of buckets and steps, refused with source, line and path if wrong."""

from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from schemas.dunning import Channel
from schemas.values import AmountMinor, Identifier
from services.dunning.aging import DEFAULT_BUCKETS, Bucket, BucketTable, BucketTableError
from services.yaml_documents import broken_rule, parse_document

# Without ':' so that a reminder id splits in one way only, and short enough to leave room for the loan id.
StepId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class LadderStep(BaseModel):
    """One reminder of the ladder.

    `at_days` counts calendar days from the due date: negative before it, 0 on it, positive days past due. A step at or
    before the due date is asked for until the due date only. `channels` are tried in order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: StepId
    at_days: Annotated[int, Field(ge=-365, le=3650)]
    template: Identifier
    channels: Annotated[tuple[Channel, ...], Field(strict=False)]

    @field_validator("channels")
    @classmethod
    def _channels_are_some_and_differ(cls, channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
        if not channels:
            raise broken_rule("there must be at least one channel")
        for index, channel in enumerate(channels):
            if channel in channels[:index]:
                raise broken_rule(f"{channel!r} is named twice", (index,))
        return channels


class LadderPolicy(BaseModel):
    """A ladder: `steps` in order of `at_days` (sorted on load), and the buckets of days past due.

    `small_balance_tolerance_minor`, in minor units of the loan's currency: an overdue total at or below it counts as
    not past due. Once the total exceeds it, days past due count from the oldest unpaid due date, also for the time
    the balance was tolerated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Annotated[str, Field(min_length=1, max_length=64)]
    small_balance_tolerance_minor: AmountMinor = 0
    buckets: Annotated[tuple[Bucket, ...], Field(strict=False)] = DEFAULT_BUCKETS
    steps: Annotated[tuple[LadderStep, ...], Field(strict=False)]

    @field_validator("buckets")
    @classmethod
    def _buckets_cover_every_day(cls, buckets: tuple[Bucket, ...]) -> tuple[Bucket, ...]:
        try:
            BucketTable(buckets)
        except BucketTableError as error:
            raise broken_rule(error.reason, (error.index, error.field)) from error
        return buckets

    @field_validator("steps")
    @classmethod
    def _steps_are_some_and_differ(cls, steps: tuple[LadderStep, ...]) -> tuple[LadderStep, ...]:
        if not steps:
            raise broken_rule("there must be at least one step")
        by_id: dict[str, int] = {}
        by_day: dict[int, str] = {}
        for index, step in enumerate(steps):
            if step.id in by_id:
                raise broken_rule(f"{step.id!r} is already the id of steps[{by_id[step.id]}]", (index, "id"))
            if step.at_days in by_day:
                raise broken_rule(f"step {by_day[step.at_days]!r} is already at day {step.at_days}", (index, "at_days"))
            by_id[step.id] = index
            by_day[step.at_days] = step.id
        return tuple(sorted(steps, key=lambda step: step.at_days))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with `update`, validated like a document (and without the look-up tables of this one)."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**fields, **(update or {})})

    @cached_property
    def bucket_table(self) -> BucketTable:
        """The buckets, ready for look-up."""
        return BucketTable(self.buckets)

    @cached_property
    def step_days(self) -> tuple[int, ...]:
        """The `at_days` of each step, ascending."""
        return tuple(step.at_days for step in self.steps)

    def steps_reached(self, days: int) -> int:
        """How many steps lie at or before `days` from the due date: `steps[n - 1]` is the last, `steps[n]` next."""
        return bisect_right(self.step_days, days)


def parse_ladder(text: str, source_name: str) -> LadderPolicy:
    """The ladder in YAML `text`; `source_name` (a file name) is used in errors only. Raises DocumentError."""
    return parse_document(text, source_name, LadderPolicy)
