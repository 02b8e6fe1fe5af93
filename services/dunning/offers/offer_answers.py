"""Offers and rejections as JSON: amounts as text in whole units of the currency, like the golden schedules."""

from decimal import Decimal
from typing import Any

from services.dunning.offers.engine import Offer
from services.dunning.offers.rules import Breach, Rejection
from services.schedules.money import to_decimal
from services.schedules.restructured import PlannedInstalment, RestructureTerms

Answer = dict[str, Any]


def offer_answer(offer: Offer, currency: str) -> Answer:
    """An offer. `agreement` is what the ledger would be told, in the words (and minor units) of its event."""
    return {
        "kind": offer.kind,
        "instalments": _lines(offer.instalments, currency),
        "total_cost": amount_text(offer.total_cost_minor, currency),
        "lender_value": amount_text(offer.lender_value_minor, currency),
        "burden": float(offer.burden),
        "reasons": [{"code": reason.code, "words": reason.words} for reason in offer.reasons],
        "agreement": agreement_answer(offer.agreement),
        "effective_on": offer.effective_on.isoformat(),
        "expires_on": offer.expires_on.isoformat(),
        "policy_version": offer.policy_version,
    }


def rejection_answer(rejection: Rejection, currency: str) -> Answer:
    """Why no plan of a kind is offered; with the least breach of the rule where the rule has figures."""
    answer = {"kind": rejection.kind, "rule": rejection.rule, "words": rejection.sentence}
    nearest = rejection.nearest
    if nearest is None:
        return answer
    limit, found = _figures(nearest, currency)
    return {**answer, "limit": limit, "nearest": found}


def agreement_answer(agreement: RestructureTerms) -> Answer:
    """The agreement with the fields of schemas.dunning.RestructureAgreed; those left out have their defaults."""
    every = agreement.every or (None, None)
    fields: Answer = {
        "agreed_on": agreement.agreed_on.isoformat(),
        "number_of_instalments": agreement.number_of_instalments,
        "first_due_on": agreement.first_due_on.isoformat(),
        "annual_rate_percent": None if agreement.annual_rate_percent is None else f"{agreement.annual_rate_percent:f}",
        "every_count": every[0],
        "every_unit": every[1],
        "interest": agreement.interest,
        "fee": agreement.fee,
        "penalty": agreement.penalty,
        "settle_for_minor": agreement.settle_for_minor,
        "carry_over_instalments": agreement.carry_over_instalments,
        "principal_parts": [
            {"due_on": part.due_on.isoformat(), "principal_minor": part.principal_minor}
            for part in agreement.principal_parts or ()
        ]
        or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def amount_text(amount_minor: int, currency: str) -> str:
    """An amount as the golden files write it: without zeros at the end, but with one decimal at least."""
    whole, _, decimals = f"{to_decimal(amount_minor, currency):f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def _lines(instalments: tuple[PlannedInstalment, ...], currency: str) -> list[Answer]:
    """The instalments; `due` is all that is paid on the day, `balance` the principal outstanding after it."""
    lines = []
    balance_minor = sum(line.principal_minor for line in instalments)
    for line in instalments:
        balance_minor -= line.principal_minor
        lines.append(
            {
                "due_on": line.due_on.isoformat(),
                "principal": amount_text(line.principal_minor, currency),
                "interest": amount_text(line.interest_minor, currency),
                "fee": amount_text(line.fee_minor, currency),
                "penalty": amount_text(line.penalty_minor, currency),
                "due": amount_text(line.total_minor, currency),
                "total": amount_text(line.total_minor, currency),
                "balance": amount_text(balance_minor, currency),
            }
        )
    return lines


def _figures(breach: Breach, currency: str) -> tuple[str | int, str | int]:
    if breach.unit == "minor":
        return amount_text(int(breach.limit), currency), amount_text(int(breach.found), currency)
    if breach.unit == "percent":
        return f"{Decimal(breach.limit):f}", f"{Decimal(breach.found):f}"
    return int(breach.limit), int(breach.found)
