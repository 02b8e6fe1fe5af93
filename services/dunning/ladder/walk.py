"""Which steps of the ladder are to be taken for one loan on a day, and when to look again.

A step is taken once for a due date. A jump over several days takes each action that is due once, but of the notices
only the most severe: the lesser ones are covered by it, and count as done when it is. A notice of credit reporting is
covered by none but its like. A notice that the notifier could not send is tried again as the policy says. One that
may have been sent or not counts as a reminder; where it must be proven, it is tried once more, and then a person is to
find out. Which steps a loan remembers from day to day says `step_memory`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from services.dunning.cases.loan_levels import LoanLevels
from services.dunning.cases.loan_memory import UNTRIED, LoanMemory, StepRecord, Steps
from services.dunning.cases.step_memory import remembered_steps
from services.dunning.ladder.gates import ONE_NOTICE_A_DAY, Circumstances, Gate
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.steps import CONTACTS, LadderStep

_BEFORE_ALL_DAYS: Final = -10_000


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step to take: its `attempt` number, and as which step (`step.id` unless it falls back on another)."""

    step: LadderStep
    attempt: int
    for_step_id: str

    @property
    def wants_offers(self) -> bool:
        """Whether plans go with it: with the first attempt of a step that offers."""
        return self.step.action == "offer" and (self.attempt == 1 or self.step.id != self.for_step_id)


@dataclass(frozen=True, slots=True)
class Walk:
    """What a day asks of the ladder: one `notice` at most, other actions, and steps that are over with.

    `covered` steps are not taken because `covered_by` (a step's id; None for another loan's) is in their place;
    `skipped` ones are given up. Of `unproven` ones a person is to find out whether they were done. `kept_back` are due
    but for a rule, as (step id, rule).
    """

    anchor_due_on: date | None
    steps: Steps
    notice: StepTaken | None = None
    actions: tuple[StepTaken, ...] = ()
    covered: tuple[str, ...] = ()
    covered_by: str | None = None
    skipped: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    kept_back: tuple[tuple[str, str], ...] = ()

    @property
    def calls(self) -> bool:
        """Whether a call is among the actions."""
        return any(taken.step.action == "call" for taken in self.actions)

    def outdone(self, policy: LadderPolicy) -> "Walk":
        """The same where another loan's notice goes out: this covers its own, unless another step comes after it."""
        if self.notice is None:
            return self
        step_id = self.notice.for_step_id
        if step_id in policy.awaited_steps:
            kept_back = (*self.kept_back, (step_id, ONE_NOTICE_A_DAY))
            return replace(self, notice=None, covered=(), covered_by=None, kept_back=kept_back)
        return replace(self, notice=None, covered=(*self.covered, step_id), covered_by=None)

    def without_calls(self, kept_back_by: str | None) -> "Walk":
        """The same without its calls: kept back by a rule, or covered by another loan's."""
        calls = tuple(taken.for_step_id for taken in self.actions if taken.step.action == "call")
        others = tuple(taken for taken in self.actions if taken.step.action != "call")
        if kept_back_by is not None:
            kept_back = (*self.kept_back, *((step_id, kept_back_by) for step_id in calls))
            return replace(self, actions=others, kept_back=kept_back)
        return replace(self, actions=others, covered=(*self.covered, *calls))


def walk(
    levels: LoanLevels, memory: LoanMemory, policy: LadderPolicy, gate: Gate, about: Circumstances, on: date
) -> Walk:
    """The steps due for a loan on `on`."""
    anchor, steps = remembered_steps(levels, memory, policy)
    reached = 0 if levels.anchor_due_on is None else policy.steps_reached(levels.ladder_days)
    if not reached or is_stopped(steps, policy):
        return Walk(anchor, steps)
    day = _Day(levels, steps, policy, about, on)
    due: list[StepTaken] = []
    skipped: list[str] = []
    unproven: list[str] = []
    for step in policy.steps[:reached]:
        found = day.due(step)
        if isinstance(found, StepTaken):
            due.append(found)
            if step.action == "stop" and gate.closed_by(step, levels) is None:
                break
        elif found == "skip":
            skipped.append(step.id)
        elif found == "prove" and not (gate.is_written_off or gate.is_time_barred):
            unproven.append(step.id)
    if not due and not skipped and not unproven:
        return Walk(anchor, steps)
    walked = Walk(anchor, steps, skipped=tuple(skipped), unproven=tuple(unproven))
    return _sorted_out(walked, due, policy, gate, levels)


