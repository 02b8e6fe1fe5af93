"""The ladder as data: a versioned YAML document of buckets and steps, refused with source, line and path if wrong."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from schemas.dunning import Channel
from schemas.values import AmountMinor, Identifier
from services.dunning.aging import DEFAULT_BUCKETS, Bucket, BucketTable, BucketTableError

# Without ':' so that a reminder id splits in one way only, and short enough to leave room for the loan id.
StepId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Place = tuple[int | str, ...]


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
            raise _rule("there must be at least one channel")
        for index, channel in enumerate(channels):
            if channel in channels[:index]:
                raise _rule(f"{channel!r} is named twice", (index,))
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
            raise _rule(error.reason, (error.index, error.field)) from error
        return buckets

    @field_validator("steps")
    @classmethod
    def _steps_are_some_and_differ(cls, steps: tuple[LadderStep, ...]) -> tuple[LadderStep, ...]:
        if not steps:
            raise _rule("there must be at least one step")
        by_id: dict[str, int] = {}
        by_day: dict[int, str] = {}
        for index, step in enumerate(steps):
            if step.id in by_id:
                raise _rule(f"{step.id!r} is already the id of steps[{by_id[step.id]}]", (index, "id"))
            if step.at_days in by_day:
                raise _rule(f"step {by_day[step.at_days]!r} is already at day {step.at_days}", (index, "at_days"))
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


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One fault of a policy document. `line` counts from 1; `path` is like `steps[2].channels`, empty for the whole."""

    source: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.source}:{self.line} {self.path}".rstrip()
        return f"{place}: {self.message}"


class PolicyError(ValueError):
    """A policy document that cannot be used; `problems` are all faults found, in order of line."""

    def __init__(self, problems: tuple[PolicyProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def parse_ladder(text: str, source_name: str) -> LadderPolicy:
    """The ladder in YAML `text`; `source_name` (a file name) is used in errors only. Raises PolicyError."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        repeated = list(_repeated_keys(root))
        document: Any = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or error
        problem = PolicyProblem(source_name, mark.line + 1 if mark else 1, "", f"not YAML: {reason}")
        raise PolicyError((problem,)) from error
    if repeated:
        raise PolicyError(
            tuple(PolicyProblem(source_name, line, _path(at), "the key is given twice") for at, line in repeated)
        )
    try:
        return LadderPolicy.model_validate(document)
    except ValidationError as error:
        problems = (_problem(source_name, root, detail) for detail in error.errors(include_url=False))
        raise PolicyError(tuple(sorted(problems, key=lambda problem: problem.line))) from error


def _rule(message: str, place: Place = ()) -> PydanticCustomError:
    """A broken rule inside the field under validation, `place` relative to that field."""
    return PydanticCustomError("policy_rule", "{reason}", {"reason": message, "place": place})


def _problem(source: str, root: yaml.Node | None, detail: ErrorDetails) -> PolicyProblem:
    place: Place = (*detail["loc"], *detail.get("ctx", {}).get("place", ()))
    message = {"extra_forbidden": "unknown key", "missing": "missing"}.get(detail["type"], detail["msg"])
    return PolicyProblem(source, _line(root, place), _path(place), message)


def _path(place: Place) -> str:
    """`("steps", 2, "channels")` as `steps[2].channels`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def _line(node: yaml.Node | None, place: Place) -> int:
    """The line, from 1, of the deepest part of `place` that the document has."""
    line = node.start_mark.line + 1 if node is not None else 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _repeated_keys(node: yaml.Node | None, place: Place = ()) -> Iterator[tuple[Place, int]]:
    """Keys given twice in one mapping, which YAML loaders silently overwrite: their place and line."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield (*place, name), key.start_mark.line + 1
            seen.add(name)
            yield from _repeated_keys(value, (*place, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _repeated_keys(value, (*place, index))
