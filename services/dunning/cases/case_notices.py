"""Notices that are no step of a ladder: an answer to a hardship, a word about a promise, thanks for a cure.

Each is asked for once. Where contact is stopped, the contact budget spent, or another notice went out that day, it
waits as long as it is true; thanks are dropped. Only an answer to what the borrower reported waits neither for the next
day nor for the budget: who asks for help on the day of a reminder hears on that day that it is taken back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.dunning.cases.case_actions import NoticeAsked
from services.dunning.cases.case_context import CaseContext
from services.dunning.cases.case_file import CaseMemory
from services.dunning.cases.identifiers import fitted
from services.dunning.cases.loan_day import LoanDay, worst_day
from services.dunning.cases.loan_levels import overdue_on
from services.dunning.cases.promises import Judgement, Promise, reminder_from
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.steps import Notice

_LONGEST_STEP_ID = 64


@dataclass(frozen=True, slots=True)
class WantedNotice:
    """A notice to ask for; `keys` are done with it. `is_answer`: the borrower spoke first."""

    keys: tuple[str, ...]
    notice: NoticeAsked
    is_answer: bool = False


def notices_wanted(
    context: CaseContext, memory: CaseMemory, loans: Sequence[LoanDay], policy: LadderPolicy, on: date
) -> list[WantedNotice]:
    """The notices about relief and promises that may be said on `on` and were not, the most important first."""
    if not context.reliefs and not context.judged:
        return []
    open_to_contact = [
        loan for loan in loans
        if not (loan.facts.settled or loan.facts.written_off or loan.stops.stops_contact(on))
    ]  # fmt: skip
    if context.active_reliefs(policy, on):
        return _relief_answer(context, memory, open_to_contact, policy, on)
    return list(_promise_notices(context, memory, open_to_contact, policy, on))


def thanks(loans: Sequence[LoanDay], policy: LadderPolicy, on: date) -> WantedNotice | None:
    """Thanks to a borrower whose last loan past due is cured on `on`.

    Not for a plan that cured it: the notifier confirms that with the plan.
    """
    if policy.cures.thanks is None or any(loan.levels.is_past_due for loan in loans):
        return None
    cured = [
        loan for loan in loans
        if loan.is_cured_today and loan.before.days_past_due > 0 and not loan.is_newly_restructured
        and not (loan.facts.written_off or loan.stops.stops_contact(on))
    ]  # fmt: skip
    loan = min(cured, key=lambda one: (one.before.anchor_due_on or on, one.facts.loan_id), default=None)
    if loan is None:
        return None
    due_on = loan.before.anchor_due_on or on
    notice = NoticeAsked(
        loan.facts.loan_id, "cured", "cured", 1, policy.cures.thanks, due_on, loan.levels.amounts
    )  # fmt: skip
    return WantedNotice((), notice)


def owing_worst(loans: Iterable[LoanDay]) -> LoanDay | None:
    """The worst loan among those that owe something."""
    return worst_day(loan for loan in loans if not (loan.facts.settled or loan.facts.written_off))


def step_id_of(kind: str, identifier: str) -> str:
    """The id, in the manner of a step's, of a notice about something; a digest where that would not be one."""
    return fitted(f"{kind}-{identifier.replace(':', '.')}", _LONGEST_STEP_ID)


def _relief_answer(
    context: CaseContext, memory: CaseMemory, loans: Sequence[LoanDay], policy: LadderPolicy, on: date
) -> list[WantedNotice]:
    """One answer to all hardships that were not answered yet."""
    keys = {f"answer:{relief.relief_id}": relief for relief in context.active_reliefs(policy, on)}
    unanswered = [key for key in keys if key not in memory.done]
    if not unanswered:
        return []
    is_regional = all(keys[key].is_regional for key in unanswered)
    notice = policy.relief.regional if is_regional else policy.relief.answer
    worst = owing_worst(loans)
    if notice is None or worst is None:
        return []
    step_id = step_id_of("relief", keys[unanswered[0]].relief_id)
    answer = _about(worst, step_id, "relief", notice, on)
    return [WantedNotice(tuple(unanswered), answer, is_answer=not is_regional)]


def _promise_notices(
    context: CaseContext, memory: CaseMemory, loans: Sequence[LoanDay], policy: LadderPolicy, on: date
) -> Iterable[WantedNotice]:
    """That a promise was broken, if the loan is past due and not promised anew; that one falls due soon."""
    rules = policy.promises
    for promise, judged in context.judged:
        about = [loan for loan in loans if promise.is_about(loan.facts.loan_id) and not loan.is_time_barred]
        if rules.broken is not None and judged.verdict == "broken":
            late = [loan for loan in about if loan.levels.is_past_due and "promised" not in loan.memory.flags]
            yield from _once("promise-broken", promise, rules.broken, memory, late, on)
        if rules.reminder is not None and _is_near(promise, judged, policy, on):
            yield from _once("promise-reminder", promise, rules.reminder, memory, about, on)


def _is_near(promise: Promise, judged: Judgement, policy: LadderPolicy, on: date) -> bool:
    return judged.verdict == "open" and reminder_from(promise, policy.promises) <= on <= promise.due_on


def _once(
    kind: str, promise: Promise, notice: Notice, memory: CaseMemory, loans: Sequence[LoanDay], on: date
) -> Iterable[WantedNotice]:
    key = f"{kind}:{promise.promise_id}"
    worst = owing_worst(loans)
    if key not in memory.done and worst is not None:
        yield WantedNotice((key,), _about(worst, step_id_of(kind, promise.promise_id), "promise", notice, on))


def _about(loan: LoanDay, step_id: str, rule: str, notice: Notice, on: date) -> NoticeAsked:
    """A notice about what a loan owes first."""
    facts = loan.facts
    overdue = overdue_on(facts, on)
    oldest = facts.oldest_unpaid_due_on
    if overdue.total_minor and oldest is not None:
        return NoticeAsked(facts.loan_id, step_id, rule, 1, notice, oldest, overdue)
    return NoticeAsked(facts.loan_id, step_id, rule, 1, notice, facts.next_due_on or on, facts.next_due_amounts)