def _sorted_out(walked: Walk, due: list[StepTaken], policy: LadderPolicy, gate: Gate, levels: LoanLevels) -> Walk:
    """What is taken of the steps due (in order of the ladder), what is kept back, and what is covered."""
    notice: StepTaken | None = None
    actions: list[StepTaken] = []
    covered: list[str] = []
    kept_back: list[tuple[str, str]] = []
    for taken in reversed(due):
        rule = gate.closed_by(taken.step, levels)
        if rule is not None:
            kept_back.append((taken.for_step_id, rule))
        elif not taken.step.is_notice:
            actions.append(taken)
        elif notice is None:
            notice = taken
        elif _can_cover(notice.step, taken.step):
            covered.append(taken.for_step_id)
        else:
            kept_back.append((taken.for_step_id, ONE_NOTICE_A_DAY))
    if notice is not None:
        kept_back_steps = ((key, policy.step_by_id[key]) for key, _ in kept_back)
        covered += [
            key for key, step in kept_back_steps
            if step.is_notice and step.at_days < notice.step.at_days and _can_cover(notice.step, step)
        ]  # fmt: skip
    return replace(
        walked, notice=notice, actions=tuple(reversed(actions)), covered=tuple(covered),
        covered_by=None if notice is None else notice.for_step_id,
        # A ladder that is stopped keeps nothing back any more.
        kept_back=() if any(taken.step.action == "stop" for taken in actions)
        else tuple((key, rule) for key, rule in kept_back if key not in covered),
    )  # fmt: skip


def _can_cover(notice: LadderStep, lesser: LadderStep) -> bool:
    return lesser.action != "credit-notice" or notice.action == "credit-notice"


def is_stopped(steps: Steps, policy: LadderPolicy) -> bool:
    """Whether a step that ends the ladder was taken."""
    for key in steps:
        step = policy.step_by_id.get(key)
        if step is not None and step.action == "stop":
            return True
    return False


def step_looks(levels: LoanLevels, steps: Steps, policy: LadderPolicy) -> Iterator[date]:
    """Days on which a step of the ladder can become due by itself, later than today or not."""
    anchor = levels.anchor_due_on
    if anchor is None or is_stopped(steps, policy):
        return
    reached = policy.steps_reached(levels.ladder_days)
    following = policy.steps[reached] if reached < len(policy.steps) else None
    if levels.is_past_due:
        if following is not None and (day := levels.day_past_due(following.at_days)) is not None:
            yield day
    elif following is not None and following.at_days <= 0:
        yield anchor + timedelta(days=following.at_days)
    for step in policy.steps[:reached]:
        record = steps.get(step.id)
        if record is not None and (record.status in UNTRIED or _is_tried_once_more(step, record, policy)):
            yield record.on + timedelta(days=step.when_not_done.retry_after_days)
        if step.after is not None and (done_on := _done_on(step.after.step, steps)) is not None:
            yield done_on + timedelta(days=step.after.days)


