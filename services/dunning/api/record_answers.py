"""Answers from the record: what happened in a case and why, what people did, lists of cases and tasks, ladders."""

from datetime import date, datetime
from typing import Literal

from pydantic import JsonValue

from services.dunning.api.case_answers import Answer, TaskAnswer


class TimelineEntry(Answer):
    """One entry of a case's record.

    `entry` says what it is: a `standing` that the ledger told of a loan, a `fact` told of the borrower by an event or a
    command, or a `decision`. `evaluation` is the number of the evaluation that first saw or made it, `kind` the event's
    type or the decision's kind. `details` is what was told, without names and contact data, or decided; `facts` is what
    a decision saw of its loan. `on` is null for what was told before the first business date.
    """

    evaluation: int
    entry: Literal["standing", "fact", "decision"]
    on: date | None
    kind: str
    loan_id: str | None
    step_id: str | None
    rule: str | None
    policy_version: str | None
    arm: str | None
    details: dict[str, JsonValue]
    facts: dict[str, JsonValue] | None
    recorded_at: datetime


class TimelinePage(Answer):
    """A case's record, oldest first; `next` leads to the following page, and is null on the last."""

    borrower_id: str
    entries: tuple[TimelineEntry, ...]
    next: str | None


class ListedCase(Answer):
    """A case as it was last evaluated: days past due count on from then."""

    borrower_id: str
    evaluated_on: date | None
    next_look_on: date | None
    policy_version: str | None
    arm: str
    region: str | None
    loans_past_due: int
    worst_days_past_due: int
    opened_on: date | None
    cured_on: date | None


class CasesPage(Answer):
    """Cases by borrower id; `next` leads to the following page, and is null on the last."""

    cases: tuple[ListedCase, ...]
    next: str | None


class TasksPage(Answer):
    """Open tasks, oldest first; `next` leads to the following page, and is null on the last."""

    tasks: tuple[TaskAnswer, ...]
    next: str | None


class DoneCommandAnswer(Answer):
    """A command that took effect: who gave it, when, why, and what it said.

    `borrower_id` is null where it was about many. `id` is what it made or was about; `caller` is the name of the key.
    """

    borrower_id: str | None
    command: str
    id: str
    caller: str
    key_id: str
    operator: str | None
    reason: str
    request: dict[str, JsonValue]
    request_id: str
    idempotency_key: str
    recorded_at: datetime


class CommandsPage(Answer):
    """Commands, newest first; `next` leads to the following page, and is null on the last."""

    commands: tuple[DoneCommandAnswer, ...]
    next: str | None


class ArmAnswer(Answer):
    """A share of all borrowers that goes by one ladder."""

    name: str
    ladder: str
    percent: int


class LadderAnswer(Answer):
    """A ladder that was ever used, word for word, and how many cases went by it when last evaluated."""

    version: str
    first_used_at: datetime
    cases: int
    document: str


class LaddersAnswer(Answer):
    """Who goes by which ladder, and the documents; `under_way`: whether cases past due keep theirs."""

    experiment: str
    under_way: Literal["keep", "move"]
    hold_out_percent: int
    arms: tuple[ArmAnswer, ...]
    ladders: tuple[LadderAnswer, ...]
