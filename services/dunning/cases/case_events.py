"""What an evaluation decided, as events of the contract."""

from datetime import date
from typing import Any

from schemas.cases import (
    HoldBegan,
    HoldEnded,
    OverBorrowingFlagged,
    PromiseJudged,
    PromiseRecorded,
    ReliefEnded,
    ReliefGranted,
    TaskRequested,
)
from schemas.dunning import (
    BucketChanged,
    CaseCured,
    CreditReportRequested,
    InterestResumed,
    InterestStopped,
    LegalReferralRequested,
    LoanStateChanged,
    ReminderRequested,
    RestructureUndone,
)
from schemas.values import ComponentAmounts, EventData
from services.dunning.amounts import Amounts
from services.dunning.cases.case_actions import (
    BucketMoved,
    CaseAction,
    HoldTold,
    LoanCured,
    NoticeAsked,
    OverBorrowingSeen,
    PenaltiesResume,
    PenaltiesStop,
    PlanBroken,
    PromiseTaken,
    PromiseVerdict,
    ReferralAsked,
    ReliefTold,
    ReportAsked,
    StateMoved,
    TaskAsked,
)
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.identifiers import fitted, reminder_id
from services.dunning.ladder.policy import LadderPolicy
from services.eventing.envelope import OutgoingEvent, outgoing


def events_of(
    action: CaseAction, case: CaseFile, policy: LadderPolicy, on: date, traceparent: str | None
) -> list[OutgoingEvent]:
    """The events that an action becomes; the counters of the case move on."""
    loan_id = getattr(action, "loan_id", None)
    about_loan = _loan_event(action, case, policy, on) if loan_id is not None else None
    if about_loan is not None:
        file = case.loans[loan_id]  # type: ignore[index]
        file.sequence += 1
        return [outgoing(about_loan, file.sequence, traceparent=traceparent)]
    if isinstance(action, PlanBroken):
        return _plan_broken(action, case, on, traceparent)
    if isinstance(action, PenaltiesStop | PenaltiesResume):
        return [_interest_event(action, case.borrower_id, traceparent)]
    about_case = _case_event(action, case, policy, on)
    if about_case is None:
        return []
    case.sequence += 1
    return [outgoing(about_case, case.sequence, traceparent=traceparent)]


def component_amounts(amounts: Amounts) -> ComponentAmounts:
    """Amounts of the domain as the contract carries them."""
    return ComponentAmounts(
        penalty_minor=amounts.penalty_minor,
        fee_minor=amounts.fee_minor,
        interest_minor=amounts.interest_minor,
        principal_minor=amounts.principal_minor,
    )


def _loan_event(action: CaseAction, case: CaseFile, policy: LadderPolicy, on: date) -> EventData | None:
    """The event of an action about one loan; None for actions that are about the borrower, or become no event."""
    loan_id = getattr(action, "loan_id", None)
    file = case.loans[loan_id] if loan_id is not None else None
    if file is None:
        return None
    common: dict[str, Any] = {
        "borrower_id": case.borrower_id, "loan_id": loan_id, "business_date": on,
        "days_past_due": file.memory.days_past_due, "policy_version": policy.version,
    }  # fmt: skip
    currency = file.facts.currency
    match action:
        case BucketMoved():
            return BucketChanged(**common, from_bucket=action.from_bucket, to_bucket=action.to_bucket)
        case StateMoved():
            return LoanStateChanged(
                **common, from_state=action.from_state, to_state=action.to_state, flags=action.flags
            )
        case LoanCured():
            return CaseCured(**common, from_bucket=action.from_bucket)
        case NoticeAsked():
            return ReminderRequested(
                **common, currency=currency, step_id=action.step_id, template=action.notice.template,
                channels=action.notice.channels, due_on=action.due_on, amounts=component_amounts(action.amounts),
                reminder_id=reminder_id(action.loan_id, action.due_on, action.step_id, action.attempt),
                attempt=action.attempt, rule=action.rule,
            )  # fmt: skip
        case ReportAsked():
            return CreditReportRequested(
                **common, currency=currency, kind=action.kind, report_id=fitted(action.report.report_id),
                overdue_minor=action.report.overdue_minor,
                principal_outstanding_minor=file.facts.principal_outstanding_minor,
                first_overdue_on=action.report.first_overdue_on,
            )  # fmt: skip
        case ReferralAsked():
            return LegalReferralRequested(
                **common, currency=currency, kind=action.kind, referral_id=fitted(action.referral_id),
                overdue_minor=file.facts.overdue.total_minor,
            )  # fmt: skip
        case _:
            return None


