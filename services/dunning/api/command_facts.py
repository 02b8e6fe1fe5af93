"""What only commands tell of a borrower, taken into the case. Pure.

The record keeps it beside what events told; `command_fact_of` reads it back, so that a replay takes it as it was taken.
"""

from dataclasses import replace
from datetime import date
from typing import ClassVar, Final, Literal

from schemas.hardship import HardshipEnded
from schemas.values import EventData, Identifier, Value
from services.dunning.cases.case_file import Areas, CaseFile
from services.dunning.cases.intake import take
from services.dunning.cases.loan_memory import StepStatus
from services.dunning.cases.notice_intake import take_outcome, take_proof
from services.dunning.cases.refusals import NotTaken
from services.dunning.cases.relief import Relief
from services.dunning.cases.relief_intake import end_relief
from services.dunning.ladder.policy import LadderPolicy

NOT_REACHED: Final = "not-reached"
"""The outcome of a call that does not count as done."""
WAS_DELIVERED: Final = "delivered"
"""The outcome that proves a notice."""


class CommandFact(Value):
    """Base of what only commands tell; `kind` is what the record calls it."""

    kind: ClassVar[str]

    borrower_id: Identifier


class HardshipReviewed(CommandFact):
    """Relief goes on, and is looked at again on `review_on`."""

    kind: ClassVar[str] = "command.hardship-reviewed"

    hardship_id: Identifier
    review_on: date


class CreditReportWithdrawn(CommandFact):
    """The debt that a loan was reported for was wrong."""

    kind: ClassVar[str] = "command.credit-report-withdrawn"

    loan_id: Identifier


class TaskDone(CommandFact):
    """A person did what they were asked to, or tried; `loan_id` and `step_id` are the task's."""

    kind: ClassVar[str] = "command.task-done"

    task_id: Identifier
    task_kind: str
    loan_id: Identifier | None
    step_id: Identifier | None
    outcome: str
    done_on: date


class OfferCommanded(CommandFact):
    """Somebody made an offer by hand, or took an answer to one; offers are kept apart, and the case stays as it is."""

    kind: ClassVar[str] = "command.offer"

    offer_id: Identifier
    loan_id: Identifier
    did: Literal["made", "accepted", "declined", "withdrawn", "countered"]
    plan_id: Identifier | None = None
    instalment_minor: int | None = None
    due_day_of_month: int | None = None
    on: date


Told = EventData | CommandFact
_BY_KIND: Final[dict[str, type[CommandFact]]] = {
    model.kind: model for model in (HardshipReviewed, CreditReportWithdrawn, TaskDone, OfferCommanded)
}


def kind_of(told: Told) -> str:
    """What the record calls it: the event's type, if it is one."""
    return told.kind if isinstance(told, CommandFact) else told.event_type


def command_fact_of(kind: str, text: str) -> CommandFact | None:
    """What the record keeps as JSON text under a kind; None for kinds that events tell."""
    model = _BY_KIND.get(kind)
    return None if model is None else model.model_validate_json(text)


def take_told(case: CaseFile, told: Told, policy: LadderPolicy, areas: Areas, on: date) -> bool:
    """Take what a command tells into its case; False when it changes nothing. Raises NotTaken."""
    match told:
        case HardshipReviewed():
            return review_relief(case, _regional(case, areas, told.hardship_id), told.hardship_id, told.review_on, on)
        case CreditReportWithdrawn():
            return withdraw_report(case, told.loan_id)
        case TaskDone():
            return _task_done(case, told)
        case OfferCommanded():
            return False
        case HardshipEnded():
            regional = _regional(case, areas, told.hardship_id)
            return end_relief(case, regional, told.hardship_id, told.ended_on)
        case EventData():
            return take(case, told, policy, on)
        case _:
            raise TypeError(f"{type(told).__name__} is not taken")


def review_relief(case: CaseFile, regional: Relief | None, relief_id: str, review_on: date, on: date) -> bool:
    """Set another review of a relief, which for this borrower may be one of their region. Raises NotTaken."""
    known = next((one for one in case.facts.reliefs if one.relief_id == relief_id), regional)
    if known is None:
        raise NotTaken("unknown-hardship", "hardship_id", relief_id, "is not a hardship of the borrower")
    if known.ended_on is not None:
        raise NotTaken("hardship-over", "hardship_id", relief_id, f"ended on {known.ended_on}")
    if review_on <= on or review_on < known.from_on:
        raise NotTaken("invalid-hardship", "review_on", review_on, f"is not after the business date {on}")
    if review_on == known.review_on:
        return False
    others = [one for one in case.facts.reliefs if one.relief_id != relief_id]
    case.facts = replace(case.facts, reliefs=(*others, replace(known, review_on=review_on)))
    return True


def withdraw_report(case: CaseFile, loan_id: str) -> bool:
    """Note that what was told of a loan to the credit register was wrong. Raises NotTaken."""
    file = case.loans.get(loan_id)
    if file is None:
        raise NotTaken("unknown-loan", "loan_id", loan_id, "is not a loan of the borrower that dunning knows")
    report = file.memory.report
    if report is None:
        raise NotTaken("no-report", "loan_id", loan_id, "has no report in the credit register")
    if report.report_id in case.facts.withdrawn_reports:
        return False
    case.facts = replace(case.facts, withdrawn_reports=(*case.facts.withdrawn_reports, report.report_id))
    return True


def _task_done(case: CaseFile, told: TaskDone) -> bool:
    """What a task says of a step of the ladder.

    A call counts once it was done, and may be tried again if nobody was reached. A notice that is to be proven counts
    only if it was found to be delivered; else it has failed.
    """
    if told.loan_id is None or told.step_id is None:
        return True
    if told.task_kind == "call":
        status: StepStatus = "failed" if told.outcome == NOT_REACHED else "done"
        take_outcome(case, told.loan_id, told.step_id, told.task_id, status, told.done_on)
    elif told.task_kind == "prove-notice":
        proven: StepStatus = "done" if told.outcome == WAS_DELIVERED else "failed"
        take_proof(case, told.loan_id, told.step_id, told.task_id, proven, told.done_on)
    return True


def _regional(case: CaseFile, areas: Areas, incident_id: str) -> Relief | None:
    theirs = (one for one in areas.reliefs if one.incident_id == incident_id and one.region == case.facts.region)
    return next((one.for_borrower() for one in theirs), None)
