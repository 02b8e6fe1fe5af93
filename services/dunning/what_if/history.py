"""One borrower's record as a replay reads it: what was told, when it was evaluated, and what was decided."""

from datetime import date
from typing import NamedTuple


class RecordedEvaluation(NamedTuple):
    """An evaluation that was made: its number, business date, ladder, arm and next look.

    `areas` is JSON text of what it saw of holds and reliefs for many borrowers at a time.
    """

    number: int
    on: date
    policy_version: str
    arm: str
    next_look_on: date | None
    areas: str | None = None


class RecordedStanding(NamedTuple):
    """What the ledger told of a loan, first seen by an evaluation; `facts` are the loan's after it, as JSON text.

    For an event about a payment, `payment_id` and `payment_minor`: what was allocated of it or charged back, in minor
    units of the loan's currency; None when all of it was reversed.
    """

    loan_id: str
    evaluation: int
    event_type: str
    facts: str
    payment_id: str | None = None
    payment_minor: int | None = None


class RecordedFact(NamedTuple):
    """Something else told of the borrower on a business date: the event's type, and its data as JSON text."""

    evaluation: int
    on: date
    kind: str
    fact: str


class RecordedDecision(NamedTuple):
    """A decision of an evaluation; `decided` is its action as JSON text."""

    evaluation: int
    on: date
    loan_id: str | None
    kind: str
    step_id: str | None
    rule: str
    policy_version: str
    decided: str


class RecordedLevel(NamedTuple):
    """The bucket that a loan was in from an evaluation on."""

    evaluation: int
    loan_id: str
    bucket: str


class History(NamedTuple):
    """The record of one borrower. Evaluations are in order of their numbers, standings of a loan in the ledger's order,
    facts in the order they were told, decisions and levels in order of evaluations."""

    borrower_id: str
    evaluations: tuple[RecordedEvaluation, ...]
    standings: tuple[RecordedStanding, ...]
    facts: tuple[RecordedFact, ...]
    decisions: tuple[RecordedDecision, ...]
    levels: tuple[RecordedLevel, ...]
