"""From tracks to what dunning says: pure, for many loans at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from schemas.dunning import BucketChanged, CaseCured, ReminderRequested
from schemas.values import ComponentAmounts
from services.dunning.ladder import LadderPolicy
from services.dunning.track import Amounts, Reminder, TrackFacts, TrackState, evaluate, reminder_id
from services.eventing.envelope import OutgoingEvent, outgoing


@dataclass(slots=True)
class Track:
    """One loan as the store keeps it: `facts` as of `known_on`; `sequence` counts the events dunning emitted."""

    facts: TrackFacts
    state: TrackState
    known_on: date
    evaluated_on: date | None
    next_look_on: date | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A reminder that was decided, and the facts seen."""

    borrower_id: str
    loan_id: str
    reminder_id: str
    step_id: str
    policy_version: str
    business_date: date
    facts: TrackFacts


def decide(
    tracks: Sequence[Track], policy: LadderPolicy, on: date, traceparents: dict[str, str]
) -> tuple[list[OutgoingEvent], list[Decision]]:
    """Evaluate tracks on a business date, move them, and return the events to emit and the decisions to keep.

    `traceparents` maps loan ids to the trace of the event that moved them, where one did.
    """
    emitted: list[OutgoingEvent] = []
    decisions: list[Decision] = []
    for track in tracks:
        before = track.state
        evaluation = evaluate(track.facts, before, policy, on)
        track.state = evaluation.state
        track.next_look_on = evaluation.next_look_on
        track.evaluated_on = on
        trace = traceparents.get(track.facts.loan_id)
        if evaluation.bucket_change is not None:
            change = evaluation.bucket_change
            emitted.append(_next(track, trace, BucketChanged(
                **_common(track, policy, on), from_bucket=change.from_bucket, to_bucket=change.to_bucket)))  # fmt: skip
        if evaluation.cured:
            emitted.append(_next(track, trace, CaseCured(**_common(track, policy, on), from_bucket=before.bucket)))
        if evaluation.reminder is not None:
            request = _request(track, evaluation.reminder, policy, on)
            emitted.append(_next(track, trace, request))
            decisions.append(Decision(
                track.facts.borrower_id, track.facts.loan_id, request.reminder_id, request.step_id, policy.version, on,
                track.facts))  # fmt: skip
    return emitted, decisions


class _Common(TypedDict):
    borrower_id: str
    loan_id: str
    business_date: date
    days_past_due: int
    policy_version: str


def _common(track: Track, policy: LadderPolicy, on: date) -> _Common:
    return {
        "borrower_id": track.facts.borrower_id,
        "loan_id": track.facts.loan_id,
        "business_date": on,
        "days_past_due": track.state.days_past_due,
        "policy_version": policy.version,
    }


def _request(track: Track, reminder: Reminder, policy: LadderPolicy, on: date) -> ReminderRequested:
    return ReminderRequested(
        **_common(track, policy, on),
        reminder_id=reminder_id(track.facts.loan_id, reminder.due_on, reminder.step.id),
        step_id=reminder.step.id,
        template=reminder.step.template,
        channels=reminder.step.channels,
        currency=track.facts.currency,
        due_on=reminder.due_on,
        amounts=component_amounts(reminder.amounts),
    )


def _next(track: Track, trace: str | None, data: BucketChanged | CaseCured | ReminderRequested) -> OutgoingEvent:
    track.sequence += 1
    return outgoing(data, track.sequence, traceparent=trace)


def component_amounts(amounts: Amounts) -> ComponentAmounts:
    """Amounts of the domain as the contract carries them."""
    return ComponentAmounts(
        penalty_minor=amounts.penalty_minor,
        fee_minor=amounts.fee_minor,
        interest_minor=amounts.interest_minor,
        principal_minor=amounts.principal_minor,
    )
