"""The track of one loan: from facts, remembered steps, policy and date to bucket, cure, reminder and the next look.

Levels, not edges: nothing here depends on having been called yesterday. Evaluating every day, or only on
`next_look_on` and whenever facts come, gives the same states and the same reminders.

The due date that steps count from is the *anchor*: the oldest unpaid due date of a loan past due, else the next due
date. One anchor is remembered, with the greatest `at_days` done for it:

- Only the most severe step due is asked for; lesser ones count as done.
- A step at or before the due date is not asked for after it, though it then counts as done.
- A loan that stays past due on another anchor (an older instalment was paid, or a payment was reversed) isn't asked
  again for steps no more severe than those done for the anchor before.
- After a cure the old anchor stays remembered until a step is done for the next one, so that a payment reversed in
  between does not repeat reminders. Later than that they are asked for again, with the same reminder ids.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from services.dunning.ladder import LadderPolicy, LadderStep

IDENTIFIER_MAX_LENGTH = 128


@dataclass(frozen=True, slots=True)
class Amounts:
    """An amount by component, each in minor units of the loan's currency."""

    penalty_minor: int = 0
    fee_minor: int = 0
    interest_minor: int = 0
    principal_minor: int = 0

    @property
    def total_minor(self) -> int:
        """The sum of the components, in minor units."""
        return self.penalty_minor + self.fee_minor + self.interest_minor + self.principal_minor

    def plus(self, other: "Amounts") -> "Amounts":
        """The sum by component."""
        return Amounts(
            self.penalty_minor + other.penalty_minor,
            self.fee_minor + other.fee_minor,
            self.interest_minor + other.interest_minor,
            self.principal_minor + other.principal_minor,
        )


NOTHING = Amounts()


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """What dunning knows of a loan from the ledger's newest events.

    `overdue`, `oldest_unpaid_due_on` and `next_due_on` mean what they mean in LoanStanding. `next_due_amounts` is what
    the instalment of `next_due_on` lacks; all 0 while it is not known, and then that instalment is neither reminded of
    nor counted as overdue until the ledger says more. `sequence` is that of the newest event.
    """

    loan_id: str
    borrower_id: str
    currency: str
    oldest_unpaid_due_on: date | None
    next_due_on: date | None
    overdue: Amounts
    next_due_amounts: Amounts
    settled: bool
    sequence: int


@dataclass(frozen=True, slots=True)
class TrackState:
    """Where a loan stood when last evaluated, and the steps done.

    `done_at_days` is the greatest `at_days` done for the due date `done_anchor_due_on`, or None if none was reached.
    """

    bucket: str
    days_past_due: int
    done_anchor_due_on: date | None = None
    done_at_days: int | None = None

    @classmethod
    def initial(cls, policy: LadderPolicy) -> "TrackState":
        """The state of a loan never evaluated: not past due, nothing done."""
        return cls(policy.buckets[0].name, 0)


