"""What a ladder must not be: steps that overlap, cannot be reached, or fall back in a circle."""

from collections.abc import Sequence

from services.dunning.aging.days_past_due import Bucket
from services.dunning.ladder.steps import CONTACTS, Condition, LadderStep
from services.yaml_documents import broken_rule

_LISTS = ("buckets", "risk_bands", "products", "segments")


def check_steps(steps: Sequence[LadderStep]) -> None:
    """Raise the first broken rule among steps in the order of the document; its place is relative to the list."""
    if not steps:
        raise broken_rule("there must be at least one step")
    by_id: dict[str, int] = {}
    for index, step in enumerate(steps):
        if step.id in by_id:
            raise broken_rule(f"{step.id!r} is already the id of steps[{by_id[step.id]}]", (index, "id"))
        by_id[step.id] = index
    for index, step in enumerate(steps):
        _check_overlap(steps, index)
        _check_references(steps, by_id, index)
        _check_stopped(steps, index)
        _check_fallbacks(steps, by_id, step, index)


def check_steps_fit_buckets(steps: Sequence[LadderStep], buckets: Sequence[Bucket], waiting_days: int) -> None:
    """Raise the first step whose buckets are unknown or over before its day, or that reports without notice in time.

    Its place is relative to the list.
    """
    by_name = {bucket.name: bucket for bucket in buckets}
    by_id = {step.id: step for step in steps}
    for index, step in enumerate(steps):
        for position, name in enumerate(step.only_if.buckets or ()):
            if name not in by_name:
                raise broken_rule(f"{name!r} is not the name of a bucket", (index, "only_if", "buckets", position))
        if step.only_if.buckets and not any(_meet(step, by_name[name]) for name in step.only_if.buckets):
            raise broken_rule(f"unreachable: day {step.at_days} on is past its buckets, or they come after it",
                              (index, "only_if", "buckets"))  # fmt: skip
        if step.action == "credit-report":
            _check_notice_before_report(step, index, by_id, waiting_days)


def _check_overlap(steps: Sequence[LadderStep], index: int) -> None:
    """Two notices for one borrower on one day, or the same action twice, would be asked for at once."""
    step = steps[index]
    for earlier in steps[:index]:
        same_kind = earlier.action == step.action or (earlier.is_notice and step.is_notice)
        if earlier.at_days == step.at_days and same_kind and _can_both_hold(earlier.only_if, step.only_if):
            raise broken_rule(f"step {earlier.id!r} is already at day {step.at_days}", (index, "at_days"))


def _can_both_hold(one: Condition, other: Condition) -> bool:
    for name in _LISTS:
        ones, others = getattr(one, name), getattr(other, name)
        if ones is not None and others is not None and not set(ones) & set(others):
            return False
    if set(one.with_flags) & set(other.without_flags) or set(other.with_flags) & set(one.without_flags):
        return False
    if None not in (one.over_borrowed, other.over_borrowed) and one.over_borrowed != other.over_borrowed:
        return False
    return not (_is_below(one, other) or _is_below(other, one))


def _is_below(one: Condition, other: Condition) -> bool:
    high, low = one.overdue_to_minor, other.overdue_from_minor
    return high is not None and low is not None and high < low


def _check_references(steps: Sequence[LadderStep], by_id: dict[str, int], index: int) -> None:
    step = steps[index]
    if step.after is not None:
        if step.after.step not in by_id:
            raise broken_rule(f"{step.after.step!r} is not a step", (index, "after", "step"))
        before = steps[by_id[step.after.step]]
        if (before.at_days, by_id[before.id]) >= (step.at_days, index):
            raise broken_rule(f"unreachable: step {before.id!r} comes no earlier", (index, "after", "step"))
    fallback = step.when_not_done.fallback
    if fallback is not None and fallback not in by_id:
        raise broken_rule(f"{fallback!r} is not a step", (index, "when_not_done", "fallback"))
    if fallback is not None and (fault := _fallback_fault(step, steps[by_id[fallback]])) is not None:
        raise broken_rule(fault, (index, "when_not_done", "fallback"))


def _fallback_fault(step: LadderStep, fallback: LadderStep) -> str | None:
    """Why a step cannot be taken in another's place; None if it can."""
    if step.action not in CONTACTS or fallback.action not in CONTACTS:
        return f"only a notice or a call falls back on another: {step.id!r} is {step.action!r}, {fallback.id!r} is " \
               f"{fallback.action!r}"  # fmt: skip
    if "credit-notice" in (step.action, fallback.action) and step.action != fallback.action:
        return f"a credit-notice falls back on its like only: {fallback.id!r} is {fallback.action!r}"
    if (step.at_days > 0) != (fallback.at_days > 0):
        return f"step {fallback.id!r} is for the other side of the due date"
    return None


def _check_stopped(steps: Sequence[LadderStep], index: int) -> None:
    """What lies after a step that ends the ladder for everybody is never reached."""
    step = steps[index]
    for other in steps:
        if other.action == "stop" and other.only_if == Condition() and other.at_days < step.at_days:
            raise broken_rule(f"unreachable: step {other.id!r} stops the ladder at day {other.at_days}",
                              (index, "at_days"))  # fmt: skip


def _check_fallbacks(steps: Sequence[LadderStep], by_id: dict[str, int], start: LadderStep, index: int) -> None:
    seen = [start.id]
    step = start
    while (fallback := step.when_not_done.fallback) is not None and fallback in by_id:
        if fallback in seen:
            raise broken_rule(f"falls back in a circle: {' -> '.join([*seen, fallback])}",
                              (index, "when_not_done", "fallback"))  # fmt: skip
        seen.append(fallback)
        step = steps[by_id[fallback]]


def _meet(step: LadderStep, bucket: Bucket) -> bool:
    first = max(step.at_days, 0)
    ends_too_early = bucket.to_day is not None and bucket.to_day < first
    begins_too_late = step.last_day is not None and bucket.from_day > max(step.last_day, 0)
    return not (ends_too_early or begins_too_late)


def _check_notice_before_report(
    step: LadderStep, index: int, by_id: dict[str, LadderStep], waiting_days: int
) -> None:  # fmt: skip
    after = step.after
    if after is None or by_id[after.step].action != "credit-notice":
        raise broken_rule("a credit report needs a step with action 'credit-notice' before it", (index, "after"))
    if after.days < waiting_days:
        raise broken_rule(f"{after.days} is below the {waiting_days} days to wait after the notice",
                          (index, "after", "days"))  # fmt: skip
