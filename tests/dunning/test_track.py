"""The track of a loan: examples of each rule, and that skipping days changes nothing."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schemas.values import Identifier
from services.dunning.aging import Bucket, days_past_due
from services.dunning.ladder import LadderPolicy, LadderStep, parse_ladder
from services.dunning.track import (
    NOTHING,
    Amounts,
    BucketChange,
    Evaluation,
    TrackFacts,
    TrackState,
    evaluate,
    reminder_id,
)

DEFAULT = parse_ladder(
    files("services.dunning").joinpath("policies/default.yaml").read_text(encoding="utf-8"), "default.yaml"
)
DUE = date(2024, 3, 1)
NEXT = date(2024, 4, 1)
OWED = Amounts(fee_minor=50, interest_minor=1_000, principal_minor=10_000)


def day(offset: int) -> date:
    """The date `offset` days from DUE."""
    return DUE + timedelta(days=offset)


def facts(
    oldest: date | None, next_due: date | None, overdue: Amounts = NOTHING, due: Amounts = OWED, settled: bool = False
) -> TrackFacts:
    return TrackFacts("loan-1", "borrower-1", "CNY", oldest, next_due, overdue, due, settled, 1)


UPCOMING = facts(DUE, DUE)
OVERDUE = facts(DUE, NEXT, OWED)
CURED = facts(NEXT, NEXT)
SETTLED = facts(None, None, due=NOTHING, settled=True)
START = TrackState.initial(DEFAULT)


def asked(evaluation: Evaluation) -> str | None:
    return evaluation.reminder.step.id if evaluation.reminder else None


def after(state: TrackState, *visits: tuple[int, TrackFacts], policy: LadderPolicy = DEFAULT) -> Evaluation:
    """The last of several evaluations, each on `day(offset)`."""
    result = None
    for offset, known in visits:
        result = evaluate(known, state, policy, day(offset))
        state = result.state
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("offset", "step", "bucket", "look"),
    [
        (-40, None, "current", -3),
        (-4, None, "current", -3),
        (-3, "upcoming", "current", 0),
        (-1, "upcoming", "current", 0),
        (0, "due-today", "current", 1),
        (1, "overdue-soft", "grace", 4),
        (4, "overdue-soft", "M1", 10),
        (10, "overdue-firm", "M1", 30),
        (30, "overdue-help", "M1", 31),
        (31, "overdue-help", "M2", 60),
        (60, "final-notice", "M2", 61),
        (90, "final-notice", "M3", 91),
        (400, "final-notice", "M4-plus", None),
    ],
)
def test_first_sight_asks_for_the_most_severe_step_only(offset: int, step: str | None, bucket: str, look: int) -> None:
    known = OVERDUE if offset > 0 else UPCOMING
    result = evaluate(known, START, DEFAULT, day(offset))
    assert asked(result) == step
    assert result.state.bucket == bucket
    assert result.state.days_past_due == max(offset, 0)
    assert result.next_look_on == (None if look is None else day(look))
    assert result.bucket_change == (None if bucket == "current" else BucketChange("current", bucket))
    again = evaluate(known, result.state, DEFAULT, day(offset))
    assert again == replace(result, bucket_change=None, reminder=None)


def test_reminder_carries_anchor_and_amounts() -> None:
    before = evaluate(UPCOMING, START, DEFAULT, day(-3)).reminder
    assert before is not None
    assert (before.due_on, before.amounts) == (DUE, OWED)
    late = evaluate(facts(DUE, NEXT, Amounts(penalty_minor=7), OWED), START, DEFAULT, day(10)).reminder
    assert late is not None
    assert (late.due_on, late.amounts) == (DUE, Amounts(penalty_minor=7))


def test_facts_older_than_the_date_still_age() -> None:
    result = evaluate(UPCOMING, START, DEFAULT, day(10))
    assert (asked(result), result.state.days_past_due, result.state.bucket) == ("overdue-firm", 10, "M1")
    assert result.reminder is not None
    assert result.reminder.amounts == OWED


def test_steps_up_to_the_due_date_are_not_asked_for_after_it() -> None:
    late_ladder = DEFAULT.model_copy(update={"steps": (DEFAULT.steps[0], DEFAULT.steps[1], DEFAULT.steps[3])})
    result = evaluate(OVERDUE, START, late_ladder, day(5))
    assert result.reminder is None
    assert (result.state.done_anchor_due_on, result.state.done_at_days) == (DUE, 0)


def test_cure() -> None:
    result = after(START, (10, OVERDUE), (11, CURED))
    assert result.cured
    assert result.bucket_change == BucketChange("M1", "current")
    assert result.reminder is None
    assert result.next_look_on == NEXT - timedelta(days=3)
    assert not after(START, (10, OVERDUE), (11, CURED), (12, CURED)).cured


def test_settled() -> None:
    result = after(START, (10, OVERDUE), (11, SETTLED))
    assert result.cured
    assert (result.state.days_past_due, result.state.bucket) == (0, "current")
    assert (result.reminder, result.next_look_on) == (None, None)
    assert not after(START, (-10, UPCOMING), (-9, SETTLED)).cured


def test_partly_cured_does_not_repeat_softer_steps() -> None:
    second = facts(NEXT, NEXT + timedelta(days=30), OWED)
    age_5 = (NEXT - DUE).days + 5
    result = after(START, (30, OVERDUE), (age_5, second))
    assert not result.cured
    assert result.reminder is None
    assert result.state == TrackState("M1", 5, NEXT, 1)
    assert result.bucket_change is None
    assert asked(after(result.state, (age_5 + 5, second))) == "overdue-firm"


def test_cured_then_late_again_starts_softly() -> None:
    late_again = (NEXT - DUE).days + 2
    assert asked(after(START, (30, OVERDUE), (31, facts(NEXT, NEXT)), (late_again, facts(NEXT, NEXT)))) == (
        "overdue-soft"
    )


def test_payment_reversed_after_cure_re_ages_without_repeating() -> None:
    result = after(START, (10, OVERDUE), (11, CURED), (14, OVERDUE))
    assert result.reminder is None
    assert (result.state.bucket, result.state.days_past_due) == ("M1", 14)
    assert result.next_look_on == day(30)


def test_reversal_to_an_older_date_re_ages_at_once() -> None:
    older = facts(day(-31), NEXT, OWED)
    result = after(START, (1, OVERDUE), (2, older))
    assert asked(result) == "overdue-help"
    assert result.state == TrackState("M2", 33, day(-31), 30)
    assert result.bucket_change == BucketChange("grace", "M2")


def test_small_balance_counts_as_not_past_due() -> None:
    tolerant = DEFAULT.model_copy(update={"small_balance_tolerance_minor": 100})
    small = facts(DUE, NEXT, Amounts(interest_minor=100))
    result = evaluate(small, START, tolerant, day(5))
    assert (result.state.days_past_due, result.reminder) == (0, None)
    assert result.next_look_on == NEXT - timedelta(days=3)
    assert asked(evaluate(small, START, tolerant, NEXT)) == "due-today"
    larger = facts(DUE, NEXT, Amounts(interest_minor=101))
    assert evaluate(larger, START, tolerant, day(5)).state.days_past_due == 5
    never = facts(DUE, DUE, due=Amounts(interest_minor=100))
    assert evaluate(never, START, tolerant, DUE).next_look_on is None


def test_unknown_amounts_are_not_reminded_of_until_told() -> None:
    unknown = facts(DUE, DUE, due=NOTHING)
    result = evaluate(unknown, START, DEFAULT, day(-3))
    assert (result.reminder, result.next_look_on, result.state) == (None, None, START)
    assert asked(evaluate(UPCOMING, result.state, DEFAULT, day(-3))) == "upcoming"


def test_reminder_id_is_an_identifier() -> None:
    adapter: TypeAdapter[str] = TypeAdapter(Identifier)
    assert reminder_id("loan-1", DUE, "due-today") == "loan-1:20240301:due-today"
    long = [adapter.validate_python(reminder_id("x" * 127 + end, DUE, "s" * 64)) for end in "ab"]
    assert long[0] != long[1]


# Differential: what is evaluated daily against what is evaluated only on some days.


@dataclass(frozen=True)
class Story:
    """A policy, and facts by the day (offset from DUE) on which they come; the first come on the first day."""

    policy: LadderPolicy
    told: dict[int, TrackFacts]
    last_day: int


@st.composite
def policies(draw: st.DrawFn) -> LadderPolicy:
    ends = sorted(draw(st.sets(st.integers(0, 70), max_size=5)))
    buckets = tuple(
        Bucket(name=f"b{index}", from_day=first, to_day=last)
        for index, (first, last) in enumerate(zip([0, *(end + 1 for end in ends)], [*ends, None], strict=True))
    )
    days = draw(st.sets(st.integers(-10, 70), min_size=1, max_size=7))
    steps = tuple(
        LadderStep(id=f"s{index}", at_days=at, template="t", channels=("email",))
        for index, at in enumerate(sorted(days))
    )
    tolerance = draw(st.sampled_from([0, 0, 10]))
    return LadderPolicy(version="test-1", small_balance_tolerance_minor=tolerance, buckets=buckets, steps=steps)


def standing(unpaid: dict[int, int], as_of: int) -> TrackFacts:
    """Facts of a loan whose instalments, by due day, still lack `unpaid`, as the ledger tells them on `as_of`."""
    lacking = {due: amount for due, amount in sorted(unpaid.items()) if amount > 0}
    next_due = next((due for due in lacking if due >= as_of), None)
    return facts(
        day(min(lacking)) if lacking else None,
        day(next_due) if next_due is not None else None,
        Amounts(principal_minor=sum(amount for due, amount in lacking.items() if due < as_of)),
        Amounts(principal_minor=lacking[next_due]) if next_due is not None else NOTHING,
        settled=not lacking,
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A loan of up to four instalments, some paid or unpaid again on some days."""
    dues = draw(st.lists(st.integers(0, 90), min_size=1, max_size=4, unique=True))
    first = draw(st.integers(-20, 60))
    days = [first, *sorted(draw(st.sets(st.integers(first + 1, 120), max_size=5)))]
    amounts = st.fixed_dictionaries({due: st.sampled_from([0, 5, 100, 100]) for due in dues})
    told = {offset: standing(draw(amounts), offset) for offset in days}
    return Story(draw(policies()), told, draw(st.integers(max(days), 160)))


