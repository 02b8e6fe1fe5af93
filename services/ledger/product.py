"""A product: the versioned document that says on which terms loans of one kind are made.

A version never changes; changed rules are a new version, so that a loan keeps what it was disbursed under.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from schemas.lending import LoanDisbursed
from schemas.values import AmountMinor, Currency, PositiveAmountMinor
from services.ledger.product_rules import (
    AllocationRules,
    CostCap,
    Days,
    LateFeeRules,
    PenaltyRules,
    ProductPart,
    RatePercent,
)
from services.schedules.annual_cost import costs_more_than, nominal_annual_percent
from services.schedules.loan_prime_rate import NoLoanPrimeRate
from services.schedules.rounding import RoundingMode
from services.schedules.schedule import MAXIMUM_INSTALMENTS, InvalidTerms, LoanTerms, build_schedule
from services.schedules.terms import DayCount, InterestGrace, Method, PeriodUnit
from services.schedules.working_days import NonWorkingDays
from services.yaml_documents import broken_rule

# Without '@', so that a reference id@version splits in one way only.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
InstalmentCount = Annotated[int, Field(ge=1, le=MAXIMUM_INSTALMENTS)]
GraceInstalments = Annotated[int, Field(ge=0, lt=MAXIMUM_INSTALMENTS)]


class ScheduleDefaults(ProductPart):
    """The terms of a loan that a disbursal leaves out; what each means is told by `LoanTerms`."""

    method: Method = "equal_instalment"
    day_count: DayCount = "30/360"
    every: Annotated[tuple[Annotated[int, Field(ge=1, le=366)], PeriodUnit], Field(strict=False)] = (1, "months")
    due_day_of_month: Annotated[int, Field(ge=1, le=31)] | None = None
    minimum_days_to_first_due: Annotated[int, Field(ge=1, le=366)] = 1
    keeps_month_end: bool = False
    country: str | None = None
    subdivision: str | None = None
    non_working_days: NonWorkingDays = "leave"
    interest_on_adjusted_dates: bool = False
    principal_grace_instalments: GraceInstalments = 0
    interest_grace_instalments: GraceInstalments = 0
    interest_grace: InterestGrace = "deferred"
    rounding_mode: RoundingMode = "half_up"
    rounding_unit_minor: PositiveAmountMinor = 1

    @model_validator(mode="after")
    def _a_loan_can_be_made_of_them(self) -> Self:
        try:
            LoanTerms(
                principal_minor=1,
                currency="CNY",
                annual_rate_percent=Decimal(0),
                number_of_instalments=MAXIMUM_INSTALMENTS,
                disbursed_on=date(2024, 1, 1),
                **self.as_terms,
            )
        except InvalidTerms as error:
            raise broken_rule(error.reason, (error.field,)) from error
        return self

    @cached_property
    def as_terms(self) -> Mapping[str, Any]:
        """The defaults as fields of `LoanTerms`."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class Limits(ProductPart):
    """What a loan of the product may be; null: no limit."""

    minimum_principal_minor: PositiveAmountMinor | None = None
    maximum_principal_minor: PositiveAmountMinor | None = None
    minimum_annual_rate_percent: RatePercent | None = None
    maximum_annual_rate_percent: RatePercent | None = None
    minimum_instalments: InstalmentCount | None = None
    maximum_instalments: InstalmentCount | None = None

    @model_validator(mode="after")
    def _leave_room(self) -> Self:
        for name in ("principal_minor", "annual_rate_percent", "instalments"):
            lowest, highest = getattr(self, f"minimum_{name}"), getattr(self, f"maximum_{name}")
            if lowest is not None and highest is not None and lowest > highest:
                raise broken_rule(f"must not be below minimum_{name}", (f"maximum_{name}",))
        return self

    @cached_property
    def _bounds(self) -> tuple[tuple[str, Any, Any], ...]:
        """Each field of `LoanTerms` that is limited, with its lowest and highest value."""
        bounds = (
            ("principal_minor", self.minimum_principal_minor, self.maximum_principal_minor),
            ("annual_rate_percent", self.minimum_annual_rate_percent, self.maximum_annual_rate_percent),
            ("number_of_instalments", self.minimum_instalments, self.maximum_instalments),
        )
        return tuple(bound for bound in bounds if bound[1:] != (None, None))

    def check(self, terms: LoanTerms) -> None:
        """Raises InvalidTerms naming the limit that the terms break."""
        for field, lowest, highest in self._bounds:
            value = getattr(terms, field)
            if lowest is not None and value < lowest:
                raise InvalidTerms(field, value, f"is below the product's minimum of {lowest}")
            if highest is not None and value > highest:
                raise InvalidTerms(field, value, f"is above the product's maximum of {highest}")


