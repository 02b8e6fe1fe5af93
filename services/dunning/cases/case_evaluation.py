"""The evaluation of a case: from facts, memory, policy and date to what is done, and when to look again.

One conversation for all loans: a borrower gets one notice a day at most, and all contacts count against one budget, as
do talks with them; an answer to a hardship that they reported waits for neither. Plans that no step of a ladder asks
for are a message of their own: the ladders wait a day for it. A notice about relief or a promise goes before one of the
ladder, which waits a day. Of the notices and calls that the ladders of several loans ask for, the one for the worst
loan is made and covers the others; but one that a later step comes after, such as a final notice, waits for its own
day. Thanks for a cure are said when nothing else is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.dunning.cases.case_actions import CaseAction, NoticeAsked, OffersWanted, StateMoved, TaskAsked
from services.dunning.cases.case_context import CaseContext, budget_released_on, context_of
from services.dunning.cases.case_file import Areas, CaseFile, CaseMemory
from services.dunning.cases.case_news import case_news
from services.dunning.cases.case_notices import WantedNotice, notices_wanted, thanks
from services.dunning.cases.interest_stops import interest_news
from services.dunning.cases.loan_day import (
    LoanDay,
    circumstances_of,
    gate_of,
    loan_day,
    loan_looks,
    take_steps,
    worst_day,
)
from services.dunning.cases.loan_memory import LoanMemory
from services.dunning.cases.loan_news import loan_news
from services.dunning.ladder.gates import CONTACT_BUDGET, ONE_NOTICE_A_DAY
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.walk import walk


@dataclass(frozen=True, slots=True)
class KeptBack:
    """A step that was due but for a rule."""

    loan_id: str
    step_id: str
    rule: str


@dataclass(frozen=True, slots=True)
class CaseEvaluation:
    """What a date makes of a case; `kept_back` are steps that a rule keeps back since this day.

    `next_look_on`: the first later date on which anything can change if no facts come; None if nothing can.
    """

    memories: dict[str, LoanMemory]
    memory: CaseMemory
    actions: tuple[CaseAction, ...]
    kept_back: tuple[KeptBack, ...]
    next_look_on: date | None


def evaluate_case(
    case: CaseFile, policy: LadderPolicy, areas: Areas, on: date, *, is_held_out: bool = False
) -> CaseEvaluation:
    """Evaluate a case on business date `on`. Pure: the case is not changed."""
    context = context_of(case, policy, areas, on)
    loans = [loan_day(file, context, policy, on) for file in case.loans.values()]
    actions: list[CaseAction] = []
    for loan in loans:
        loan.memory, news = loan_news(
            loan.facts, loan.levels, loan.before, loan.memory, policy, on, case.facts.withdrawn_reports,
            may_report=not loan.is_time_barred,
        )  # fmt: skip
        actions += news
        if context.holds:
            loan.memory, news = interest_news(loan.facts, loan.memory, context.holds)
            actions += news
    memory, news = case_news(case, context, loans, policy, on)
    actions += news
    offers = sum(isinstance(action, OffersWanted) for action in actions)
    wanted = notices_wanted(context, memory, loans, policy, on)
    said = _said(wanted, context, memory, on)
    messages = offers + (said is not None)
    steps = _walk_ladders(case, context, loans, policy, on, messages, is_held_out=is_held_out)
    if not messages and memory.noticed_on != on and context.contacts_left > 0 and not _contacts_of(steps):
        said = thanks(loans, policy, on)
    if said is not None:
        actions.append(said.notice)
        memory = replace(memory, done=(*memory.done, *said.keys))
    actions += steps
    actions += _states_moved(loans)
    memory = _with_contacts(memory, context, _contacts_of(actions) + offers, policy, on)
    if offers or any(isinstance(action, NoticeAsked) for action in actions):
        memory = replace(memory, noticed_on=on)
    is_waited_for = any(one is not said for one in wanted)
    return CaseEvaluation(
        memories={loan.facts.loan_id: loan.memory for loan in loans},
        memory=memory,
        actions=tuple(actions),
        kept_back=tuple(one for loan in loans for one in _newly_kept_back(loan)),
        next_look_on=_next_look(loans, context, memory, policy, on, is_waited_for=is_waited_for),
    )


def _said(
    wanted: Sequence[WantedNotice], context: CaseContext, memory: CaseMemory, on: date
) -> WantedNotice | None:  # fmt: skip
    """The most important of the notices wanted, if one can be said on this day."""
    if not wanted:
        return None
    may_be_said = context.contacts_left > 0 and memory.noticed_on != on
    return wanted[0] if wanted[0].is_answer or may_be_said else None


def _walk_ladders(
    case: CaseFile, context: CaseContext, loans: Sequence[LoanDay], policy: LadderPolicy, on: date,
    messages: int, *, is_held_out: bool,
) -> list[CaseAction]:  # fmt: skip
    """What the ladders of all loans do, beside so many `messages` that go out without them."""
    is_noticed = messages > 0 or case.memory.noticed_on == on
    left = context.contacts_left - messages
    for loan in loans:
        gate = gate_of(loan, on, is_noticed=is_noticed, contacts_left=left, is_held_out=is_held_out)
        loan.walk = walk(loan.levels, loan.before, policy, gate, circumstances_of(loan, case, context, on), on)
    asked = worst_day(loan for loan in loans if loan.wants_notice)
    called = worst_day(loan for loan in loans if loan.wants_call)
    left -= asked is not None
    for loan in loans:
        if loan.walk is not None and loan.wants_notice and loan is not asked:
            loan.walk = loan.walk.outdone(policy)
        if loan.walk is not None and loan.wants_call and (left <= 0 or loan is not called):
            loan.walk = loan.walk.without_calls(CONTACT_BUDGET if left <= 0 else None)
    return [action for loan in loans for action in take_steps(loan, policy, on)]


def _states_moved(loans: Sequence[LoanDay]) -> list[CaseAction]:
    return [
        StateMoved(loan.facts.loan_id, loan.before.state, loan.memory.state, loan.memory.flags)
        for loan in loans
        if loan.memory.state != loan.before.state or loan.memory.flags != loan.before.flags
    ]


def _contacts_of(actions: Sequence[CaseAction]) -> int:
    return sum(
        isinstance(action, NoticeAsked) or (isinstance(action, TaskAsked) and action.kind == "call")
        for action in actions
    )


def _with_contacts(memory: CaseMemory, context: CaseContext, made: int, policy: LadderPolicy, on: date) -> CaseMemory:
    """The memory with so many contacts `made` today, without those that count no more."""
    contacts = context.contacts
    if policy.contact_budget is not None:
        contacts = (*contacts, *[on] * made)
    return memory if contacts == memory.contacts else replace(memory, contacts=contacts)


def _newly_kept_back(loan: LoanDay) -> Iterator[KeptBack]:
    for step_id, rule in loan.memory.kept_back:
        if (step_id, rule) not in loan.before.kept_back:
            yield KeptBack(loan.facts.loan_id, step_id, rule)


def _next_look(
    loans: Sequence[LoanDay], context: CaseContext, memory: CaseMemory, policy: LadderPolicy, on: date, *,
    is_waited_for: bool,
) -> date | None:  # fmt: skip
    """`is_waited_for`: a notice of the case waits for another day, or for the budget."""
    days = [day for loan in loans for day in loan_looks(loan, policy)]
    days += context.looks(policy)
    rules = {rule for loan in loans for _, rule in loan.memory.kept_back}
    if ONE_NOTICE_A_DAY in rules or (is_waited_for and memory.noticed_on == on):
        days.append(on + timedelta(days=1))
    if CONTACT_BUDGET in rules or is_waited_for:
        released_on = budget_released_on((*memory.contacts, *context.talks), policy)
        if released_on is not None:
            days.append(released_on)
    return min((day for day in days if day > on), default=None)
