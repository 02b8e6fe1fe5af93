"""The same ladder in, the same decisions out: arbitrary stories told to dunning as it runs, and then replayed."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from services.dunning.cases.record import DecisionRow, LevelRow
from services.dunning.ladder.choice import Arm, LadderChoice, Ladders
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.what_if.differences import difference_of
from services.dunning.what_if.history import History, RecordedDecision, RecordedLevel
from services.dunning.what_if.outcomes import Unheard
from services.dunning.what_if.replay import Scenario, replay
from tests.dunning.case_stories import METHODS, ladders
from tests.dunning.what_if.live_dunning import mixed
from tests.dunning.what_if.lived_stories import lived, stories_lived
from tests.dunning.what_if.stories import START, STORIES, Day


def exactly(decisions: Iterable[RecordedDecision | DecisionRow]) -> list[tuple[Any, ...]]:
    """All that a decision says, in order, but for the ladder's version."""
    return [
        (row.evaluation, row.on, row.loan_id, row.kind, row.step_id, row.rule, json.loads(row.decided))
        for row in decisions
        if row.kind != "ladder"
    ]


def moves(levels: Iterable[RecordedLevel | LevelRow]) -> list[tuple[int, str, str]]:
    """Moves of loans between buckets."""
    return sorted((level.evaluation, level.loan_id, level.bucket) for level in levels)


def assert_decides_alike(history: History, scenario: Scenario) -> None:
    replayed = replay(history, scenario)
    counted = [row for row in history.decisions if scenario.counts(row.on)]
    assert exactly(replayed.decisions) == exactly(counted)
    until = {evaluation.number for evaluation in history.evaluations if evaluation.on <= scenario.to_on}
    levels = [level for level in history.levels if level.evaluation in until]
    assert moves(replayed.levels) == moves(levels)
    assert not difference_of(history, replayed, scenario).differs


def periods(first_on: date, last_on: date) -> Iterator[tuple[date | None, date]]:
    """Whole, and such that some of the record lies before, and some after."""
    third = timedelta(days=(last_on - first_on).days // 3)
    yield from ((None, last_on), (first_on + third, last_on), (first_on + third, last_on - third))


@st.composite
def experiments(draw: st.DrawFn) -> list[Ladders]:
    """What the service is started with, one after the other: champion, challenger and hold-out group."""
    versions = ["champion", "challenger"]
    policies = {version: draw(ladders(METHODS)).model_copy(update={"version": version}) for version in versions}
    return [Ladders(policies, draw(choices(versions))) for _ in range(draw(st.integers(1, 3)))]


@st.composite
def choices(draw: st.DrawFn, versions: list[str]) -> LadderChoice:
    held_out, first = draw(st.sampled_from([0, 20, 50])), draw(st.integers(1, 49))
    shares = (first, 100 - held_out - first)
    arms = tuple(
        Arm(name=f"arm-{version}", ladder=version, percent=percent)
        for version, percent in zip(draw(st.permutations(versions)), shares, strict=True)
    )
    return LadderChoice(
        experiment=draw(st.sampled_from("abcdefgh")), arms=arms, hold_out_percent=held_out,
        under_way=draw(st.sampled_from(["keep", "move"])),
    )  # fmt: skip


@stories_lived
@given(policy=ladders(METHODS), story=STORIES, seed=st.integers(0, 50))
def test_the_ladder_in_force_decides_again_exactly_what_it_decided(
    migrated_database: str, policy: LadderPolicy, story: list[Day], seed: int
) -> None:
    told, last_on = asyncio.run(lived(migrated_database, [Ladders.of_one(policy)], story, mixed(seed)))
    event(f"decisions: {sum(len(history.decisions) for history in told) // 20 * 20}")
    under_another_name = policy.model_copy(update={"version": "the-same-by-another-name"})
    for ladder, (from_on, to_on) in zip((policy, under_another_name, policy), periods(START, last_on), strict=True):
        for history in told:
            assert_decides_alike(history, Scenario(ladder, {policy.version: policy}, to_on, from_on))


@stories_lived
@given(choices=experiments(), story=STORIES, seed=st.integers(0, 50))
def test_every_arm_of_an_experiment_decides_again_exactly_what_it_decided(
    migrated_database: str, choices: list[Ladders], story: list[Day], seed: int
) -> None:
    told, last_on = asyncio.run(lived(migrated_database, choices, story, mixed(seed)))
    policies = choices[0].policies
    for history in told:
        gone_by = {evaluation.policy_version for evaluation in history.evaluations}
        event(f"ladders of a case: {len(gone_by)}")
        theirs = [policies[version] for version in gone_by] if len(gone_by) == 1 else []
        for ladder in (*theirs, None):
            for from_on, to_on in periods(START, last_on):
                assert_decides_alike(history, Scenario(ladder, policies, to_on, from_on))


@stories_lived
@given(choices=experiments(), other=ladders(METHODS), story=STORIES, unheard=st.sampled_from(["done", "open"]))
def test_any_story_can_be_replayed_under_any_ladder(
    migrated_database: str, choices: list[Ladders], other: LadderPolicy, story: list[Day], unheard: Unheard
) -> None:
    told, last_on = asyncio.run(lived(migrated_database, choices, story, mixed(1)))
    other = other.model_copy(update={"version": "other"})
    for history in told:
        for from_on, to_on in periods(START, last_on):
            scenario = Scenario(other, choices[0].policies, to_on, from_on, unheard)
            difference = difference_of(history, replay(history, scenario), scenario)
            assert difference.differs == bool(difference.only_live or difference.only_what_if)
