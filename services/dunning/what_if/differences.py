"""What differs between what was decided and what another ladder would have decided, for one borrower. Pure."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

from services.dunning.cases.case_actions import LADDER_RULE
from services.dunning.cases.record import DecisionRow, LevelRow
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.steps import ESCALATIONS
from services.dunning.what_if.history import History, RecordedDecision, RecordedLevel
from services.dunning.what_if.replay import Replayed, Scenario

Side = Literal["live", "what-if"]
"""`live`: decided by the ladder that was in force."""

_CHOICE_OF_LADDER: Final = "ladder"
"""The kind of the decision to move a case to another ladder, which is no part of what a ladder decides."""


class Decided(NamedTuple):
    """A decision, with the bucket that its loan was in; empty texts where it is about no loan or step."""

    on: date
    loan_id: str
    kind: str
    step_id: str
    rule: str
    bucket: str


class Effect(NamedTuple):
    """What is counted: a `measure` by step and bucket.

    Measures are `contacts` (notices and calls), `calls`, `offers` (that plans are to be made), `escalations` (credit
    notices, credit reports and referrals to lawyers), and `holds`: steps that were due and kept back, again as
    `holds:` with the rule. `step` is the rule for what belongs to no step of the ladder: relief, promises, cures.
    """

    step: str
    bucket: str
    measure: str


@dataclass(frozen=True, slots=True)
class CaseDifference:
    """One borrower's decisions compared; `only_live` and `only_what_if` are those that the other side lacks."""

    borrower_id: str
    live: Counter[Effect]
    what_if: Counter[Effect]
    only_live: tuple[Decided, ...]
    only_what_if: tuple[Decided, ...]
    past_due: frozenset[str]
    moved: bool

    @property
    def differs(self) -> bool:
        """Whether any decision does."""
        return bool(self.only_live or self.only_what_if)

    @property
    def unaffected(self) -> frozenset[str]:
        """Loans past due about which everything was decided alike."""
        return self.past_due - {one.loan_id for one in (*self.only_live, *self.only_what_if)}


def difference_of(history: History, replayed: Replayed, scenario: Scenario) -> CaseDifference:
    """Compare what was recorded of a borrower with a replay, on the days that count."""
    rows = [row for row in history.decisions if scenario.counts(row.on)]
    live = list(_decided(rows, history.levels, scenario))
    what_if = list(_decided(replayed.decisions, replayed.levels, scenario))
    alike = [one for one, _ in live] == [one for one, _ in what_if]
    left, right = ((), ()) if alike else _unmatched([one for one, _ in live], [one for one, _ in what_if])
    return CaseDifference(
        history.borrower_id,
        Counter(effect for _, effects in live for effect in effects),
        Counter(effect for _, effects in what_if for effect in effects),
        left,
        right,
        replayed.past_due,
        replayed.moved,
    )


def _unmatched(
    live: Sequence[Decided], what_if: Sequence[Decided]
) -> tuple[tuple[Decided, ...], tuple[Decided, ...]]:  # fmt: skip
    """What only one side decided, in order of days; buckets do not matter, and a decision made twice counts twice."""
    before, after = Counter(map(_key, live)), Counter(map(_key, what_if))
    return _beyond(live, before - after), _beyond(what_if, after - before)


def _beyond(decided: Sequence[Decided], surplus: Counter[Decided]) -> tuple[Decided, ...]:
    found = []
    for one in reversed(decided):
        key = _key(one)
        if surplus[key] > 0:
            surplus[key] -= 1
            found.append(one)
    return tuple(sorted(found))


def _key(decided: Decided) -> Decided:
    return decided._replace(bucket="")


def _decided(
    rows: Iterable[RecordedDecision | DecisionRow], levels: Iterable[RecordedLevel | LevelRow], scenario: Scenario
) -> Iterator[tuple[Decided, list[Effect]]]:
    """Decisions with the buckets of their loans and what they count for; `rows` and `levels` go by evaluations."""
    bucket_of: dict[str, str] = {}
    moves = iter(levels)
    move = next(moves, None)
    for row in rows:
        while move is not None and move.evaluation <= row.evaluation:
            bucket_of[move.loan_id] = move.bucket
            move = next(moves, None)
        if row.kind == _CHOICE_OF_LADDER:
            continue
        policy = _policy_of(row.policy_version, scenario)
        bucket = "" if row.loan_id is None else bucket_of.get(row.loan_id, policy.buckets[0].name)
        decided = Decided(row.on, row.loan_id or "", row.kind, row.step_id or "", row.rule, bucket)
        yield decided, [Effect(_step(row), bucket, measure) for measure in _measures(row, policy)]


def _policy_of(version: str, scenario: Scenario) -> LadderPolicy:
    if scenario.policy is not None and scenario.policy.version == version:
        return scenario.policy
    return scenario.recorded_ladder(version, "")


def _step(row: RecordedDecision | DecisionRow) -> str:
    is_of_ladder = row.rule.startswith(LADDER_RULE) or row.kind in ("task", "kept-back", "credit-report", "referral")
    return row.step_id or "" if is_of_ladder else row.rule


def _measures(row: RecordedDecision | DecisionRow, policy: LadderPolicy) -> list[str]:
    match row.kind:
        case "notice":
            is_of_ladder = row.rule.startswith(LADDER_RULE)
            step = policy.step_by_id.get(row.rule.removeprefix(LADDER_RULE)) if is_of_ladder else None
            escalates = step is not None and step.action in ESCALATIONS
            return ["contacts", "escalations"] if escalates else ["contacts"]
        case "task" if json.loads(row.decided)["kind"] == "call":
            return ["contacts", "calls"]
        case "offers":
            return ["offers"]
        case "credit-report" | "referral" if json.loads(row.decided)["kind"] in ("report", "refer"):
            return ["escalations"]
        case "kept-back":
            return ["holds", f"holds:{row.rule}"]
        case _:
            return []


def effects_in_order(
    live: Mapping[Effect, int], what_if: Mapping[Effect, int]
) -> Iterator[tuple[Effect, int, int]]:  # fmt: skip
    """Each effect with how often it was decided and how often it would have been, by measure, step and bucket."""
    for effect in sorted({*live, *what_if}, key=lambda one: (one.measure, one.step, one.bucket)):
        yield effect, live.get(effect, 0), what_if.get(effect, 0)
