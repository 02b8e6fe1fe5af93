"""Why a plan is offered: what it changes, what it asks each month, whom it suits, what it costs in all."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from services.dunning.offers.plan import Plan
from services.dunning.offers.plan_dates import months_between
from services.dunning.offers.ranking import ValuedPlan
from services.dunning.offers.reasons_words import LANGUAGES, Language, sentence
from services.dunning.offers.situation import Situation
from services.schedules.money import to_decimal


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code of `reasons_words`, and the figures in its words, ready to be read."""

    code: str
    parameters: tuple[tuple[str, str], ...] = ()

    def in_words(self, language: Language) -> str:
        """The reason as a sentence."""
        return sentence(self.code, language, dict(self.parameters))

    @property
    def words(self) -> dict[str, str]:
        """The sentence by language."""
        return {language: self.in_words(language) for language in LANGUAGES}


def reason(code: str, **parameters: object) -> Reason:
    """A reason with its figures."""
    return Reason(code, tuple((name, str(value)) for name, value in parameters.items()))


def reasons_for(chosen: ValuedPlan, situation: Situation, *wishes: Reason) -> tuple[Reason, ...]:
    """The reasons for a plan, what the borrower wished first after what the plan is."""
    plan = chosen.plan
    suits = (reason(f"for-{situation.relief}"),) if chosen.is_preferred and situation.relief != "none" else ()
    return (_change(plan, situation), *wishes, _fit(plan, situation), *suits, _cost(plan, situation))


def readable_amount(amount_minor: int, currency: str) -> str:
    """An amount as people read it: 1,234.50 CNY."""
    return f"{to_decimal(amount_minor, currency):,f} {currency}"


def _change(plan: Plan, situation: Situation) -> Reason:
    """What the plan changes."""
    shape, agreement, currency = plan.candidate.shape, plan.candidate.agreement, situation.currency
    overdue = situation.position.overdue
    if plan.kind == "spread-arrears":
        arrears = readable_amount(overdue.total_minor, currency)
        return reason("arrears-spread", arrears=arrears, instalments=shape.instalments)
    if plan.kind == "extend-term":
        months = months_between(situation.position.ends_on, plan.ends_on)
        count = agreement.number_of_instalments
        return reason("term-extended", months=months) if months else reason("scheduled-anew", instalments=count)
    if plan.kind == "holiday-then-extend":
        count = agreement.number_of_instalments
        return reason("holiday", first_due_on=agreement.first_due_on, instalments=count)
    if plan.kind == "lower-rate":
        earlier = situation.position.terms.annual_rate_percent
        rate = agreement.annual_rate_percent
        return reason("rate-lowered", rate=_plain(rate), earlier_rate=_plain(earlier))
    if plan.kind == "waive-penalty":
        return reason("penalty-waived", penalty=readable_amount(overdue.penalty_minor, currency))
    if plan.kind == "seasonal":
        return reason("seasonal", season=", ".join(map(str, sorted(shape.season or ()))))
    settlement_minor = agreement.settle_for_minor or 0
    return reason(
        "settlement",
        settlement=readable_amount(settlement_minor, currency),
        instalments=agreement.number_of_instalments,
        waived=readable_amount(situation.owed_minor - settlement_minor, currency),
    )


def _fit(plan: Plan, situation: Situation) -> Reason:
    """How the largest instalment compares with what the borrower can pay."""
    largest = readable_amount(plan.largest_minor, situation.currency)
    basis, means = situation.ability.basis, situation.means
    if basis == "observed-payments":
        return reason("within-usual-payments", largest=largest)
    if basis == "unknown" or not means.income_monthly_minor:
        return reason("income-unknown", largest=largest)
    monthly_minor = plan.heaviest_month_minor + means.other_obligations_monthly_minor
    percent = (Decimal(monthly_minor * 100) / means.income_monthly_minor).quantize(Decimal(1), ROUND_HALF_UP)
    return reason("within-income", largest=largest, percent=percent)


def _cost(plan: Plan, situation: Situation) -> Reason:
    """What is paid in all, beside what was agreed."""
    currency = situation.currency
    extra_minor = plan.total_minor - situation.position.total_as_agreed_minor
    total = readable_amount(plan.total_minor, currency)
    if extra_minor > 0:
        return reason("costs-more", total=total, ends_on=plan.ends_on, extra=readable_amount(extra_minor, currency))
    if extra_minor < 0:
        return reason("costs-less", total=total, ends_on=plan.ends_on, saved=readable_amount(-extra_minor, currency))
    return reason("costs-the-same", total=total, ends_on=plan.ends_on)


def _plain(rate: Decimal | None) -> str:
    """A rate without zeros at its end."""
    text = f"{Decimal(0) if rate is None else rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
