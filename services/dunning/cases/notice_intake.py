"""What the notifier tells of notices, and people of calls, taken into the cases that asked for them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final, cast

from schemas.notifier import NotificationDeferred, NotifierEventData
from schemas.values import EventData
from services.dunning.cases.case_file import CaseFile, LoanFile
from services.dunning.cases.identifiers import offer_id, offer_message_id, proof_task_id, reminder_id
from services.dunning.cases.loan_memory import StepStatus
from services.dunning.cases.notice_outcomes import DELIVERED, WORDS_ABOUT_NOTICES, word_of
from services.dunning.cases.step_memory import with_outcome, with_word
from services.dunning.cases.taking import Change
from services.dunning.ladder.policy import LadderPolicy

_NEVER_ASKED: Final = frozenset({"covered"})


def take_outcome(case: CaseFile, loan_id: str, step_id: str, reminder: str, status: StepStatus, on: date) -> bool:
    """Take what became of a notice or call; False when it is of another due date or attempt, or known."""
    file = case.loans.get(loan_id)
    record = None if file is None else file.memory.steps.get(step_id)
    if file is None or record is None or record.status != "asked":
        return False
    due_on = record.due_on or file.memory.anchor_due_on
    if due_on is None or reminder != reminder_id(loan_id, due_on, step_id, record.attempts):
        return False
    file.memory = with_outcome(file.memory, step_id, status, on)
    return True


def take_proof(case: CaseFile, loan_id: str, step_id: str, task_id: str, status: StepStatus, on: date) -> bool:
    """Take what a person found out about a notice that is to be proven; False when nobody asks any more."""
    file = case.loans.get(loan_id)
    record = None if file is None else file.memory.steps.get(step_id)
    if file is None or record is None or record.status != "unproven":
        return False
    due_on = record.due_on or file.memory.anchor_due_on
    if due_on is None or task_id != proof_task_id(reminder_id(loan_id, due_on, step_id, record.attempts)):
        return False
    file.memory = with_outcome(file.memory, step_id, status, on)
    return True


def _told_of_notice(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    """A word about a notice. Of an attempt that another followed, only that it was delivered counts."""
    told = cast(NotifierEventData, data)
    file = case.loans.get(told.loan_id)
    found = None if file is None else _asked(file, told)
    if file is None or found is None:
        return False
    step_id, is_newest = found
    word = word_of(told)
    if word in file.memory.steps[step_id].words or not (is_newest or word.startswith(DELIVERED)):
        return False
    file.memory = with_word(file.memory, step_id, word, on)
    return True


def _deferred(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    """A notice leaves later: its step waits, as for any outcome. The latest time told is kept."""
    told = cast(NotificationDeferred, data)
    file = case.loans.get(told.loan_id)
    found = None if file is None else _asked(file, told)
    if file is None or found is None or not found[1]:
        return False
    steps = file.memory.steps
    record = steps[found[0]]
    if record.deferred_until is not None and record.deferred_until >= told.until:
        return False
    file.memory = replace(file.memory, steps={**steps, found[0]: replace(record, deferred_until=told.until)})
    return True


def _asked(file: LoanFile, told: NotifierEventData) -> tuple[str, bool] | None:
    """The step that asked for a notice, and whether by its newest attempt; None if none did for this due date."""
    record = file.memory.steps.get(told.step_id)
    if record is not None and record.status not in _NEVER_ASKED:
        due_on = record.due_on or file.memory.anchor_due_on
        if due_on is not None:
            for attempt in range(record.attempts, 0, -1):
                if told.reminder_id == reminder_id(told.loan_id, due_on, told.step_id, attempt):
                    return told.step_id, attempt == record.attempts
    return next(((step_id, True) for step_id, name in _offer_messages(file) if name == told.reminder_id), None)


def _offer_messages(file: LoanFile) -> Iterator[tuple[str, str]]:
    """The ids under which the notifier tells of the messages with offers that steps wanted, by step."""
    for step_id, record in file.memory.steps.items():
        if record.offered_on is not None:
            yield step_id, offer_message_id(offer_id(file.facts.loan_id, record.offered_on, step_id))


CHANGES: Final[Mapping[type[EventData], Change]] = {
    **dict.fromkeys(WORDS_ABOUT_NOTICES, _told_of_notice), NotificationDeferred: _deferred,
}  # fmt: skip
