"""One loan of a case on a day: its levels, what holds it back, the steps of its ladder, and when to look again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from schemas.dunning import LoanFlag
from services.dunning.cases.case_actions import (
    LADDER_RULE,
    CaseAction,
    NoticeAsked,
    OffersWanted,
    ReferralAsked,
    ReportAsked,
    TaskAsked,
)
from services.dunning.cases.case_context import CaseContext, Stops, time_barred_from
from services.dunning.cases.case_file import CaseFile, LoanFile
from services.dunning.cases.identifiers import proof_task_id, reminder_id
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_levels import LoanLevels, levels_of, next_bucket_day, overdue_on, passing_matters
from services.dunning.cases.loan_memory import CreditReport, LoanMemory
from services.dunning.cases.loan_news import moved_memory
from services.dunning.cases.step_memory import with_steps
from services.dunning.ladder.gates import Circumstances, Gate
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.walk import StepTaken, Walk, after_walk, step_looks


@dataclass(slots=True)
class LoanDay:
    """A loan under evaluation: `before` is its memory before the day, `memory` what it becomes."""

    file: LoanFile
    levels: LoanLevels
    stops: Stops
    before: LoanMemory
    memory: LoanMemory
    is_time_barred: bool
    walk: Walk | None = None

    @property
    def facts(self) -> LoanFacts:
        """What the ledger told of the loan."""
        return self.file.facts

    @property
    def is_cured_today(self) -> bool:
        """Whether it was past due until this day."""
        return self.before.is_past_due and not self.levels.is_past_due

    @property
    def is_newly_restructured(self) -> bool:
        """Whether a plan was carried out since it was last looked at."""
        plan_id = self.facts.restructuring_id
        return plan_id is not None and plan_id != self.before.restructuring_id

    @property
    def wants_notice(self) -> bool:
        """Whether its ladder asks for a notice."""
        return self.walk is not None and self.walk.notice is not None

    @property
    def wants_call(self) -> bool:
        """Whether its ladder asks for a call."""
        return self.walk is not None and self.walk.calls


def loan_day(file: LoanFile, context: CaseContext, policy: LadderPolicy, on: date) -> LoanDay:
    """A loan of a case on `on`, where it stands."""
    facts = file.facts
    stops = context.stops_of(facts.loan_id)
    levels = levels_of(facts, file.memory, stops.clock, policy, on)
    flags: list[LoanFlag] = []
    if context.is_promised(facts.loan_id):
        flags.append("promised")
    if context.reliefs and context.active_reliefs(policy, on):
        flags.append("relief")
    if stops.stops_clock(on) or stops.stops_contact(on):
        flags.append("on-hold")
    barred_on = time_barred_from(facts, policy) if levels.is_past_due else None
    return LoanDay(
        file, levels, stops, file.memory, moved_memory(facts, levels, file.memory, policy, flags, on),
        is_time_barred=barred_on is not None and on >= barred_on,
    )  # fmt: skip


def gate_of(loan: LoanDay, on: date, *, is_noticed: bool, contacts_left: int, is_held_out: bool) -> Gate:
    """What keeps the steps of a loan back."""
    flags = loan.memory.flags
    return Gate(
        contact_is_stopped=loan.stops.stops_contact(on),
        clock_is_stopped=loan.stops.stops_clock(on),
        is_in_relief="relief" in flags,
        is_promised="promised" in flags,
        is_noticed=is_noticed,
        budget_is_spent=contacts_left <= 0,
        is_held_out=is_held_out,
        is_time_barred=loan.is_time_barred,
        is_written_off=loan.facts.written_off,
    )


def circumstances_of(loan: LoanDay, case: CaseFile, context: CaseContext, on: date) -> Circumstances:
    """What the conditions of steps ask about."""
    return Circumstances(
        overdue_minor=overdue_on(loan.facts, on).total_minor,
        product=loan.facts.product,
        segment=case.facts.segment,
        risk_band=context.risk_band,
        flags=loan.memory.flags,
        is_over_borrowed=context.exposure is not None and context.exposure.is_over_borrowed,
    )


def worst_day(loans: Iterable[LoanDay]) -> LoanDay | None:
    """The loan longest past due; of two alike the one with more overdue."""
    return min(
        loans,
        key=lambda loan: (-loan.levels.days_past_due, -loan.levels.amounts.total_minor, loan.facts.loan_id),
        default=None,
    )


def take_steps(loan: LoanDay, policy: LadderPolicy, on: date) -> list[CaseAction]:
    """The actions of the loan's ladder; its memory remembers them."""
    if loan.walk is None:
        return []
    actions = [action for taken in loan.walk.actions for action in _actions_of(taken, loan, on)]
    actions += [_proof_of(step_id, loan) for step_id in loan.walk.unproven]
    if loan.walk.notice is not None:
        actions = [*_notice_of(loan.walk.notice, loan), *actions]
    memory = with_steps(loan.memory, loan.before, loan.walk.anchor_due_on, after_walk(loan.walk, on), policy)
    if memory.kept_back != loan.walk.kept_back:
        memory = replace(memory, kept_back=loan.walk.kept_back)
    for action in actions:
        if isinstance(action, ReportAsked):
            memory = replace(memory, report=action.report)
        elif isinstance(action, ReferralAsked):
            memory = replace(memory, referred_on=on, state="legal")
    loan.memory = memory
    return actions


