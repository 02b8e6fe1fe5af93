"""What a day changes in a loan's standing: bucket, flags, cure, a broken plan, a report to be put right."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from schemas.dunning import LoanFlag, LoanState
from services.dunning.cases.case_actions import (
    BucketMoved,
    CaseAction,
    LoanCured,
    OffersWanted,
    PlanBroken,
    ReferralAsked,
    ReportAsked,
)
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_levels import LoanLevels
from services.dunning.cases.loan_memory import CreditReport, LoanMemory
from services.dunning.ladder.policy import LadderPolicy

_MOST_FORMER_ARREARS: Final = 24
_KEEP_BACK: Final = frozenset({"on-hold", "relief", "promised"})


def moved_memory(
    facts: LoanFacts,
    levels: LoanLevels,
    before: LoanMemory,
    policy: LadderPolicy,
    case_flags: Sequence[LoanFlag],
    on: date,
) -> LoanMemory:
    """The memory with where the loan stands on `on`; `case_flags` are those that the borrower's case gives it."""
    is_cured_today = before.is_past_due and not levels.is_past_due
    cured_on = on if is_cured_today else None if levels.is_past_due else before.cured_on
    if cured_on is not None and on >= cured_on + timedelta(days=policy.cures.flag_days):
        cured_on = None
    referred_on = None if is_cured_today else before.referred_on
    flags = list(case_flags)
    if is_watched(facts, policy, on):
        flags.append("restructured")
    if cured_on is not None:
        flags.append("cured")
    former_arrears = before.former_arrears
    if policy.method != "oldest-unpaid" and before.arrears_since is not None and levels.arrears_since is None:
        former_arrears = (*former_arrears, (before.arrears_since, on))[-_MOST_FORMER_ARREARS:]
    return replace(
        before,
        bucket=levels.bucket,
        days_past_due=levels.days_past_due,
        is_past_due=levels.is_past_due,
        state=_state(facts, levels, referred_on, policy),
        flags=tuple(flags),
        arrears_since=levels.arrears_since,
        above_since=levels.above_since,
        former_arrears=former_arrears,
        awaited_due_on=_awaited_due_on(facts, levels, policy),
        cured_on=cured_on,
        referred_on=referred_on,
        restructuring_id=facts.restructuring_id,
    )


def _awaited_due_on(facts: LoanFacts, levels: LoanLevels, policy: LadderPolicy) -> date | None:
    return None if levels.is_past_due or policy.method == "oldest-unpaid" else facts.next_due_on


def is_watched(facts: LoanFacts, policy: LadderPolicy, on: date) -> bool:
    """Whether a restructured loan is in its watch period."""
    since = facts.restructured_on
    return since is not None and since <= on < since + timedelta(days=policy.plans.watch_days)


def loan_news(
    facts: LoanFacts,
    levels: LoanLevels,
    before: LoanMemory,
    memory: LoanMemory,
    policy: LadderPolicy,
    on: date,
    withdrawn_reports: Collection[str],
    *,
    may_report: bool,
) -> tuple[LoanMemory, list[CaseAction]]:
    """What is to be told of a loan, and the memory of having told it. Steps of the ladder are not among it.

    `withdrawn_reports` were found to be wrong; `may_report`: the register may be told that more is overdue.
    """
    news: list[CaseAction] = []
    loan_id = facts.loan_id
    if memory.bucket != before.bucket:
        news.append(BucketMoved(loan_id, before.bucket, memory.bucket))
    if before.is_past_due and not levels.is_past_due:
        news.append(LoanCured(loan_id, before.bucket))
        if before.referred_on is not None:
            referral_id = f"{loan_id}:{before.referred_on:%Y%m%d}:recall"
            news.append(ReferralAsked(loan_id, "recall", "cured", referral_id))
    if memory.report is not None:
        memory, corrections = _report_put_right(facts, levels, memory, on, withdrawn_reports, may_report=may_report)
        news += corrections
    if facts.restructuring_id is not None:
        memory, broken = _broken_plan(facts, levels, memory, policy, on)
        news += broken
    return memory, news


def _state(facts: LoanFacts, levels: LoanLevels, referred_on: date | None, policy: LadderPolicy) -> LoanState:
    if facts.written_off and not facts.settled:
        return "written-off"
    if referred_on is not None and levels.is_past_due:
        return "legal"
    return policy.state_by_bucket[levels.bucket]


def _report_put_right(
    facts: LoanFacts, levels: LoanLevels, memory: LoanMemory, on: date, withdrawn: Collection[str], *, may_report: bool
) -> tuple[LoanMemory, list[CaseAction]]:
    """What the credit register is told when its report is no longer true.

    A debt that is no longer past due is reported as such; if it never should have been reported, it is withdrawn: it
    was found to be wrong, or the payment that cured it had counted before the first overdue day. When a reversal makes
    the reported debt past due again, or since an earlier date, the register is told that.
    """
    report = memory.report
    if report is None:
        return memory, []
    put_right = replace(
        report, on=on, overdue_minor=levels.amounts.total_minor if levels.is_past_due else 0,
        first_overdue_on=_first_overdue_on(report, levels),
    )  # fmt: skip
    told = replace(put_right, report_id=f"{report.report_id}:{on:%Y%m%d}")
    is_cured = bool(report.overdue_minor) and not levels.is_past_due
    paid_in_time = is_cured and _paid_since(report, facts) <= report.first_overdue_on
    if report.report_id in withdrawn or paid_in_time:
        return replace(memory, report=None), [ReportAsked(facts.loan_id, "withdrawal", "withdrawal", told)]
    if is_cured or (may_report and _is_revived(report, levels, facts, memory)):
        return replace(memory, report=put_right), [ReportAsked(facts.loan_id, "correction", "correction", told)]
    return memory, []


def _paid_since(report: CreditReport, facts: LoanFacts) -> date:
    """The value date of a payment that was not known when the report was made; the last of all days without one."""
    is_known = facts.last_payment_id in (None, report.last_payment_id)
    return date.max if is_known or facts.last_paid_on is None else facts.last_paid_on


def _first_overdue_on(report: CreditReport, levels: LoanLevels) -> date:
    if not levels.is_past_due or levels.anchor_due_on is None:
        return report.first_overdue_on
    return min(report.first_overdue_on, levels.anchor_due_on)


def _is_revived(report: CreditReport, levels: LoanLevels, facts: LoanFacts, memory: LoanMemory) -> bool:
    """Whether the reported debt is unpaid again, or since an earlier date, and nothing keeps back from saying so."""
    anchor = levels.anchor_due_on
    if not levels.is_past_due or anchor is None or facts.written_off or _KEEP_BACK.intersection(memory.flags):
        return False
    return anchor < report.first_overdue_on or (anchor == report.first_overdue_on and not report.overdue_minor)


def _broken_plan(
    facts: LoanFacts, levels: LoanLevels, memory: LoanMemory, policy: LadderPolicy, on: date
) -> tuple[LoanMemory, list[CaseAction]]:
    plan_id = facts.restructuring_id
    if (
        plan_id is None
        or memory.broken_plan_id == plan_id
        or not is_watched(facts, policy, on)
        or levels.days_past_due <= policy.plans.broken_after_days
    ):
        return memory, []
    consequence = policy.plans.on_broken
    actions: list[CaseAction] = [PlanBroken(facts.loan_id, plan_id, consequence)]
    if consequence == "offer-again":
        actions.append(OffersWanted(facts.loan_id, f"plan-broken:{plan_id}", "plan-broken"))
    return replace(memory, broken_plan_id=plan_id), actions
