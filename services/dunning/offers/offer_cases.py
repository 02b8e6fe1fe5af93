"""Offers as JSON cases: a loan, what is known of the borrower and the lender's policy in; offers out.

`loan` has the terms of a loan in the vocabulary of tests/golden/schedules.json, `as_of`, and what is `paid` and
`overdue` by component (`principal`, `interest`, `fee`, `penalty`; left out: nothing). Without `overdue` it is what fell
due before `as_of` and is not paid. Amounts are numbers or decimal text in whole units of the currency, and text in the
answer. `policy` has fields of an offer policy (docs/offers.md),
which replace those of the shipped one: objects are merged key by key, anything else is replaced as a whole.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.dunning.amounts import Amounts
from services.dunning.ladder.risk_bands import RiskBand
from services.dunning.offers.engine import make_offers
from services.dunning.offers.means import BorrowerMeans, ObservedPayment
from services.dunning.offers.offer_answers import offer_answer, rejection_answer
from services.dunning.offers.offer_policy import (
    OfferPolicy,
    ReliefReason,
    default_offer_policy,
    default_policy_text,
    with_overrides,
)
from services.dunning.offers.position import InvalidPosition, LoanPosition, position_from_terms
from services.json_cases import CalendarDate, CaseRefused, PlainAmount, PlainDecimal, object_of, read_case, refused
from services.schedules.money import MoneyError, UnknownCurrency, to_minor
from services.schedules.schedule import LoanTerms
from services.schedules.terms import InvalidTerms

Case = dict[str, Any]

_ANSWERS: Final = frozenset({"offers", "rejected", "error"})
_OWN_AMOUNTS: Final = {
    "principal": "principal_minor",
    "balloon": "balloon_minor",
    "down_payment": "down_payment_minor",
    "rounding_unit": "rounding_unit_minor",
}
_NO_TERMS: Final = frozenset({"source", "instalments", "as_of", "paid", "overdue"})
_PATH_OF_FIELD: Final[dict[str, tuple[str, ...]]] = {
    **{field: ("loan", key) for key, field in _OWN_AMOUNTS.items()},
    "as_of": ("loan", "as_of"),
    "principal_outstanding_minor": ("loan", "paid", "principal"),
    "overdue.principal_minor": ("loan", "overdue", "principal"),
}


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _ComponentsGiven(_Given):
    principal: PlainAmount = Decimal(0)
    interest: PlainAmount = Decimal(0)
    fee: PlainAmount = Decimal(0)
    penalty: PlainAmount = Decimal(0)


class _LoanGiven(_Given):
    """The terms with types only: what values hold is for `LoanTerms` to say."""

    source: Any = None
    instalments: Any = None
    as_of: CalendarDate
    paid: _ComponentsGiven = _ComponentsGiven()
    overdue: _ComponentsGiven | None = None
    principal: PlainDecimal
    currency: str
    annual_rate_percent: PlainDecimal
    number_of_instalments: int
    disbursed_on: CalendarDate
    method: str = "equal_instalment"
    day_count: str = "30/360"
    every: Annotated[tuple[int, str], Field(strict=False)] = (1, "months")
    first_due_on: CalendarDate | None = None
    due_day_of_month: int | None = None
    minimum_days_to_first_due: int | None = None
    keeps_month_end: bool | None = None
    country: str | None = None
    subdivision: str | None = None
    non_working_days: str | None = None
    interest_on_adjusted_dates: bool | None = None
    principal_grace_instalments: int | None = None
    interest_grace_instalments: int | None = None
    interest_grace: str | None = None
    rounding_mode: str | None = None
    rounding_unit: PlainDecimal | None = None
    balloon: PlainDecimal | None = None
    down_payment: PlainDecimal | None = None


class _PaymentGiven(_Given):
    on: CalendarDate
    amount: PlainAmount


class _CaseGiven(_Given):
    """The keys of a case. `name`, `id` and `source` are kept; `offers` and `rejected` are worked out anew."""

    name: Any = None
    id: Any = None
    source: Any = None
    offers: Any = None
    rejected: Any = None
    loan: _LoanGiven
    income_monthly: PlainAmount | None = None
    observed_payments: list[_PaymentGiven] = []
    other_obligations_monthly: PlainAmount = Decimal(0)
    number_of_dependants: Annotated[int, Field(ge=0, le=100)] = 0
    probability_of_default: Annotated[PlainDecimal, Field(ge=0, le=1)] | None = None
    risk_band: RiskBand | None = None
    relief: ReliefReason | None = None
    policy: dict[str, Any] | None = None


def with_offers(case: object) -> Case:
    """The case with its `offers`, and the kinds of plans `rejected` with the rule. Raises CaseRefused."""
    raw = object_of(case)
    given = read_case(raw, _CaseGiven)
    currency = given.loan.currency
    policy = policy_of(given.policy)
    try:
        position = _position(given.loan)
        means = _means(given, currency)
        found = make_offers(position, means, given.relief or "none", policy)
    except UnknownCurrency as error:
        raise refused(("loan", "currency"), error.currency, "is unknown") from None
    except (InvalidTerms, InvalidPosition) as error:
        path = _PATH_OF_FIELD.get(error.field, ("loan", error.field))
        raise refused(path, _value_at(raw, path, error.value), error.reason) from None
    return {
        **{key: value for key, value in raw.items() if key not in _ANSWERS},
        "offers": [offer_answer(offer, currency) for offer in found.offers],
        "rejected": [rejection_answer(rejection, currency) for rejection in found.rejected],
    }


def policy_of(overrides: Mapping[str, Any] | None) -> OfferPolicy:
    """The shipped policy with what a case says instead; its version tells so. Raises CaseRefused."""
    if not overrides:
        return default_offer_policy()
    shipped = default_offer_policy()
    document = with_overrides(
        yaml.safe_load(default_policy_text()), {"version": f"{shipped.version}+case", **overrides}
    )
    try:
        return OfferPolicy.model_validate(document)
    except ValidationError as error:
        faults = []
        for detail in error.errors(include_url=False):
            place = detail.get("ctx", {}).get("place", ())
            reason = "is no field of an offer policy" if detail["type"] == "extra_forbidden" else detail["msg"]
            value = _value_at(detail["input"], place, detail["input"])
            faults.append(str(refused(("policy", *detail["loc"], *place), value, reason)))
        raise CaseRefused("; ".join(faults)) from None


def _position(loan: _LoanGiven) -> LoanPosition:
    fields: dict[str, Any] = {}
    for key in _LoanGiven.model_fields:
        value = getattr(loan, key)
        if key in _NO_TERMS or value is None:
            continue
        if key in _OWN_AMOUNTS:
            fields[_OWN_AMOUNTS[key]] = _minor(("loan", key), value, loan.currency)
        else:
            fields[key] = value
    terms = LoanTerms(**fields)
    paid = _amounts(("loan", "paid"), loan.paid, loan.currency)
    if paid.principal_minor > terms.principal_minor:
        raise refused(("loan", "paid", "principal"), f"{loan.paid.principal:f}", "is above the principal of the loan")
    given = loan.overdue
    overdue = None if given is None else _amounts(("loan", "overdue"), given, loan.currency)
    return position_from_terms(terms, loan.as_of, paid, overdue)


def _means(given: _CaseGiven, currency: str) -> BorrowerMeans:
    income = given.income_monthly
    return BorrowerMeans(
        income_monthly_minor=None if income is None else _minor(("income_monthly",), income, currency),
        observed_payments=_payments(given.observed_payments, given.loan.as_of, currency),
        other_obligations_monthly_minor=_minor(
            ("other_obligations_monthly",), given.other_obligations_monthly, currency
        ),
        number_of_dependants=given.number_of_dependants,
        probability_of_default=given.probability_of_default,
        risk_band=given.risk_band,
    )


def _payments(given: Sequence[_PaymentGiven], as_of: date, currency: str) -> tuple[ObservedPayment, ...]:
    payments = []
    for index, one in enumerate(given):
        if one.on > as_of:
            raise refused(("observed_payments", index, "on"), one.on, f"is after as_of {as_of}")
        amount_minor = _minor(("observed_payments", index, "amount"), one.amount, currency)
        payments.append(ObservedPayment(one.on, amount_minor))
    return tuple(payments)


def _amounts(path: tuple[str, ...], given: _ComponentsGiven, currency: str) -> Amounts:
    return Amounts(
        **{
            f"{component}_minor": _minor((*path, component), getattr(given, component), currency)
            for component in _ComponentsGiven.model_fields
        }
    )


def _minor(path: tuple[str | int, ...], amount: Decimal, currency: str) -> int:
    """An amount of the case in minor units. Raises UnknownCurrency; CaseRefused for the amount itself."""
    text = f"{amount:f}"
    try:
        return to_minor(text, currency)
    except UnknownCurrency:
        raise
    except MoneyError as error:
        raise refused(path, text, str(error)) from None


def _value_at(whole: object, path: Sequence[str | int], otherwise: object) -> object:
    """What JSON has at a path; `otherwise` where it has nothing."""
    value: Any = whole
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return otherwise
    return value
