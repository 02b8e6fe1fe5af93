"""What is kept of each evaluation: why it was made, what it saw and decided. Figures and replays read it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from pydantic import TypeAdapter

from services.dunning.cases.case_actions import (
    BucketMoved,
    HoldTold,
    LoanCured,
    NoticeAsked,
    OffersWanted,
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
from services.dunning.cases.case_evaluation import CaseEvaluation, KeptBack
from services.dunning.cases.case_file import Areas, CaseFile
from services.dunning.cases.case_text import loan_facts_text
from services.dunning.cases.identifiers import fitted
from services.dunning.cases.loan_levels import overdue_on
from services.dunning.kept_schedule import KeptSchedule
from services.dunning.ladder.choice import Chosen
from services.dunning.what_if.seen_areas import seen_areas_text

_KINDS: Final[dict[type, str]] = {
    BucketMoved: "bucket", StateMoved: "state", LoanCured: "cure", NoticeAsked: "notice", OffersWanted: "offers",
    TaskAsked: "task", ReportAsked: "credit-report", ReferralAsked: "referral", PlanBroken: "plan-broken",
    HoldTold: "hold", ReliefTold: "relief", PromiseTaken: "promise", PromiseVerdict: "promise-verdict",
    OverBorrowingSeen: "over-borrowing", KeptBack: "kept-back", PenaltiesStop: "penalties-stop",
    PenaltiesResume: "penalties-resume",
}  # fmt: skip
_ADAPTERS: Final[dict[type, TypeAdapter[Any]]] = {kind: TypeAdapter(kind) for kind in _KINDS}


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision: its kind, the rule and the version it was made under, and the facts it saw, as JSON text."""

    borrower_id: str
    evaluation: int
    number: int
    on: date
    loan_id: str | None
    kind: str
    step_id: str | None
    rule: str
    policy_version: str
    arm: str
    decided: str
    facts: str | None


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A loan as it stood when its bucket, state or flags moved."""

    borrower_id: str
    loan_id: str
    evaluation: int
    on: date
    currency: str
    bucket: str
    state: str
    flags: tuple[str, ...]
    days_past_due: int
    overdue_minor: int
    principal_outstanding_minor: int
    settled: bool


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One evaluation of a case; `areas` are the holds and reliefs for many that it saw, as JSON text."""

    borrower_id: str
    evaluation: int
    on: date
    policy_version: str
    arm: str
    next_look_on: date | None
    areas: str | None


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A standing that the ledger told; `facts` are the loan's after it, as JSON text.

    Of an event about a payment, `payment_minor` is what was allocated of it or charged back; None: all is reversed.
    """

    borrower_id: str
    loan_id: str
    ledger_sequence: int
    evaluation: int
    event_type: str
    as_of: date
    currency: str
    overdue_minor: int
    principal_outstanding_minor: int
    facts: str
    payment_id: str | None = None
    payment_minor: int | None = None


@dataclass(frozen=True, slots=True)
class FactRow:
    """Something told of a borrower, as JSON text of its event's data."""

    borrower_id: str
    number: int
    evaluation: int
    on: date
    kind: str
    fact: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What a person is asked to do."""

    borrower_id: str
    task_id: str
    kind: str
    loan_id: str | None
    step_id: str | None
    requested_on: date


@dataclass(slots=True)
class Record:
    """Rows to append, in the order they came about."""

    evaluations: list[EvaluationRow] = field(default_factory=list)
    decisions: list[DecisionRow] = field(default_factory=list)
    levels: list[LevelRow] = field(default_factory=list)
    standings: list[StandingRow] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    tasks: list[TaskRow] = field(default_factory=list)
    schedules: dict[tuple[str, str], KeptSchedule] = field(default_factory=dict)
    """What is to be kept of loans' schedules, by borrower and loan."""

    def add_evaluation(
        self, case: CaseFile, chosen: Chosen, areas: Areas, evaluation: CaseEvaluation, on: date
    ) -> None:  # fmt: skip
        """Keep an evaluation that was applied to its case."""
        version, number = chosen.policy.version, case.evaluations
        self.evaluations.append(
            EvaluationRow(
                case.borrower_id, number, on, version, chosen.arm, evaluation.next_look_on, seen_areas_text(case, areas)
            )
        )
        moved = {
            action.loan_id for action in evaluation.actions if isinstance(action, BucketMoved | StateMoved)
        }  # fmt: skip
        self.levels += [_level(case, loan_id, on) for loan_id in sorted(moved)]
        if chosen.moved_from is not None:
            self._decide(case, chosen, on, "ladder", None, None, "under-way-moves", f'{{"from":"{chosen.moved_from}"}}')
        self.tasks += [
            TaskRow(case.borrower_id, fitted(action.task_id), action.kind, action.loan_id, action.step_id, on)
            for action in evaluation.actions
            if isinstance(action, TaskAsked)
        ]
        for action in (*evaluation.actions, *evaluation.kept_back):
            loan_id, step_id = getattr(action, "loan_id", None), getattr(action, "step_id", None)
            kind = _KINDS[type(action)]
            text = _ADAPTERS[type(action)].dump_json(action, exclude_defaults=True).decode()
            self._decide(case, chosen, on, kind, loan_id, step_id, getattr(action, "rule", kind), text)

    def _decide(
        self, case: CaseFile, chosen: Chosen, on: date, kind: str, loan_id: str | None, step_id: str | None, rule: str,
        decided: str,
    ) -> None:  # fmt: skip
        same = self.decisions and self.decisions[-1].borrower_id == case.borrower_id
        number = self.decisions[-1].number + 1 if same and self.decisions[-1].evaluation == case.evaluations else 1
        facts = None if loan_id is None else loan_facts_text(case.loans[loan_id].facts)
        self.decisions.append(DecisionRow(
            case.borrower_id, case.evaluations, number, on, loan_id, kind, step_id, rule, chosen.policy.version,
            chosen.arm, decided, facts,
        ))  # fmt: skip


def _level(case: CaseFile, loan_id: str, on: date) -> LevelRow:
    file = case.loans[loan_id]
    memory, facts = file.memory, file.facts
    return LevelRow(
        case.borrower_id, loan_id, case.evaluations, on, facts.currency, memory.bucket, memory.state, memory.flags,
        memory.days_past_due, overdue_on(facts, on).total_minor, facts.principal_outstanding_minor, facts.settled,
    )  # fmt: skip
