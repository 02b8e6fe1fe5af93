"""What a day changes in a borrower's case: holds, relief, promises and exposure, each told once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.dunning.aging.day_intervals import covers
from services.dunning.cases.case_actions import (
    CaseAction,
    HoldTold,
    OffersWanted,
    OverBorrowingSeen,
    PromiseTaken,
    PromiseVerdict,
    ReliefTold,
    TaskAsked,
)
from services.dunning.cases.case_context import CaseContext
from services.dunning.cases.case_file import CaseFile, CaseMemory
from services.dunning.cases.case_notices import owing_worst, step_id_of
from services.dunning.cases.loan_day import LoanDay
from services.dunning.cases.loan_levels import overdue_on
from services.dunning.cases.relief import Relief
from services.dunning.ladder.policy import LadderPolicy


def case_news(
    case: CaseFile, context: CaseContext, loans: Sequence[LoanDay], policy: LadderPolicy, on: date
) -> tuple[CaseMemory, list[CaseAction]]:
    """What is to be told of a case, and the memory of having told it. Notices are not among it."""
    memory = case.memory
    if not (context.holds or context.reliefs or context.judged or context.exposure or memory.is_over_borrowed
            or memory.told_holds or memory.told_reliefs):  # fmt: skip
        return memory, []
    memory, holds = _holds(context, memory, on)
    memory, disputes = _disputes(case, context, memory, on)
    memory, reliefs = _reliefs(case.borrower_id, context, memory, loans, policy, on)
    memory, promises = _promises(context, memory)
    memory, borrowing = _borrowing(context, memory)
    return memory, [*holds, *disputes, *reliefs, *promises, *borrowing]


def _holds(context: CaseContext, memory: CaseMemory, on: date) -> tuple[CaseMemory, list[CaseAction]]:
    news: list[CaseAction] = []
    told: list[str] = []
    for hold in context.holds:
        holds = hold.days is not None and covers((hold.days,), on)
        key = hold.hold_id if hold.loan_id is None else f"{hold.hold_id} {hold.loan_id}"
        was_told = key in memory.told_holds
        if holds:
            told.append(key)
        if holds != was_told:
            news.append(HoldTold(hold, began=holds))
    return (replace(memory, told_holds=tuple(told)) if news else memory), news


def _disputes(
    case: CaseFile, context: CaseContext, memory: CaseMemory, on: date
) -> tuple[CaseMemory, list[CaseAction]]:
    """A person is asked once to look into each dispute that holds a debt."""
    holding = {hold.hold_id for hold in context.holds if hold.days is not None and covers((hold.days,), on)}
    keys = {f"review-dispute:{one.dispute_id}": one for one in case.facts.disputes if one.dispute_id in holding}
    new = {key: one for key, one in keys.items() if key not in memory.done}
    if not new:
        return memory, []
    tasks = [TaskAsked("review-dispute", f"{case.borrower_id}:{key}", one.loan_id, None) for key, one in new.items()]
    return replace(memory, done=(*memory.done, *new)), [*tasks]


def _reliefs(
    borrower_id: str, context: CaseContext, memory: CaseMemory, loans: Sequence[LoanDay], policy: LadderPolicy, on: date
) -> tuple[CaseMemory, list[CaseAction]]:
    news: list[CaseAction] = []
    begun: list[Relief] = []
    told, done = [], list(memory.done)
    for relief in context.reliefs:
        is_active = relief.is_active(policy.relief, on)
        review_on = relief.reviewed_on(policy.relief)
        if is_active:
            told.append(relief.relief_id)
        if is_active != (relief.relief_id in memory.told_reliefs):
            news.append(ReliefTold(relief, began=is_active, review_on=review_on))
            if is_active:
                begun.append(relief)
        review = f"review:{relief.relief_id}:{review_on:%Y%m%d}"
        if is_active and on >= review_on and review not in done:
            done.append(review)
            news.append(TaskAsked("review-relief", f"{borrower_id}:{review}", None, None))
    news += _plans_for(begun, loans, policy, on)
    return (replace(memory, told_reliefs=tuple(told), done=tuple(done)) if news else memory), news


def _plans_for(begun: Sequence[Relief], loans: Sequence[LoanDay], policy: LadderPolicy, on: date) -> list[CaseAction]:
    """Plans for the worst loan of a borrower in hardship; for one hit with a whole region, if something is overdue."""
    worst = owing_worst(loans)
    if worst is None or not policy.relief.offers_plans:
        return []
    is_overdue = overdue_on(worst.facts, on).total_minor > 0
    relief = next((one for one in begun if is_overdue or not one.is_regional), None)
    if relief is None:
        return []
    return [OffersWanted(worst.facts.loan_id, step_id_of("relief", relief.relief_id), "relief")]


def _promises(context: CaseContext, memory: CaseMemory) -> tuple[CaseMemory, list[CaseAction]]:
    news: list[CaseAction] = []
    verdicts = dict(memory.verdicts)
    for promise, judged in context.judged:
        before = verdicts.get(promise.promise_id)
        if before is None:
            news.append(PromiseTaken(promise))
        if judged.verdict != (before or "open"):
            news.append(PromiseVerdict(promise, judged.verdict, judged.paid_minor))
        verdicts[promise.promise_id] = judged.verdict
    return (replace(memory, verdicts=verdicts) if news else memory), news


def _borrowing(context: CaseContext, memory: CaseMemory) -> tuple[CaseMemory, list[CaseAction]]:
    exposure = context.exposure
    is_over = exposure is not None and exposure.is_over_borrowed
    if is_over == memory.is_over_borrowed:
        return memory, []
    percent = None if exposure is None else exposure.instalments_to_income_percent
    lenders = None if exposure is None else exposure.number_of_lenders
    return replace(memory, is_over_borrowed=is_over), [OverBorrowingSeen(is_over, percent, lenders)]
