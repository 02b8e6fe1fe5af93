"""A case, and what belongs to it, as an answer. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from services.dunning.aging.day_intervals import covers
from services.dunning.aging.holds import AreaHold, Hold
from services.dunning.amounts import Amounts
from services.dunning.api.case_answers import (
    CaseAnswer,
    ComponentsAnswer,
    ExposureAnswer,
    FinancesAnswer,
    HardshipAnswer,
    HoldAnswer,
    LoanAnswer,
    OfferAnswer,
    OfferInBrief,
    PlanInBrief,
    PromiseAnswer,
    RiskAnswer,
    StepAnswer,
    TaskAnswer,
)
from services.dunning.cases.case_context import own_holds
from services.dunning.cases.case_evaluation import evaluate_case
from services.dunning.cases.case_file import Areas, CaseFile, LoanFile
from services.dunning.cases.exposure import exposure_of
from services.dunning.cases.loan_levels import overdue_on
from services.dunning.cases.loan_memory import LoanMemory
from services.dunning.cases.promises import judge
from services.dunning.cases.relief import reliefs_of
from services.dunning.ladder.choice import Chosen, Ladders
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.offer_store import KeptOffer


@dataclass(frozen=True, slots=True)
class CaseRead:
    """A case with its payments, and what lies beside it; `on` is the business date, None before the first."""

    case: CaseFile
    areas: Areas
    offers: Sequence[KeptOffer]
    tasks: Sequence[TaskAnswer]
    on: date | None


def case_answer(read: CaseRead, ladders: Ladders) -> CaseAnswer:
    """The case on the business date. Nothing is changed: what the date makes of it is worked out for the answer."""
    case, on = read.case, read.on
    chosen = ladders.choose(case)
    policy = chosen.policy
    memories = _memories(case, chosen, read.areas, on)
    day = on or date.min
    return CaseAnswer(
        borrower_id=case.borrower_id,
        as_of=on,
        evaluated_on=case.evaluated_on,
        next_look_on=case.next_look_on,
        policy_version=policy.version,
        arm=chosen.arm,
        region=case.facts.region,
        segment=case.facts.segment,
        exposure=_exposure(case, policy),
        finances=None if case.facts.finances is None else FinancesAnswer(**asdict(case.facts.finances)),
        risk=_risk(case, policy),
        loans=tuple(_loan(case.loans[key], memories[key], day) for key in sorted(case.loans)),
        holds=tuple(_holds(case, read.areas, policy, day)),
        promises=tuple(_promises(case, policy, day)),
        hardships=tuple(_hardships(case, read.areas, policy, day)),
        offers=tuple(_in_brief(offer) for offer in read.offers if offer.status == "open"),
        tasks=tuple(read.tasks),
    )


def offer_answer(offer: KeptOffer) -> OfferAnswer:
    """An offer with its plans."""
    return OfferAnswer.model_validate({
        name: getattr(offer, name) for name in OfferAnswer.model_fields
    })  # fmt: skip


def _memories(case: CaseFile, chosen: Chosen, areas: Areas, on: date | None) -> Mapping[str, LoanMemory]:
    """How the loans stand on a day; as they last stood where the ledger told of a day that is still to be completed."""
    known_on = max((file.known_on for file in case.loans.values()), default=None)
    if on is None or (known_on is not None and known_on > on):
        return {key: file.memory for key, file in case.loans.items()}
    return evaluate_case(case, chosen.policy, areas, on, is_held_out=chosen.is_held_out).memories


def _loan(file: LoanFile, memory: LoanMemory, on: date) -> LoanAnswer:
    facts = file.facts
    return LoanAnswer(
        loan_id=facts.loan_id,
        currency=facts.currency,
        product=facts.product,
        state=memory.state,
        bucket=memory.bucket,
        days_past_due=memory.days_past_due,
        flags=memory.flags,
        told_as_of=facts.as_of,
        overdue=_components(overdue_on(facts, on)),
        principal_outstanding_minor=facts.principal_outstanding_minor,
        oldest_unpaid_due_on=facts.oldest_unpaid_due_on,
        next_due_on=facts.next_due_on,
        settled=facts.settled,
        written_off=facts.written_off,
        restructured_on=facts.restructured_on,
        reported_on=None if memory.report is None else memory.report.on,
        referred_on=memory.referred_on,
        steps=tuple(
            StepAnswer(
                step_id=key,
                status=step.status,
                on=step.on,
                attempts=step.attempts,
                deferred_until=step.deferred_until if step.status == "asked" else None,
            )
            for key, step in memory.steps.items()
        ),
    )


def _components(amounts: Amounts) -> ComponentsAnswer:
    return ComponentsAnswer(**asdict(amounts), total_minor=amounts.total_minor)


def _exposure(case: CaseFile, policy: LadderPolicy) -> ExposureAnswer:
    found = exposure_of([file.facts for file in case.loans.values()], case.facts.finances, policy.over_borrowing)
    return ExposureAnswer(
        principal_minor_by_currency=dict(found.principal_minor_by_currency),
        overdue_minor_by_currency=dict(found.overdue_minor_by_currency),
        instalments_to_income_percent=found.instalments_to_income_percent,
        number_of_lenders=found.number_of_lenders,
        is_over_borrowed=found.is_over_borrowed,
    )


def _risk(case: CaseFile, policy: LadderPolicy) -> RiskAnswer | None:
    risk = case.facts.risk
    if risk is None:
        return None
    return RiskAnswer(
        probability_of_default=risk.probability_of_default,
        risk_band=policy.risk_bands.band_of(risk.probability_of_default),
        model_version=risk.model_version,
        assessed_on=risk.assessed_on,
    )


def _holds(case: CaseFile, areas: Areas, policy: LadderPolicy, on: date) -> list[HoldAnswer]:
    products = {key: file.facts.product for key, file in case.loans.items() if file.facts.product is not None}
    own = [_hold(hold, None, on) for hold in own_holds(case.facts, policy)]
    return own + [_hold(hold, area, on) for area in areas.holds for hold in area.for_case(case.facts.region, products)]


def _hold(hold: Hold, area: AreaHold | None, on: date) -> HoldAnswer:
    days = hold.days
    return HoldAnswer(
        hold_id=hold.hold_id,
        scope=area.scope if area is not None else "borrower" if hold.loan_id is None else "loan",
        loan_id=hold.loan_id,
        hold_reason=hold.reason,
        stops=tuple(sorted(hold.stops)),
        from_on=hold.from_on,
        to_on=hold.to_on,
        lifted_on=hold.lifted_on,
        is_in_force=days is not None and covers((days,), on),
    )


def _promises(case: CaseFile, policy: LadderPolicy, on: date) -> list[PromiseAnswer]:
    judged = [(one, judge(one, case.payments, policy.promises, on)) for one in case.facts.promises]
    return [
        PromiseAnswer(**asdict(promise), verdict=judgement.verdict, paid_minor=judgement.paid_minor)
        for promise, judgement in judged
    ]


def _hardships(case: CaseFile, areas: Areas, policy: LadderPolicy, on: date) -> list[HardshipAnswer]:
    return [
        HardshipAnswer(
            hardship_id=relief.relief_id,
            hardship_reason=relief.reason,
            from_on=relief.from_on,
            review_on=relief.reviewed_on(policy.relief),
            ended_on=relief.ended_on,
            is_regional=relief.is_regional,
            is_in_force=relief.is_active(policy.relief, on),
        )
        for relief in reliefs_of(case.facts.reliefs, areas.reliefs, case.facts.region)
    ]


def _in_brief(offer: KeptOffer) -> OfferInBrief:
    return OfferInBrief(
        offer_id=offer.offer_id,
        loan_id=offer.loan_id,
        currency=offer.currency,
        made_on=offer.made_on,
        expires_on=offer.expires_on,
        plans=tuple(
            PlanInBrief(
                plan_id=plan.plan_id, kind=plan.kind, number_of_instalments=len(plan.instalments),
                total_cost_minor=plan.total_cost_minor,
            )
            for plan in offer.plans
        ),
    )  # fmt: skip