def _case_event(action: CaseAction, case: CaseFile, policy: LadderPolicy, on: date) -> EventData | None:
    common: dict[str, Any] = {
        "borrower_id": case.borrower_id, "business_date": on, "policy_version": policy.version
    }  # fmt: skip
    match action:
        case HoldTold(hold=hold, began=True):
            return HoldBegan(
                **common, hold_id=hold.hold_id, loan_id=hold.loan_id, reason=hold.reason,
                stops=tuple(sorted(hold.stops)), from_on=hold.from_on, to_on=hold.to_on,
            )  # fmt: skip
        case HoldTold(hold=hold):
            return HoldEnded(**common, hold_id=hold.hold_id, loan_id=hold.loan_id)
        case ReliefTold(relief=relief, began=True):
            return ReliefGranted(
                **common, relief_id=relief.relief_id, reason=relief.reason, review_on=action.review_on,
                refers_to_emergency_reserve=policy.relief.has_emergency_reserve,
            )  # fmt: skip
        case ReliefTold(relief=relief):
            return ReliefEnded(**common, relief_id=relief.relief_id)
        case PromiseTaken(promise=promise):
            return PromiseRecorded(
                **common, promise_id=promise.promise_id, loan_id=promise.loan_id, currency=promise.currency,
                amount_minor=promise.amount_minor, made_on=promise.made_on, due_on=promise.due_on,
            )  # fmt: skip
        case PromiseVerdict(promise=promise):
            return PromiseJudged(
                **common, promise_id=promise.promise_id, verdict=action.verdict, amount_minor=promise.amount_minor,
                paid_minor=action.paid_minor,
            )  # fmt: skip
        case TaskAsked():
            return TaskRequested(
                **common, task_id=fitted(action.task_id), kind=action.kind, loan_id=action.loan_id,
                step_id=action.step_id,
            )  # fmt: skip
        case OverBorrowingSeen():
            return OverBorrowingFlagged(
                **common, is_over_borrowed=action.is_over_borrowed,
                instalments_to_income_percent=action.instalments_to_income_percent,
                number_of_lenders=action.number_of_lenders,
            )  # fmt: skip
        case _:
            return None


def _plan_broken(action: PlanBroken, case: CaseFile, on: date, traceparent: str | None) -> list[OutgoingEvent]:
    """Undoing a plan is told to the ledger; its event is the second of the restructuring."""
    if action.consequence != "undo":
        return []
    data = RestructureUndone(
        borrower_id=case.borrower_id, loan_id=action.loan_id, restructuring_id=action.restructuring_id, undone_on=on
    )
    return [outgoing(data, 2, traceparent=traceparent)]


def _interest_event(
    action: PenaltiesStop | PenaltiesResume, borrower_id: str, traceparent: str | None
) -> OutgoingEvent:
    """A stop of a loan's penalties is told to the ledger: the first event of the stop; each end of it the next."""
    ids = {
        "borrower_id": borrower_id, "loan_id": action.loan_id, "stop_id": fitted(f"{action.hold_id}:{action.loan_id}")
    }  # fmt: skip
    if isinstance(action, PenaltiesStop):
        return outgoing(InterestStopped(**ids, from_on=action.from_on, to_on=action.to_on), 1, traceparent=traceparent)
    return outgoing(InterestResumed(**ids, resumed_on=action.resumed_on), 1 + action.times, traceparent=traceparent)
