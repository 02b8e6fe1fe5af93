"""What is told of offers, as events of the contract. Counters are those of the offer, or of the case."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.cases import TaskRequested
from schemas.dunning import RestructureAgreed
from schemas.offers import OfferAccepted, OfferClosed, OfferedPlan, OfferMade
from services.dunning.cases.case_actions import OffersWanted
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.identifiers import offer_id
from services.dunning.cases.record import Record, TaskRow
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.offer_store import KeptOffer
from services.eventing.envelope import OutgoingEvent, outgoing

Closing = Literal["declined", "expired", "withdrawn", "countered"]


@dataclass(frozen=True, slots=True)
class WantedOffer:
    """A loan to make plans for; `ladder` is the policy that wants them."""

    case: CaseFile
    action: OffersWanted
    ladder: LadderPolicy
    traceparent: str | None


def made_event(kept: KeptOffer) -> OfferMade:
    """What is told of an offer that is made, or that still holds."""
    return OfferMade(
        borrower_id=kept.borrower_id, loan_id=kept.loan_id, offer_id=kept.offer_id, currency=kept.currency,
        made_on=kept.made_on, expires_on=kept.expires_on, plans=kept.plans,
        current_instalments=kept.current_instalments, current_total_cost_minor=kept.current_total_cost_minor,
    )  # fmt: skip


def accepted_events(offer: KeptOffer, plan: OfferedPlan, on: date) -> list[OutgoingEvent]:
    """That a plan was accepted, and what the ledger is to carry out."""
    accepted = OfferAccepted(
        borrower_id=offer.borrower_id, loan_id=offer.loan_id, offer_id=offer.offer_id, plan_id=plan.plan_id,
        accepted_on=on,
    )  # fmt: skip
    agreed = RestructureAgreed(
        borrower_id=offer.borrower_id, loan_id=offer.loan_id, restructuring_id=offer.offer_id,
        agreed_on=offer.made_on,
        **{name: getattr(plan.agreement, name) for name in type(plan.agreement).model_fields},
    )  # fmt: skip
    return [outgoing(accepted, offer.sequence), outgoing(agreed, 1)]


def closed_event(offer: KeptOffer, reason: Closing, on: date) -> OutgoingEvent:
    """That an offer can no longer be accepted."""
    data = OfferClosed(
        borrower_id=offer.borrower_id, loan_id=offer.loan_id, offer_id=offer.offer_id, reason=reason, closed_on=on
    )
    return outgoing(data, offer.sequence)


def find_plan(wanted: WantedOffer, on: date, record: Record) -> OutgoingEvent:
    """A person is asked to find a plan; the case's counter moves on."""
    case, action = wanted.case, wanted.action
    case.sequence += 1
    data = TaskRequested(
        borrower_id=case.borrower_id, business_date=on, policy_version=wanted.ladder.version, kind="find-plan",
        task_id=offer_id(action.loan_id, on, action.step_id), loan_id=action.loan_id, step_id=action.step_id,
    )  # fmt: skip
    record.tasks.append(TaskRow(case.borrower_id, data.task_id, data.kind, data.loan_id, data.step_id, on))
    return outgoing(data, case.sequence, traceparent=wanted.traceparent)
