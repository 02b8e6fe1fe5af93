"""Answers about a case. Amounts are whole minor units of the currency beside them; levels are as of `as_of`."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.cases import Verdict
from schemas.dunning import LoanFlag, LoanState
from schemas.hardship import HardshipReason, HoldReason, HoldStop
from schemas.offers import OfferedInstalment, OfferedPlan, PlanKind
from services.dunning.ladder.risk_bands import RiskBand


class Answer(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)


class ComponentsAnswer(Answer):
    """An amount by component, and their sum."""

    penalty_minor: int
    fee_minor: int
    interest_minor: int
    principal_minor: int
    total_minor: int


class StepAnswer(Answer):
    """What became of a step of the ladder, since `on`.

    `deferred_until`: the notifier lets the message leave then at the earliest, by a contact rule.
    """

    step_id: str
    status: str
    on: date
    attempts: int
    deferred_until: datetime | None


class LoanAnswer(Answer):
    """A loan of the case. `told_as_of` is the ledger's date that its amounts are of."""

    loan_id: str
    currency: str
    product: str | None
    state: LoanState
    bucket: str
    days_past_due: int
    flags: tuple[LoanFlag, ...]
    told_as_of: date
    overdue: ComponentsAnswer
    principal_outstanding_minor: int
    oldest_unpaid_due_on: date | None
    next_due_on: date | None
    settled: bool
    written_off: bool
    restructured_on: date | None
    reported_on: date | None
    referred_on: date | None
    steps: tuple[StepAnswer, ...]


class HoldAnswer(Answer):
    """A hold: the borrower's own, on all their loans or on `loan_id`, or one of their region or product."""

    hold_id: str
    scope: Literal["borrower", "loan", "region", "product"]
    loan_id: str | None
    hold_reason: HoldReason
    stops: tuple[HoldStop, ...]
    from_on: date
    to_on: date | None
    lifted_on: date | None
    is_in_force: bool


class PromiseAnswer(Answer):
    """A promise to pay, and what became of it by what was paid until `as_of`."""

    promise_id: str
    loan_id: str | None
    currency: str
    amount_minor: int
    made_on: date
    due_on: date
    verdict: Verdict
    paid_minor: int


class HardshipAnswer(Answer):
    """A hardship of the borrower or of their region, and the relief that it gives."""

    hardship_id: str
    hardship_reason: HardshipReason
    from_on: date
    review_on: date
    ended_on: date | None
    is_regional: bool
    is_in_force: bool


class FinancesAnswer(Answer):
    """What was last told of the borrower's means."""

    currency: str
    as_of: date
    income_monthly_minor: int | None
    other_obligations_monthly_minor: int
    number_of_lenders: int | None
    number_of_dependants: int | None


class RiskAnswer(Answer):
    """How likely the borrower is to default, as a model said."""

    probability_of_default: Decimal
    risk_band: RiskBand
    model_version: str
    assessed_on: date


class ExposureAnswer(Answer):
    """What the borrower owes over all loans, and how the next instalments compare with a month's income."""

    principal_minor_by_currency: dict[str, int]
    overdue_minor_by_currency: dict[str, int]
    instalments_to_income_percent: int | None
    number_of_lenders: int | None
    is_over_borrowed: bool


class PlanInBrief(Answer):
    """A plan of an offer."""

    plan_id: str
    kind: PlanKind
    number_of_instalments: int
    total_cost_minor: int


class OfferInBrief(Answer):
    """An offer that can be accepted until the end of `expires_on`."""

    offer_id: str
    loan_id: str
    currency: str
    made_on: date
    expires_on: date
    plans: tuple[PlanInBrief, ...]


class TaskAnswer(Answer):
    """What a person is asked to do for a borrower."""

    borrower_id: str
    task_id: str
    kind: str
    loan_id: str | None
    step_id: str | None
    requested_on: date


class CaseAnswer(Answer):
    """A borrower's case as of the business date `as_of`; null before the first.

    `next_look_on` is the next date on which anything can change by itself. `offers` and `tasks` are the open ones.
    `policy_version` and `arm`: the ladder that the case goes by, and as part of which share of the borrowers.
    """

    borrower_id: str
    as_of: date | None
    evaluated_on: date | None
    next_look_on: date | None
    policy_version: str
    arm: str
    region: str | None
    segment: str | None
    exposure: ExposureAnswer
    finances: FinancesAnswer | None
    risk: RiskAnswer | None
    loans: tuple[LoanAnswer, ...]
    holds: tuple[HoldAnswer, ...]
    promises: tuple[PromiseAnswer, ...]
    hardships: tuple[HardshipAnswer, ...]
    offers: tuple[OfferInBrief, ...]
    tasks: tuple[TaskAnswer, ...]


class OfferAnswer(Answer):
    """An offer as it was put to the borrower, and what became of it; `plan_id` is the accepted plan.

    `current_instalments` are what the borrower would pay without a plan, and their total compares with a plan's
    `total_cost_minor`; both null for offers made before they were kept.
    """

    offer_id: str
    loan_id: str
    currency: str
    status: Literal["open", "accepted", "declined", "expired", "withdrawn", "countered"]
    made_on: date
    expires_on: date
    rule: str
    plan_id: str | None
    plans: tuple[OfferedPlan, ...]
    current_instalments: tuple[OfferedInstalment, ...] | None
    current_total_cost_minor: int | None


class OffersAnswer(Answer):
    """All offers to a borrower, newest first."""

    borrower_id: str
    offers: tuple[OfferAnswer, ...]


class RejectedKind(Answer):
    """A kind of plan that is not offered, and the rule against it."""

    kind: PlanKind
    rule: str
    reason: str


class PossiblePlans(Answer):
    """What would be offered for a loan on `as_of`, the recommended plan first, and which kinds would not.

    `current_instalments` are what the borrower would pay without a plan.
    """

    borrower_id: str
    loan_id: str
    currency: str
    as_of: date
    plans: tuple[OfferedPlan, ...]
    rejected: tuple[RejectedKind, ...]
    current_instalments: tuple[OfferedInstalment, ...]
    current_total_cost_minor: int


class CommandAnswer(Answer):
    """What a command did: `id` is what it made or was about. `changed` is false where all was so already."""

    command: str
    id: str
    on: date
    changed: bool
    case: CaseAnswer


class AreaCommandAnswer(Answer):
    """What a command about many borrowers did; each of their cases is looked at by itself on its day."""

    command: str
    id: str
    on: date
