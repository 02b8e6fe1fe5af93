"""What dunning remembers of a loan between evaluations: where it stood, and what was done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from schemas.dunning import LoanFlag, LoanState
from services.dunning.ladder.policy import LadderPolicy

StepStatus = Literal["asked", "done", "failed", "suppressed", "unknown", "unproven", "covered", "skipped"]
"""`asked`: the outcome is not known yet. `covered`: another notice or call was made in its place. `failed` and
`suppressed`: the notifier could not, or should not, send it; it is tried again or `skipped`. `unknown`: whether it was
sent cannot be known; `unproven`: it must be, and a person is asked to find out."""

UNTRIED: Final = frozenset({"failed", "suppressed"})


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What became of a step, since `on`, at attempt number `attempts`.

    `due_on` is the due date it was asked for, where it is not the one that the memory is about. `covered_by` is the
    more severe step of the same loan that covers it; `taken_for` the step that fell back on it. `words` are what the
    notifier told of the attempt, in order of the alphabet; `deferred_until` is the latest time it named to wait for.
    `offered_on`: plans were wanted with it on this day. `is_after_unknown`: an attempt before was `unknown`.
    """

    status: StepStatus
    on: date
    attempts: int = 1
    due_on: date | None = None
    covered_by: str | None = None
    taken_for: str | None = None
    words: tuple[str, ...] = ()
    deferred_until: datetime | None = None
    offered_on: date | None = None
    is_after_unknown: bool = False


Steps = Mapping[str, StepRecord]
NO_STEPS: Final[Steps] = {}


@dataclass(frozen=True, slots=True)
class CreditReport:
    """What was last told to the credit register: `overdue_minor` 0 after a correction.

    `last_payment_id` is the newest payment known when it was reported.
    """

    report_id: str
    on: date
    first_overdue_on: date
    overdue_minor: int
    last_payment_id: str | None = None


@dataclass(frozen=True, slots=True)
class LoanMemory:
    """Where a loan stood when last evaluated, and what was done.

    `steps` were taken for the due date `anchor_due_on`, `former_steps` before for `former_anchor_due_on`: a payment
    reversed later can bring those back. `arrears_since` is the due date whose passing put the loan into arrears,
    `above_since` the day before the overdue total first exceeded the tolerance; both None outside arrears.
    `former_arrears` are spells that ended, newest last, as (since, ended on). `awaited_due_on` was next due when the
    loan was last seen within the tolerance; None where days count from the oldest unpaid due date.
    """

    bucket: str
    days_past_due: int = 0
    is_past_due: bool = False
    state: LoanState = "current"
    flags: tuple[LoanFlag, ...] = ()
    anchor_due_on: date | None = None
    steps: Steps = field(default_factory=dict)
    former_anchor_due_on: date | None = None
    former_steps: Steps = field(default_factory=dict)
    arrears_since: date | None = None
    above_since: date | None = None
    former_arrears: tuple[tuple[date, date], ...] = ()
    awaited_due_on: date | None = None
    cured_on: date | None = None
    report: CreditReport | None = None
    referred_on: date | None = None
    restructuring_id: str | None = None
    """The restructuring that the loan was last seen under."""
    broken_plan_id: str | None = None
    """The restructuring that was last judged broken."""
    kept_back: tuple[tuple[str, str], ...] = ()
    """Steps that are due but for a rule, as (step id, rule)."""
    interest_stops: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    """Holds that stop penalties and that the ledger was told of, by id, with the days on which it was told they end."""

    @classmethod
    def initial(cls, policy: LadderPolicy) -> "LoanMemory":
        """The memory of a loan never evaluated: not past due, nothing done."""
        return cls(policy.buckets[0].name, state=policy.state_by_bucket[policy.buckets[0].name])