@dataclass(frozen=True)
class Outcome:
    """What evaluations gave: the last one, and all that happened with its date."""

    last: Evaluation
    happened: list[tuple[int, str | None, BucketChange | None, bool]]


def daily(story: Story) -> Outcome:
    return walk(story, set(range(min(story.told), story.last_day + 1)))


def walk(story: Story, days: set[int], follow_looks: bool = False) -> Outcome:
    """Evaluate on `days`, whenever facts come, and if `follow_looks` on each next look."""
    state, known, result = TrackState.initial(story.policy), None, None
    happened = []
    look: date | None = None
    for offset in range(min(story.told), story.last_day + 1):
        known = story.told.get(offset, known)
        if not (offset in days or offset in story.told or (follow_looks and look == day(offset))):
            continue
        assert known is not None
        result = evaluate(known, state, story.policy, day(offset))
        state, look = result.state, result.next_look_on
        if result.reminder or result.bucket_change or result.cured:
            happened.append((offset, asked(result), result.bucket_change, result.cured))
    assert result is not None
    return Outcome(result, happened)


@settings(max_examples=400, deadline=None)
@given(stories())
def test_looking_only_when_told_is_as_good_as_daily(story: Story) -> None:
    every_day, on_looks = daily(story), walk(story, {story.last_day}, follow_looks=True)
    assert on_looks.happened == every_day.happened
    assert on_looks.last.state == every_day.last.state
    assert on_looks.last.next_look_on == every_day.last.next_look_on


