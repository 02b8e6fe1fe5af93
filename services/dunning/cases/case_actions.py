"""What an evaluation of a case decides, as values: each becomes an event, and a decision that is kept."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from schemas.cases import TaskKind, Verdict
from schemas.dunning import LoanFlag, LoanState
from services.dunning.aging.holds import Hold
from services.dunning.amounts import Amounts
from services.dunning.cases.loan_memory import CreditReport
from services.dunning.cases.promises import Promise
from services.dunning.cases.relief import Relief
from services.dunning.ladder.steps import Notice

LADDER_RULE: Final = "ladder:"
"""How the rule of a notice begins that a step of the ladder asks for."""
_WORDS_OF_HELP: Final = frozenset({"offer_help", "offer"})


@dataclass(frozen=True, slots=True)
class BucketMoved:
    """A loan moved between buckets, by name."""

    loan_id: str
    from_bucket: str
    to_bucket: str


@dataclass(frozen=True, slots=True)
class StateMoved:
    """A loan's state or flags differ from before."""

    loan_id: str
    from_state: LoanState
    to_state: LoanState
    flags: tuple[LoanFlag, ...]


@dataclass(frozen=True, slots=True)
class LoanCured:
    """A loan that was past due is current again, or settled."""

    loan_id: str
    from_bucket: str


@dataclass(frozen=True, slots=True)
class NoticeAsked:
    """A message to ask for, about what is due on `due_on`; `rule` says why, `attempt` counts from 1."""

    loan_id: str
    step_id: str
    rule: str
    attempt: int
    notice: Notice
    due_on: date
    amounts: Amounts

    @property
    def is_of_help(self) -> bool:
        """Whether a step of the ladder says with it that plans are possible, as the message with an offer does."""
        return self.rule.startswith(LADDER_RULE) and self.notice.template in _WORDS_OF_HELP


@dataclass(frozen=True, slots=True)
class OffersWanted:
    """Plans are to be made for a loan; `rule` says why."""

    loan_id: str
    step_id: str
    rule: str


@dataclass(frozen=True, slots=True)
class TaskAsked:
    """A person is asked to act."""

    kind: TaskKind
    task_id: str
    loan_id: str | None
    step_id: str | None


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """A credit report, its correction or its withdrawal."""

    loan_id: str
    kind: Literal["report", "correction", "withdrawal"]
    step_id: str
    report: CreditReport


@dataclass(frozen=True, slots=True)
class ReferralAsked:
    """A loan is handed to lawyers, or called back."""

    loan_id: str
    kind: Literal["refer", "recall"]
    step_id: str
    referral_id: str


@dataclass(frozen=True, slots=True)
class PlanBroken:
    """A restructured loan fell behind within its watch period."""

    loan_id: str
    restructuring_id: str
    consequence: Literal["undo", "keep", "offer-again"]


@dataclass(frozen=True, slots=True)
class HoldTold:
    """A hold is in force, or over."""

    hold: Hold
    began: bool


@dataclass(frozen=True, slots=True)
class PenaltiesStop:
    """A hold lets no penalty accrue on a loan from `from_on` to `to_on`, both included; None: until it is lifted."""

    loan_id: str
    hold_id: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class PenaltiesResume:
    """A hold that stops a loan's penalties is lifted: `resumed_on` is the first day without it.

    `times` counts from 1: a hold can be lifted again, on an earlier day.
    """

    loan_id: str
    hold_id: str
    resumed_on: date
    times: int


@dataclass(frozen=True, slots=True)
class ReliefTold:
    """Relief is granted, or over."""

    relief: Relief
    began: bool
    review_on: date


@dataclass(frozen=True, slots=True)
class PromiseTaken:
    """A promise is taken."""

    promise: Promise


@dataclass(frozen=True, slots=True)
class PromiseVerdict:
    """What became of a promise."""

    promise: Promise
    verdict: Verdict
    paid_minor: int


@dataclass(frozen=True, slots=True)
class OverBorrowingSeen:
    """The borrower came to owe too much for their means, or no longer does."""

    is_over_borrowed: bool
    instalments_to_income_percent: int | None
    number_of_lenders: int | None


CaseAction = (
    BucketMoved | StateMoved | LoanCured | NoticeAsked | OffersWanted | TaskAsked | ReportAsked | ReferralAsked
    | PlanBroken | HoldTold | PenaltiesStop | PenaltiesResume | ReliefTold | PromiseTaken | PromiseVerdict
    | OverBorrowingSeen
)  # fmt: skip
