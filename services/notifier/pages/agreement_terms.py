"""What a plan's agreement says, sentence by sentence, in the order in which a borrower should read it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from schemas.offers import OfferedPlan, OfferMade
from services.notifier.pages.plan_comparison import compared

Fact = str | int | date | Decimal


@dataclass(frozen=True, slots=True)
class Term:
    """A sentence: its key in the catalogue below `accept.agreement`, and its facts.

    Facts named `amount` are minor units of the offer's currency.
    """

    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def agreement_terms(offer: OfferMade, plan: OfferedPlan) -> tuple[Term, ...]:
    """The sentences of a plan."""
    agreement = plan.agreement
    terms = [
        Term("instalments", {"count": agreement.number_of_instalments, "day": plan.instalments[0].due_on}),
        Term("replaces", {"loan": offer.loan_id}),
    ]
    if agreement.annual_rate_percent is not None:
        terms.append(Term("rate", {"rate": _plain(agreement.annual_rate_percent)}))
    if agreement.principal_grace_instalments:
        terms.append(Term("grace", {"count": agreement.principal_grace_instalments}))
    if agreement.settle_for_minor is not None:
        terms.append(Term("settle", {"amount": agreement.settle_for_minor}))
    else:
        terms += _treatments(offer, plan)
    terms.append(Term("total", {"amount": plan.total_cost_minor}))
    difference = compared(offer, plan).difference_minor
    if difference is not None:
        key = "more" if difference > 0 else "less" if difference < 0 else "same"
        terms.append(Term(key, {"amount": abs(difference)}))
    return tuple(terms)


def _treatments(offer: OfferMade, plan: OfferedPlan) -> list[Term]:
    """What becomes of interest, fees and penalties owed; of those that are not owed nothing is said."""
    agreement = plan.agreement
    day = offer.made_on
    has_fee = any(one.amounts.fee_minor for one in plan.instalments)
    has_penalty = any(one.amounts.penalty_minor for one in plan.instalments)
    terms = [Term(f"interest.{agreement.interest}", {"day": day})]
    if has_penalty or agreement.penalty != "carry_forward":
        terms.append(Term(f"penalty.{agreement.penalty}", {"day": day}))
    if has_fee or agreement.fee != "carry_forward":
        terms.append(Term(f"fee.{agreement.fee}", {"day": day}))
    if agreement.carry_over_instalments is not None:
        terms.append(Term("carry_over", {"count": agreement.carry_over_instalments}))
    return terms


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