@settings(max_examples=400, deadline=None)
@given(stories(), st.sets(st.integers(-20, 160)))
@example(Story(DEFAULT, {-20: UPCOMING}, 45), set())
def test_skipping_days_ends_in_the_same_state(story: Story, days: set[int]) -> None:
    story = replace(story, told={min(story.told): story.told[min(story.told)]})
    every_day, skipping = daily(story), walk(story, days | {story.last_day})
    assert skipping.last.state.bucket == every_day.last.state.bucket
    assert skipping.last.state.days_past_due == every_day.last.state.days_past_due
    assert skipping.last.next_look_on == every_day.last.next_look_on
    if story.policy.small_balance_tolerance_minor == 0:
        assert skipping.last.state == every_day.last.state
    all_asked = [(offset, step) for offset, step, _, _ in every_day.happened if step]
    some_asked = [(offset, step) for offset, step, _, _ in skipping.happened if step]
    after_due = {step.id: step.at_days > 0 for step in story.policy.steps}
    due_on = story.told[min(story.told)].next_due_on
    still_to_come = due_on is not None and day(story.last_day) <= due_on
    if all_asked and (after_due[all_asked[-1][1]] or still_to_come):
        assert some_asked[-1][1] == all_asked[-1][1]
        assert some_asked[-1][0] >= all_asked[-1][0]
    assert len(some_asked) <= len(all_asked)


@settings(max_examples=300, deadline=None)
@given(stories())
def test_twice_on_a_day_asks_nothing_more(story: Story) -> None:
    state = TrackState.initial(story.policy)
    for offset, known in story.told.items():
        once = evaluate(known, state, story.policy, day(offset))
        twice = evaluate(known, once.state, story.policy, day(offset))
        assert twice == replace(once, reminder=None, bucket_change=None, cured=False)
        assert once.next_look_on is None or once.next_look_on > day(offset)
        state = once.state


@given(st.dictionaries(st.integers(0, 40), st.integers(1, 100), min_size=1, max_size=3), st.integers(-10, 90))
def test_fresh_and_old_facts_agree(unpaid: dict[int, int], on: int) -> None:
    old, fresh = (evaluate(standing(unpaid, told), START, DEFAULT, day(on)) for told in (-11, on))
    assert old.state.days_past_due == fresh.state.days_past_due == days_past_due(day(min(unpaid)), day(on))
    assert (old.state, asked(old), old.cured) == (fresh.state, asked(fresh), fresh.cured)
