"""Which steps a loan remembers when the due date that they count from moves, and what became of a notice.

While a loan stays past due on another due date the same memory holds, so that no notice less severe than the last is
sent. After a cure it holds until a step is due for the next due date, and where a reversal goes back to an older one.
What was done in arrears is kept aside, so that a payment reversed later repeats nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from services.dunning.cases.loan_levels import LoanLevels
from services.dunning.cases.loan_memory import NO_STEPS, LoanMemory, StepRecord, Steps, StepStatus
from services.dunning.cases.notice_outcomes import status_of
from services.dunning.ladder.policy import LadderPolicy


def remembered_steps(levels: LoanLevels, memory: LoanMemory, policy: LadderPolicy) -> tuple[date | None, Steps]:
    """The due date to remember, and what was done for it."""
    anchor = levels.anchor_due_on
    if anchor is None or anchor == memory.anchor_due_on:
        return memory.anchor_due_on, memory.steps
    if levels.is_past_due:
        goes_back = memory.anchor_due_on is not None and anchor < memory.anchor_due_on
        kept = _for_their_due_date(memory) if memory.is_past_due or goes_back else NO_STEPS
        if memory.former_anchor_due_on is not None and anchor <= memory.former_anchor_due_on:
            kept = {**memory.former_steps, **kept}
        return anchor, kept
    if policy.steps_reached(levels.ladder_days):
        return anchor, memory.former_steps if anchor == memory.former_anchor_due_on else NO_STEPS
    return memory.anchor_due_on, memory.steps


def with_steps(
    memory: LoanMemory, before: LoanMemory, anchor: date | None, steps: Steps, policy: LadderPolicy
) -> LoanMemory:
    """The memory of a day with its steps; of those `before`, what may come back is kept aside.

    That is what was done in arrears, and what was done for a later due date than a reversal brings back.
    """
    if before.is_past_due and not memory.is_past_due:
        steps = _without_referral(steps, policy)
    if anchor == before.anchor_due_on:
        return memory if steps is memory.steps else replace(memory, steps=steps)
    moved = replace(memory, anchor_due_on=anchor, steps=steps)
    if (before.is_past_due and memory.is_past_due) or before.anchor_due_on is None or anchor is None:
        return moved
    if before.steps and (anchor < before.anchor_due_on or _of_arrears(before.steps, policy)):
        return replace(moved, former_anchor_due_on=before.anchor_due_on, former_steps=_for_their_due_date(before))
    return moved


def with_outcome(memory: LoanMemory, step_id: str, status: StepStatus, on: date) -> LoanMemory:
    """The memory after an outcome of a notice: that of the step, and of the step that was taken in its place."""
    record = memory.steps[step_id]
    changes: Mapping[str, StepRecord] = {
        key: replace(one, status=status, on=on)
        for key, one in memory.steps.items()
        if key == step_id or (one.taken_for == step_id and one.status == record.status)
    }
    return replace(memory, steps={**memory.steps, **changes})


def with_word(memory: LoanMemory, step_id: str, word: str, on: date) -> LoanMemory:
    """The memory after a word of the notifier about a notice.

    A step given up is taken up again for nothing but the proof that it was delivered; one that a person is to find out
    about stays so until more is known.
    """
    record = memory.steps[step_id]
    words = tuple(sorted({*record.words, word}))
    heard = replace(memory, steps={**memory.steps, step_id: replace(record, words=words)})
    status = status_of(words)
    is_news = status != record.status and not (
        (record.status == "skipped" and status != "done") or (record.status == "unproven" and status == "unknown")
    )
    return with_outcome(heard, step_id, status, on) if is_news else heard


def _without_referral(steps: Steps, policy: LadderPolicy) -> Steps:
    """The steps without a referral to lawyers: a loan called back from them is referred anew if it comes to that."""
    kept = {
        key: record
        for key, record in steps.items()
        if (step := policy.step_by_id.get(key)) is None or step.action != "refer-legal"
    }
    return kept if len(kept) < len(steps) else steps


def _for_their_due_date(memory: LoanMemory) -> Steps:
    """The steps; of those that more may be heard of, the due date they were asked for is kept."""
    return {
        key: replace(record, due_on=memory.anchor_due_on) if record.status != "covered" and record.due_on is None
        else record
        for key, record in memory.steps.items()
    }  # fmt: skip


def _of_arrears(steps: Steps, policy: LadderPolicy) -> bool:
    taken = (policy.step_by_id.get(key) for key in steps)
    return any(step is not None and step.at_days > 0 for step in taken)