@dataclass(frozen=True, slots=True)
class BucketChange:
    """A move between buckets, by name."""

    from_bucket: str
    to_bucket: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """A step to ask for: what is reminded of is due on `due_on`, the anchor, and lacks `amounts`."""

    step: LadderStep
    due_on: date
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a date makes of a loan.

    `cured`: past due at the last evaluation, now not. `next_look_on`: the first later date on which bucket, being past
    due or step can change if no facts come; None if none can.
    """

    state: TrackState
    bucket_change: BucketChange | None
    cured: bool
    reminder: Reminder | None
    next_look_on: date | None


def evaluate(facts: TrackFacts, state: TrackState, policy: LadderPolicy, on: date) -> Evaluation:
    """Evaluate a loan on business date `on`; `state` is that of the last evaluation, or `TrackState.initial`."""
    anchor, past_due, amounts = _anchor(facts, policy.small_balance_tolerance_minor, on)
    done_anchor, done_days = state.done_anchor_due_on, state.done_at_days
    bucket, days, reminder, look = policy.buckets[0].name, 0, None, None
    if anchor is not None:
        days = on.toordinal() - anchor.toordinal()
        reached = policy.steps_reached(days)
        step = policy.steps[reached - 1] if reached else None
        if step is not None and _asks(step, state, anchor, past_due, days):
            reminder = Reminder(step, anchor, amounts)
        done_anchor, done_days = _done(step, state, anchor, past_due)
        if past_due:
            bucket = policy.bucket_table.bucket_of(days).name
            look = _next_look_past_due(policy, anchor, on, reached)
        else:
            days = 0
            look = _next_look_not_past_due(policy, facts, anchor, reached)
    return Evaluation(
        state=TrackState(bucket, days, done_anchor, done_days),
        bucket_change=BucketChange(state.bucket, bucket) if state.bucket != bucket else None,
        cured=state.days_past_due > 0 and not past_due,
        reminder=reminder,
        next_look_on=look,
    )


def reminder_id(loan_id: str, anchor_due_on: date, step_id: str) -> str:
    """The id of a reminder: the same for the same loan, due date and step, and an Identifier whenever those are.

    A loan id too long to fit is replaced by a digest of it.
    """
    tail = f":{anchor_due_on:%Y%m%d}:{step_id}"
    if len(loan_id) + len(tail) > IDENTIFIER_MAX_LENGTH:
        loan_id = sha256(loan_id.encode()).hexdigest()[:40]
    return loan_id + tail


def _anchor(facts: TrackFacts, tolerance_minor: int, on: date) -> tuple[date | None, bool, Amounts]:
    """The due date that steps count from on `on`, whether the loan is past due, and the amounts to remind of.

    Facts may be older than `on`: what was next due when they were told is overdue once its date has passed.
    """
    if facts.settled:
        return None, False, NOTHING
    overdue, next_due_on = facts.overdue, facts.next_due_on
    if next_due_on is not None and next_due_on < on:
        overdue = overdue.plus(facts.next_due_amounts)
    oldest = facts.oldest_unpaid_due_on
    if oldest is not None and oldest < on and overdue.total_minor > tolerance_minor:
        return oldest, True, overdue
    if next_due_on is not None and next_due_on >= on and facts.next_due_amounts.total_minor > 0:
        return next_due_on, False, facts.next_due_amounts
    return None, False, NOTHING


def _asks(step: LadderStep, state: TrackState, anchor: date, past_due: bool, days: int) -> bool:
    """Whether `step`, the last reached, is still to be asked for."""
    if step.at_days <= 0 < days:
        return False
    stays_past_due = past_due and state.days_past_due > 0
    if state.done_at_days is None or not (stays_past_due or state.done_anchor_due_on == anchor):
        return True
    return step.at_days > state.done_at_days


def _done(step: LadderStep | None, state: TrackState, anchor: date, past_due: bool) -> tuple[date | None, int | None]:
    """The anchor to remember and the greatest `at_days` done for it, once `step`, the last reached, is done."""
    done_anchor, done_days = state.done_anchor_due_on, state.done_at_days
    if step is None:
        return (anchor, None) if past_due and done_anchor != anchor else (done_anchor, done_days)
    if done_anchor == anchor and done_days is not None and done_days > step.at_days:
        return done_anchor, done_days
    return anchor, step.at_days


def _next_look_past_due(policy: LadderPolicy, anchor: date, on: date, reached: int) -> date | None:
    """The next bucket boundary or the next step, whichever is first."""
    boundary = policy.bucket_table.next_boundary_on(anchor, on)
    if reached == len(policy.steps):
        return boundary
    step_on = anchor + timedelta(days=policy.step_days[reached])
    return step_on if boundary is None or step_on < boundary else boundary


def _next_look_not_past_due(policy: LadderPolicy, facts: TrackFacts, anchor: date, reached: int) -> date | None:
    """The next step up to the due date, else the day after it if the loan is past due then."""
    if reached < len(policy.steps) and policy.step_days[reached] <= 0:
        return anchor + timedelta(days=policy.step_days[reached])
    unpaid_minor = facts.overdue.total_minor + facts.next_due_amounts.total_minor
    return anchor + timedelta(days=1) if unpaid_minor > policy.small_balance_tolerance_minor else None
