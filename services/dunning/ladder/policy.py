"""The ladder as data: a versioned YAML document of buckets, steps and rules, refused with source, line and path."""

from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from schemas.dunning import LoanState
from schemas.values import AmountMinor, Identifier
from services.dunning.aging.days_past_due import DEFAULT_BUCKETS, Bucket, BucketTable, BucketTableError
from services.dunning.ladder.checks import check_steps, check_steps_fit_buckets
from services.dunning.ladder.risk_bands import DEFAULT_THRESHOLDS, RiskBandThresholds
from services.dunning.ladder.rules import (
    JURISDICTIONS,
    ContactBudget,
    CureRules,
    DisputeRules,
    Jurisdiction,
    Method,
    OverBorrowing,
    Percent,
    PlanRules,
    PromiseRules,
    ReliefRules,
    WorkingDays,
)
from services.dunning.ladder.steps import Condition, LadderStep, WhenNotDone
from services.yaml_documents import broken_rule, parse_document

__all__ = ["Condition", "LadderPolicy", "LadderStep", "WhenNotDone", "parse_ladder"]

_STATES_IN_ORDER: tuple[LoanState, ...] = ("current", "grace", "early", "middle", "late", "pre-legal")


class LadderPolicy(BaseModel):
    """A ladder: `steps` in order of `at_days` (sorted on load), the buckets of days past due, and its rules.

    `method` says how days past due count. An overdue total at or below `small_balance_tolerance_minor` (minor units of
    the loan's currency) or `tolerance_percent` of the principal outstanding, whichever is more, is not past due.
    `states` names the state of each bucket; buckets left out take the states in their order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Annotated[str, Field(min_length=1, max_length=64)]
    jurisdiction: Jurisdiction = "CN"
    method: Method = "oldest-unpaid"
    small_balance_tolerance_minor: AmountMinor = 0
    tolerance_percent: Percent | None = None
    working_days: WorkingDays | None = None
    buckets: Annotated[tuple[Bucket, ...], Field(strict=False)] = DEFAULT_BUCKETS
    states: dict[Identifier, LoanState] = Field(default_factory=dict)
    report_waiting_days: Annotated[int, Field(ge=0, le=365)] | None = None
    limitation_years: Annotated[int, Field(ge=1, le=30)] | None = None
    steps: Annotated[tuple[LadderStep, ...], Field(strict=False)]
    contact_budget: ContactBudget | None = None
    promises: PromiseRules = PromiseRules()
    relief: ReliefRules = ReliefRules()
    disputes: DisputeRules = DisputeRules()
    plans: PlanRules = PlanRules()
    cures: CureRules = CureRules()
    over_borrowing: OverBorrowing = OverBorrowing()
    risk_bands: RiskBandThresholds = DEFAULT_THRESHOLDS

    @field_validator("buckets")
    @classmethod
    def _buckets_cover_every_day(cls, buckets: tuple[Bucket, ...]) -> tuple[Bucket, ...]:
        try:
            BucketTable(buckets)
        except BucketTableError as error:
            raise broken_rule(error.reason, (error.index, error.field)) from error
        return buckets

    @field_validator("steps")
    @classmethod
    def _steps_make_a_ladder(cls, steps: tuple[LadderStep, ...], known: ValidationInfo) -> tuple[LadderStep, ...]:
        """Checked in the order of the document, against the fields before this one as far as they are valid."""
        check_steps(steps)
        buckets, jurisdiction = known.data.get("buckets"), known.data.get("jurisdiction")
        if buckets is not None and jurisdiction is not None:
            waiting_days = _waiting_days(jurisdiction, known.data.get("report_waiting_days"))
            check_steps_fit_buckets(steps, buckets, waiting_days)
        return tuple(sorted(steps, key=lambda step: step.at_days))

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        names = {bucket.name for bucket in self.buckets}
        for name in self.states:
            if name not in names:
                raise broken_rule("is not the name of a bucket", ("states", name))
        waiting = self.report_waiting_days
        least = JURISDICTIONS[self.jurisdiction].report_waiting_days
        if waiting is not None and waiting < least:
            raise broken_rule(f"{waiting} is below the {least} days of {self.jurisdiction}", ("report_waiting_days",))
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with `update`, validated like a document (and without the look-up tables of this one)."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**fields, **(update or {})})

    @cached_property
    def bucket_table(self) -> BucketTable:
        """The buckets, ready for look-up."""
        return BucketTable(self.buckets)

    @cached_property
    def step_days(self) -> tuple[int, ...]:
        """The `at_days` of each step, ascending."""
        return tuple(step.at_days for step in self.steps)

    @cached_property
    def step_by_id(self) -> dict[str, LadderStep]:
        """The steps by their ids."""
        return {step.id: step for step in self.steps}

    @cached_property
    def awaited_steps(self) -> frozenset[str]:
        """The ids of steps that others come after."""
        return frozenset(step.after.step for step in self.steps if step.after is not None)

    @cached_property
    def steps_to_prove(self) -> frozenset[str]:
        """The ids of notices that count only if it is known that they were sent.

        Those of a credit report, and those that another step comes after.
        """
        notices = {step.id for step in self.steps if step.is_notice}
        of_reports = {step.id for step in self.steps if step.action == "credit-notice"}
        return frozenset(of_reports | (notices & self.awaited_steps))

    @cached_property
    def state_by_bucket(self) -> dict[str, LoanState]:
        """The state of a loan in each bucket."""
        last = len(_STATES_IN_ORDER) - 1
        by_order = {bucket.name: _STATES_IN_ORDER[min(index, last)] for index, bucket in enumerate(self.buckets)}
        return {**by_order, **self.states}

    @property
    def waiting_days(self) -> int:
        """Days from the notice of a credit report to the report."""
        return _waiting_days(self.jurisdiction, self.report_waiting_days)

    @property
    def years_of_limitation(self) -> int | None:
        """Years for which a debt can be sued for; None where the lender has not said and no preset knows."""
        return self.limitation_years or JURISDICTIONS[self.jurisdiction].limitation_years

    def steps_reached(self, days: int) -> int:
        """How many steps lie at or before `days` from the due date: `steps[n - 1]` is the last, `steps[n]` next."""
        return bisect_right(self.step_days, days)


def _waiting_days(jurisdiction: Jurisdiction, set_by_lender: int | None) -> int:
    return JURISDICTIONS[jurisdiction].report_waiting_days if set_by_lender is None else set_by_lender


def parse_ladder(text: str, source_name: str) -> LadderPolicy:
    """The ladder in YAML `text`; `source_name` (a file name) is used in errors only. Raises DocumentError."""
    return parse_document(text, source_name, LadderPolicy)
