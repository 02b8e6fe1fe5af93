"""What is told of borrowers and their loans, taken into their cases. Pure.

Telling the same again changes nothing; the same id with other content is refused.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final, cast

from schemas.borrower_answers import PromiseMadeByBorrower
from schemas.hardship import (
    BorrowerFinancesReported,
    HardshipEnded,
    HardshipReported,
    HoldLifted,
    HoldPlaced,
    PromiseReported,
    RiskAssessed,
)
from schemas.lending import BorrowerRegistered
from schemas.values import EventData
from services.dunning.aging.holds import Hold, InvalidHold
from services.dunning.cases import borrower_intake, notice_intake
from services.dunning.cases.case_file import CaseFile, Risk
from services.dunning.cases.exposure import Finances
from services.dunning.cases.promises import Promise, PromiseRefused, judge, refuse_promise
from services.dunning.cases.refusals import NotTaken, same_or_refused
from services.dunning.cases.relief import Relief
from services.dunning.cases.relief_intake import end_relief, take_relief
from services.dunning.cases.taking import Change
from services.dunning.ladder.policy import LadderPolicy


def take(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    """Take an event's data into its borrower's case; False when it changes nothing. Raises NotTaken.

    `on` is the business date.
    """
    return _CHANGES[type(data)](case, data, policy, on)


def takes(kind: type[EventData]) -> bool:
    """Whether `take` knows this kind."""
    return kind in _CHANGES


def take_promise(case: CaseFile, promise: Promise, policy: LadderPolicy, on: date) -> bool:
    """Take a promise; False when it is known. Raises PromiseRefused, and NotTaken when its id is another's."""
    known = next((one for one in case.facts.promises if one.promise_id == promise.promise_id), None)
    if known is not None:
        return same_or_refused(known, promise, "promise_id", promise.promise_id)
    earlier = [(one, judge(one, case.payments, policy.promises, on)) for one in case.facts.promises]
    refuse_promise(promise, earlier, [file.facts for file in case.loans.values()], policy.promises, on)
    case.facts = replace(case.facts, promises=(*case.facts.promises, promise))
    return True


def take_hold(case: CaseFile, hold: Hold) -> bool:
    """Take a hold; False when it is known. Raises NotTaken when its id is another's, or its loan is unknown."""
    known = next((one for one in case.facts.holds if one.hold_id == hold.hold_id), None)
    if known is not None:
        return same_or_refused(replace(known, lifted_on=None), hold, "hold_id", hold.hold_id)
    if any(dispute.dispute_id == hold.hold_id for dispute in case.facts.disputes):
        raise NotTaken("id-reused", "hold_id", hold.hold_id, "is the id of a dispute")
    if hold.loan_id is not None and hold.loan_id not in case.loans:
        raise NotTaken("unknown-loan", "loan_id", hold.loan_id, "is not a loan of the borrower that dunning knows")
    case.facts = replace(case.facts, holds=(*case.facts.holds, hold))
    return True


def lift_hold(case: CaseFile, hold_id: str, lifted_on: date) -> bool:
    """End a hold, also that of a dispute; False when it is lifted by then. Raises NotTaken: none has this id."""
    facts = case.facts
    known = next((one for one in facts.holds if one.hold_id == hold_id), None)
    disputed = next((one for one in facts.disputes if one.dispute_id == hold_id), None)
    was_lifted_on = known.lifted_on if known is not None else disputed.lifted_on if disputed is not None else None
    if known is None and disputed is None:
        raise NotTaken("unknown-hold", "hold_id", hold_id, "is not a hold of the borrower")
    if was_lifted_on is not None and was_lifted_on <= lifted_on:
        return False
    case.facts = replace(
        facts,
        holds=tuple(replace(one, lifted_on=lifted_on) if one is known else one for one in facts.holds),
        disputes=tuple(replace(one, lifted_on=lifted_on) if one is disputed else one for one in facts.disputes),
    )
    return True


def _registered(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(BorrowerRegistered, data)
    facts = replace(
        case.facts, region=told.region or case.facts.region, segment=told.segment or case.facts.segment
    )  # fmt: skip
    changed = facts != case.facts
    case.facts = facts
    return changed


def _finances(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(BorrowerFinancesReported, data)
    if case.facts.finances is not None and case.facts.finances.as_of > told.as_of:
        return False
    finances = Finances(
        told.currency, told.as_of, told.income_monthly_minor, told.other_obligations_monthly_minor,
        told.number_of_lenders, told.number_of_dependants,
    )  # fmt: skip
    changed = finances != case.facts.finances
    case.facts = replace(case.facts, finances=finances)
    return changed


def _risk(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(RiskAssessed, data)
    if case.facts.risk is not None and case.facts.risk.assessed_on > told.assessed_on:
        return False
    risk = Risk(told.probability_of_default, told.model_version, told.assessed_on)
    changed = risk != case.facts.risk
    case.facts = replace(case.facts, risk=risk)
    return changed


def _hold_placed(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(HoldPlaced, data)
    try:
        hold = Hold(
            told.hold_id, told.reason, frozenset(told.stops), told.from_on, told.to_on, loan_id=told.loan_id
        )  # fmt: skip
    except InvalidHold as error:
        raise NotTaken("invalid-hold", error.field, error.value, error.reason) from error
    return take_hold(case, hold)


def _hold_lifted(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(HoldLifted, data)
    return lift_hold(case, told.hold_id, told.lifted_on)


def _hardship(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(HardshipReported, data)
    if told.review_on is not None and told.review_on < told.reported_on:
        raise NotTaken("invalid-hardship", "review_on", told.review_on, f"is before reported_on {told.reported_on}")
    return take_relief(case, Relief(told.hardship_id, told.reason, told.reported_on, told.review_on))


def _hardship_ended(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(HardshipEnded, data)
    return end_relief(case, None, told.hardship_id, told.ended_on)


def _promised(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(PromiseReported, data)
    promise = Promise(
        told.promise_id, told.loan_id, told.currency, told.amount_minor, told.made_on, told.due_on
    )  # fmt: skip
    try:
        return take_promise(case, promise, policy, on)
    except PromiseRefused as error:
        raise NotTaken("promise-refused", error.field, error.value, error.reason) from error


_CHANGES: Final[Mapping[type[EventData], Change]] = {
    BorrowerRegistered: _registered, BorrowerFinancesReported: _finances, RiskAssessed: _risk,
    HoldPlaced: _hold_placed, HoldLifted: _hold_lifted, HardshipReported: _hardship, HardshipEnded: _hardship_ended,
    PromiseReported: _promised, PromiseMadeByBorrower: _promised, **borrower_intake.CHANGES, **notice_intake.CHANGES,
}  # fmt: skip
