"""The engine's offers as the contract carries them."""

from collections.abc import Sequence

from schemas.dunning import PrincipalPart, RestructureTermsData
from schemas.offers import OfferedInstalment, OfferedPlan, OfferReason, Wording
from schemas.values import ComponentAmounts
from services.dunning.offers.engine import Offer
from services.dunning.offers.reasons import Reason
from services.dunning.offers.reasons_words import LANGUAGES
from services.schedules.restructured import PlannedInstalment, RestructureTerms


def offered_plans(offer_id: str, offers: Sequence[Offer]) -> tuple[OfferedPlan, ...]:
    """The plans of an offer, the recommended one first; ids count within the offer."""
    return tuple(_plan(f"{offer_id}:{number}", offer) for number, offer in enumerate(offers, start=1))


def _plan(plan_id: str, offer: Offer) -> OfferedPlan:
    return OfferedPlan(
        plan_id=plan_id,
        kind=offer.kind,
        agreement=_agreement(offer.agreement),
        instalments=tuple(_instalment(one) for one in offer.instalments),
        total_cost_minor=offer.total_cost_minor,
        reasons=tuple(_reason(reason) for reason in offer.reasons),
    )


def _agreement(terms: RestructureTerms) -> RestructureTermsData:
    every = terms.every or (None, None)
    parts = terms.principal_parts
    return RestructureTermsData(
        number_of_instalments=terms.number_of_instalments,
        first_due_on=terms.first_due_on,
        annual_rate_percent=terms.annual_rate_percent,
        every_count=every[0],
        every_unit=every[1],
        interest=terms.interest,
        fee=terms.fee,
        penalty=terms.penalty,
        settle_for_minor=terms.settle_for_minor,
        carry_over_instalments=terms.carry_over_instalments,
        principal_grace_instalments=terms.principal_grace_instalments,
        principal_parts=None if parts is None else tuple(
            PrincipalPart(due_on=part.due_on, principal_minor=part.principal_minor) for part in parts
        ),
    )  # fmt: skip


def _reason(reason: Reason) -> OfferReason:
    words = tuple(Wording(language=language, text=reason.in_words(language)) for language in LANGUAGES)
    return OfferReason(code=reason.code, words=words)


def _instalment(one: PlannedInstalment) -> OfferedInstalment:
    return OfferedInstalment(
        number=one.number,
        due_on=one.due_on,
        amounts=ComponentAmounts(
            penalty_minor=one.penalty_minor,
            fee_minor=one.fee_minor,
            interest_minor=one.interest_minor,
            principal_minor=one.principal_minor,
        ),
    )
