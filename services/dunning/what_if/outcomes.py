"""What became of what a replayed ladder asks for: as it was heard of the ladder in force, and a guess for the rest.

An outcome belongs to one notice or call: a loan, due date, step and attempt. One that was asked for by the ladder in
force as well has the outcome that came of it then, on the same day if it was asked for on another; one that was not
never had any.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Final, Literal, cast

from schemas.notifier import NotifierEventData
from services.dunning.api.command_facts import NOT_REACHED, TaskDone
from services.dunning.cases.case_actions import LADDER_RULE, CaseAction, NoticeAsked, TaskAsked
from services.dunning.cases.identifiers import fitted, offer_id, offer_message_id, reminder_id
from services.dunning.cases.loan_memory import StepStatus
from services.dunning.cases.notice_outcomes import WORDS_ABOUT_NOTICES, status_of, word_of
from services.dunning.what_if.history import History, RecordedDecision

Unheard = Literal["done", "open"]
"""What a notice or call that was never asked for is taken as: really made on the same day, or never heard of again."""

_ABOUT_NOTICES: Final = {model.event_type: model for model in WORDS_ABOUT_NOTICES}


class KnownOutcomes:
    """What the record of one borrower tells of notices and calls."""

    def __init__(self, history: History, unheard: Unheard) -> None:
        self._history = history
        self._unheard = unheard

    def at_once(
        self, actions: Sequence[CaseAction], evaluation: int, *, is_recorded: bool
    ) -> Iterator[tuple[str, str, StepStatus]]:
        """What is heard on the very day, as (loan id, step id, status), of `actions` that a replay takes.

        `evaluation` is the number of the newest recorded one, `is_recorded` whether the actions are of that one and not
        of a look of the replay's own. The outcome of what that one asked for as well comes in its turn.
        """
        for key, loan_id, step_id in _asked(actions):
            asked_by = self._asked_by.get(key)
            if is_recorded and asked_by is not None and evaluation in asked_by:
                continue
            known = self._outcomes.get(key)
            if known is not None:
                yield loan_id, step_id, known
            elif asked_by is None and self._unheard == "done":
                yield loan_id, step_id, "done"

    @cached_property
    def _asked_by(self) -> dict[str, set[int]]:
        """The evaluations that asked for each notice or call."""
        asked: dict[str, set[int]] = defaultdict(set)
        for decision in self._history.decisions:
            key = _key_of(decision)
            if key is not None:
                asked[key].add(decision.evaluation)
        return dict(asked)

    @cached_property
    def _outcomes(self) -> dict[str, StepStatus]:
        """What became in the end of each notice or call; those that nothing final was heard of are left out."""
        words: dict[str, set[str]] = defaultdict(set)
        outcomes: dict[str, StepStatus] = {}
        for fact in self._history.facts:
            model = _ABOUT_NOTICES.get(fact.kind)
            if model is not None:
                told = cast(NotifierEventData, model.model_validate_json(fact.fact))
                words[told.reminder_id].add(word_of(told))
            elif fact.kind == TaskDone.kind:
                task = TaskDone.model_validate_json(fact.fact)
                outcomes[task.task_id] = "failed" if task.outcome == NOT_REACHED else "done"
        statuses = {reminder: status_of(told) for reminder, told in words.items()}
        outcomes.update((reminder, status) for reminder, status in statuses.items() if status != "asked")
        for reminder, message in self._messages_with_offers.items():
            if message in outcomes:
                outcomes[reminder] = outcomes[message]
        return outcomes

    @cached_property
    def _messages_with_offers(self) -> dict[str, str]:
        """Of notices that plans went with, the ids of the messages that told of the plans in their place."""
        wanted = {(one.evaluation, one.loan_id, one.step_id) for one in self._history.decisions if one.kind == "offers"}
        messages: dict[str, str] = {}
        for one in self._history.decisions:
            key = _key_of(one) if one.kind == "notice" else None
            is_wanted = (one.evaluation, one.loan_id, one.step_id) in wanted
            if key is not None and is_wanted and one.loan_id is not None and one.step_id is not None:
                messages[key] = offer_message_id(offer_id(one.loan_id, one.on, one.step_id))
        return messages


def _asked(actions: Sequence[CaseAction]) -> Iterator[tuple[str, str, str]]:
    """The notices and calls of the ladder among actions, as (key, loan id, step id)."""
    for action in actions:
        match action:
            case NoticeAsked() if action.rule.startswith(LADDER_RULE):
                key = reminder_id(action.loan_id, action.due_on, action.step_id, action.attempt)
                yield key, action.loan_id, action.step_id
            case TaskAsked(kind="call", loan_id=str(loan_id), step_id=str(step_id)):
                yield fitted(action.task_id), loan_id, step_id


def _key_of(decision: RecordedDecision) -> str | None:
    if decision.kind == "notice" and decision.rule.startswith(LADDER_RULE):
        told = json.loads(decision.decided)
        return reminder_id(told["loan_id"], date.fromisoformat(told["due_on"]), told["step_id"], told["attempt"])
    if decision.kind == "task" and decision.step_id is not None:
        return fitted(json.loads(decision.decided)["task_id"])
    return None