class Product(ProductPart):
    """One version of a product. Amounts are in minor units of the loan's currency.

    An instalment that lacks no more than `arrears_tolerance_minor` is not past due, unless the disbursal names another.
    `early_repayment` is what becomes of money beyond what is due. `announce_days_ahead` are the days before a due date
    on which it is announced; after `charge_off_after_days` past due a loan is charged off.
    """

    id: Name
    version: Annotated[Name, Field(description="never used again for other content")]
    currency: Currency | None = None
    schedule: ScheduleDefaults = ScheduleDefaults()
    limits: Limits = Limits()
    allocation: AllocationRules = AllocationRules()
    early_repayment: Literal["pay_ahead", "reduce_term", "reduce_instalment", "hold_as_credit"] = "pay_ahead"
    arrears_tolerance_minor: AmountMinor = 0
    penalty: PenaltyRules | None = None
    late_fee: LateFeeRules | None = None
    total_cost_cap: CostCap | None = None
    announce_days_ahead: Annotated[tuple[Days, ...], Field(strict=False)] = (3, 0)
    charge_off_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None

    @field_validator("announce_days_ahead")
    @classmethod
    def _days_descend(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if list(days) != sorted(set(days), reverse=True):
            raise broken_rule("must descend, each day once")
        return days

    @property
    def reference(self) -> str:
        """What a disbursal names the product by: id@version."""
        return f"{self.id}@{self.version}"

    def resolve(self, disbursal: LoanDisbursed) -> LoanTerms:
        """The terms of a disbursal: what it gives, and the product's for what it leaves out.

        Raises InvalidTerms, also for a loan beyond the product's limits or its cap, and UnknownCurrency.
        """
        return self.terms_with(self._given(disbursal))

    def terms_as_disbursed(self, disbursal: LoanDisbursed) -> LoanTerms:
        """The terms of a loan that was accepted before: what a limit or a cap says by now does not touch it."""
        return LoanTerms(**{**self.schedule.as_terms, **self._given(disbursal)})

    def _given(self, disbursal: LoanDisbursed) -> dict[str, Any]:
        default_count, default_unit = self.schedule.every
        values = zip(_TERMS_OF_A_DISBURSAL, _terms_given(disbursal), strict=True)
        given = {name: value for name, value in values if value is not None}
        given["every"] = (disbursal.every_count or default_count, disbursal.every_unit or default_unit)
        return given

    def terms_with(self, given: Mapping[str, Any]) -> LoanTerms:
        """The terms with these fields of `LoanTerms`, and the product's for the rest. Raises as `resolve` does."""
        terms = LoanTerms(**{**self.schedule.as_terms, **given})
        if self.currency is not None and terms.currency != self.currency:
            raise InvalidTerms("currency", terms.currency, f"is not the product's currency {self.currency}")
        self.limits.check(terms)
        self._refuse_above_cap(terms)
        return terms

    def cost_cap_percent(self, disbursed_on: date) -> Decimal | None:
        """The cap on all cost of a loan disbursed on this day, in percent a year. Raises InvalidTerms."""
        if self.total_cost_cap is None:
            return None
        try:
            return self.total_cost_cap.annual_rate_percent_on(disbursed_on)
        except NoLoanPrimeRate as error:
            raise InvalidTerms("disbursed_on", disbursed_on, str(error)) from error

    def _refuse_above_cap(self, terms: LoanTerms) -> None:
        cap_percent = self.cost_cap_percent(terms.disbursed_on)
        if cap_percent is None:
            return
        schedule = build_schedule(terms)
        if costs_more_than(terms, schedule, cap_percent):
            cost = round(nominal_annual_percent(terms, schedule), 2)
            cap = f"{cap_percent.normalize():f}"
            reason = f"makes the loan cost {cost} % a year, above the cap of {cap} % on {terms.disbursed_on}"
            raise InvalidTerms("annual_rate_percent", terms.annual_rate_percent, reason)


_TERMS_OF_A_DISBURSAL = (
    "principal_minor",
    "currency",
    "annual_rate_percent",
    "method",
    "number_of_instalments",
    "day_count",
    "disbursed_on",
    "first_due_on",
    "due_day_of_month",
    "principal_grace_instalments",
    "interest_grace_instalments",
    "interest_grace",
    "balloon_minor",
    "down_payment_minor",
)
_terms_given = attrgetter(*_TERMS_OF_A_DISBURSAL)
