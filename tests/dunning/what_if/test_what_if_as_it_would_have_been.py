"""What another ladder would have done is what it does: one story lived under either, and replayed under the other."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import event, given

from services.dunning.cases.record import DecisionRow
from services.dunning.ladder.choice import Ladders
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.what_if.history import RecordedDecision
from services.dunning.what_if.replay import Scenario, replay
from tests.dunning.case_stories import METHODS, ladders
from tests.dunning.what_if.live_dunning import all_sent
from tests.dunning.what_if.lived_stories import lived, stories_lived
from tests.dunning.what_if.stories import LOAN_KINDS, STORIES, Act, Day

_OF_A_LADDER = ("promise", "withdraw-report", "call-done")
"""What a ladder's own rules or steps decide about, so that what is told of it differs between ladders."""
_OF_MANY = ("region", "area-hold", "area-lift", "end-incident")
"""What is told of many, of which the record does not say whether it came before the looks of a day."""


def told_alike(story: list[Day]) -> list[Day]:
    """A story of which every ladder is told the same: day by day, and the ledger tells before a date is completed."""
    return [
        replace(
            day,
            skips=0,
            before=_without(day.before, (*_OF_A_LADDER, *_OF_MANY)),
            after=_without(day.after, (*_OF_A_LADDER, *_OF_MANY, *LOAN_KINDS)),
            is_looked_at=True,
        )
        for day in story
    ]


def _without(batches: list[list[Act]], kinds: Iterable[str]) -> list[list[Act]]:
    return [[act for act in batch if act.kind not in kinds] for batch in batches]


def decided(rows: Iterable[RecordedDecision | DecisionRow]) -> Counter[tuple[Any, ...]]:
    return Counter((row.on, row.loan_id, row.kind, row.step_id, row.rule) for row in rows)


@stories_lived
@given(in_force=ladders(METHODS), other=ladders(METHODS), story=STORIES.map(told_alike))
def test_a_ladder_would_have_decided_what_it_decides_when_it_is_in_force(
    migrated_database: str, in_force: LadderPolicy, other: LadderPolicy, story: list[Day]
) -> None:
    other = other.model_copy(update={"version": "other"})
    record, last_on = asyncio.run(lived(migrated_database, [Ladders.of_one(in_force)], story, all_sent, is_prompt=True))
    itself, _ = asyncio.run(lived(migrated_database, [Ladders.of_one(other)], story, all_sent, is_prompt=True))
    scenario = Scenario(other, {in_force.version: in_force}, last_on)
    differing = sum(
        decided(one.decisions) != decided(expected.decisions) for one, expected in zip(record, itself, strict=True)
    )
    event(f"cases that differ: {differing}")
    for history, expected in zip(record, itself, strict=True):
        assert decided(replay(history, scenario).decisions) == decided(expected.decisions)