def _notice_of(taken: StepTaken, loan: LoanDay) -> list[CaseAction]:
    """A notice, and the plans that go with the first of a step that offers."""
    anchor, loan_id = loan.levels.anchor_due_on, loan.facts.loan_id
    if anchor is None:
        return []
    rule = f"{LADDER_RULE}{taken.step.id}"
    asked = NoticeAsked(
        loan_id, taken.for_step_id, rule, taken.attempt, taken.step.notice, anchor, loan.levels.amounts
    )  # fmt: skip
    return [asked, OffersWanted(loan_id, taken.for_step_id, rule)] if taken.wants_offers else [asked]


def _proof_of(step_id: str, loan: LoanDay) -> TaskAsked:
    """A person is to find out whether a notice that must be proven was sent."""
    record = loan.before.steps[step_id]
    due_on = record.due_on or loan.before.anchor_due_on or loan.facts.as_of
    task_id = proof_task_id(reminder_id(loan.facts.loan_id, due_on, step_id, record.attempts))
    return TaskAsked("prove-notice", task_id, loan.facts.loan_id, step_id)


def _actions_of(taken: StepTaken, loan: LoanDay, on: date) -> list[CaseAction]:
    anchor, facts, step_id = loan.levels.anchor_due_on, loan.facts, taken.for_step_id
    if anchor is None:
        return []
    name = f"{facts.loan_id}:{anchor:%Y%m%d}:{step_id}"
    match taken.step.action:
        case "call":
            task_id = name if taken.attempt == 1 else f"{name}:{taken.attempt}"
            return [TaskAsked("call", task_id, facts.loan_id, step_id)]
        case "credit-report":
            report = CreditReport(name, on, anchor, loan.levels.amounts.total_minor, facts.last_payment_id)
            return [ReportAsked(facts.loan_id, "report", step_id, report)]
        case "refer-legal":
            return [ReferralAsked(facts.loan_id, "refer", step_id, f"{name}:{on:%Y%m%d}")]
        case _:
            return []


def loan_looks(loan: LoanDay, policy: LadderPolicy) -> Iterator[date]:
    """Days on which something of a loan can change by itself, later than today or not."""
    facts, levels, memory = loan.facts, loan.levels, loan.memory
    boundary = next_bucket_day(levels, policy)
    if boundary is not None:
        yield boundary
    if levels.is_past_due and levels.days_past_due == 0 and (first_day := levels.day_past_due(1)) is not None:
        yield first_day
    yield from step_looks(levels, memory.steps, policy)
    if facts.next_due_on is not None and passing_matters(facts, policy):
        yield facts.next_due_on + timedelta(days=1)
    if levels.is_past_due:
        barred_on = time_barred_from(facts, policy)
        if barred_on is not None:
            yield barred_on
    if facts.restructured_on is not None:
        yield facts.restructured_on
        yield facts.restructured_on + timedelta(days=policy.plans.watch_days)
        plan_breaks_on = levels.day_past_due(policy.plans.broken_after_days + 1)
        if plan_breaks_on is not None:
            yield plan_breaks_on
    if memory.cured_on is not None:
        yield memory.cured_on + timedelta(days=policy.cures.flag_days)