@dataclass(frozen=True, slots=True)
class _Day:
    """A loan on a day, asked about one step after another."""

    levels: LoanLevels
    steps: Steps
    policy: LadderPolicy
    about: Circumstances
    on: date

    def due(self, step: LadderStep) -> StepTaken | Literal["skip", "prove"] | None:
        """The step as it is to be taken, "skip" when it never will be, None when it is not due.

        "prove": whether it was taken is not known, and a person is to find out.
        """
        if step.last_day is not None and self.levels.ladder_days > step.last_day:
            return None
        if step.at_days <= 0 and self.levels.is_past_due:
            return None
        record = self.steps.get(step.id)
        if record is not None and record.taken_for is not None and record.status in UNTRIED:
            record = None
        if record is None:
            is_outdone = step.is_notice and step.at_days <= self._severest(step)
            return StepTaken(step, 1, step.id) if not is_outdone and self._fits(step) else None
        if record.status == "unknown" and record.is_after_unknown and step.id in self.policy.steps_to_prove:
            return "prove"
        is_tried_once_more = _is_tried_once_more(step, record, self.policy)
        if record.status not in UNTRIED and not is_tried_once_more:
            return None
        if self.on < record.on + timedelta(days=step.when_not_done.retry_after_days):
            return None
        if step.is_notice and step.at_days < self._severest(step):
            return None
        if is_tried_once_more or record.attempts < step.when_not_done.attempts:
            return StepTaken(step, record.attempts + 1, step.id)
        fallback = self._fallback(step)
        return "skip" if fallback is None else StepTaken(fallback, record.attempts + 1, step.id)

    def _fits(self, step: LadderStep) -> bool:
        if step.after is not None:
            done_on = _done_on(step.after.step, self.steps)
            if done_on is None or self.on < done_on + timedelta(days=step.after.days):
                return False
        return self.about.fit(step.only_if, self.levels.bucket)

    def _fallback(self, step: LadderStep) -> LadderStep | None:
        """The first step to fall back on that is for this loan, and was not taken yet."""
        following = step.when_not_done.fallback
        while following is not None:
            step = self.policy.step_by_id[following]
            record = self.steps.get(step.id)
            if (record is None or record.status == "covered") and self._fits(step):
                return step
            following = step.when_not_done.fallback
        return None

    def _severest(self, than: LadderStep) -> int:
        """The `at_days` of the most severe notice that could cover a step, and was asked for or given up."""
        severest = _BEFORE_ALL_DAYS
        for key, record in self.steps.items():
            step = self.policy.step_by_id.get(key)
            if step is not None and step.is_notice and record.status not in UNTRIED and _can_cover(step, than):
                severest = max(severest, step.at_days)
        return severest


def _is_tried_once_more(step: LadderStep, record: StepRecord, policy: LadderPolicy) -> bool:
    """Whether a notice that must be proven goes out again, for it is not known whether it was sent."""
    return record.status == "unknown" and not record.is_after_unknown and step.id in policy.steps_to_prove


def _done_on(step_id: str, steps: Steps) -> date | None:
    """When a step, or the one that covers it, was really done; None if it was not."""
    record = steps.get(step_id)
    while record is not None and record.covered_by is not None:
        record = steps.get(record.covered_by)
    return record.on if record is not None and record.status == "done" else None


def after_walk(done: Walk, on: date) -> Steps:
    """The steps to remember after a day on which all was done that it asks for."""
    changes: dict[str, StepRecord] = {
        **{key: replace(done.steps[key], status="skipped", on=on) for key in done.skipped},
        **{key: replace(done.steps[key], status="unproven", on=on) for key in done.unproven},
    }
    changes.update((key, StepRecord("covered", on, covered_by=done.covered_by)) for key in done.covered)
    for taken in (*done.actions, done.notice):
        if taken is not None:
            before = done.steps.get(taken.for_step_id)
            record = StepRecord(
                "asked" if taken.step.action in CONTACTS else "done", on, taken.attempt,
                offered_on=on if taken.wants_offers else None,
                is_after_unknown=before is not None and (before.is_after_unknown or before.status == "unknown"),
            )  # fmt: skip
            changes[taken.for_step_id] = record
            if taken.step.id != taken.for_step_id:
                changes[taken.step.id] = replace(record, taken_for=taken.for_step_id)
    return {**done.steps, **changes} if changes else done.steps
