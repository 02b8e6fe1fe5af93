"""What if another ladder had been in force: one borrower's recorded history, replayed. Pure.

A replay folds the recorded facts in, and evaluates the case by the code that live cases go by: on the business date of
each recorded evaluation, and besides on dates of its own where the replayed case asks to be looked at earlier and the
recorded one did not. Where both ask for the same look the replay waits for the recorded one, which business dates may
have brought later. So by the ladders that were in force a replay decides exactly what was decided. A look of its own
comes before what was told later on its day, as looks do when a date is completed.

What another ladder would have changed in the borrower's behaviour is not known: the facts stay as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from services.dunning.cases.case_evaluation import CaseEvaluation, evaluate_case
from services.dunning.cases.case_file import NO_AREAS, Areas, CaseFile
from services.dunning.cases.record import DecisionRow, LevelRow, Record
from services.dunning.cases.step_memory import with_outcome
from services.dunning.ladder.choice import Chosen, UnknownLadder, is_under_way
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.what_if.facts import RecordedFacts
from services.dunning.what_if.history import History, RecordedEvaluation
from services.dunning.what_if.outcomes import KnownOutcomes, Unheard
from services.dunning.what_if.seen_areas import seen_areas_of

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Scenario:
    """What is replayed: up to and with `to_on`, from `from_on` (the beginning if None) by `policy`, before as recorded.

    Without `policy` all is replayed as recorded. `ladders` are those that were in force, by version; cases move to
    `policy` on `from_on`, whether under way or not, and borrowers of a hold-out group stay in it.
    """

    policy: LadderPolicy | None
    ladders: Mapping[str, LadderPolicy]
    to_on: date
    from_on: date | None = None
    unheard: Unheard = "done"

    @cached_property
    def versions_alike(self) -> frozenset[str]:
        """Versions of the ladders in force that differ from `policy` in nothing but the version."""
        new = self.policy
        if new is None:
            return frozenset()
        return frozenset(
            version for version, old in self.ladders.items() if old.model_copy(update={"version": new.version}) == new
        )

    def counts(self, on: date) -> bool:
        """Whether a day is within what is compared."""
        return (self.from_on is None or self.from_on <= on) and on <= self.to_on

    def replaces_on(self, on: date) -> bool:
        """Whether `policy` is in force on a day in place of the recorded one."""
        return self.policy is not None and (self.from_on is None or on >= self.from_on)

    def recorded_ladder(self, version: str, borrower_id: str) -> LadderPolicy:
        """A ladder that was in force. Raises UnknownLadder."""
        if version not in self.ladders:
            raise UnknownLadder(version, f"the record of borrower {borrower_id!r}")
        return self.ladders[version]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay decided on the days that count, and where loans moved; `levels` are those of all its days.

    `past_due` are loans that were past due on one of those days; `moved` says whether the case was under way when it
    left another ladder.
    """

    decisions: tuple[DecisionRow, ...]
    levels: tuple[LevelRow, ...]
    past_due: frozenset[str]
    moved: bool


def replay(history: History, scenario: Scenario) -> Replayed:
    """Replay a borrower's record. Raises UnknownFact, and UnknownLadder when the record names a ladder not given."""
    run = _Replay(history, scenario)
    for recorded in history.evaluations:
        if recorded.on > scenario.to_on:
            break
        run.look_before(recorded.on)
        if run.was_told_after_looks(recorded):
            run.look_before(recorded.on + _ONE_DAY)
        run.repeat(recorded)
    run.look_before(scenario.to_on + _ONE_DAY)
    return run.replayed()


class _Replay:
    """A case on its way through its history."""

    def __init__(self, history: History, scenario: Scenario) -> None:
        self._scenario = scenario
        self._case = CaseFile(history.borrower_id)
        self._facts = RecordedFacts(history)
        self._outcomes = KnownOutcomes(history, scenario.unheard)
        self._record = Record()
        self._newest: RecordedEvaluation | None = None
        self._areas: Areas = NO_AREAS
        self._policy: LadderPolicy | None = None
        self._past_due: set[str] = set()
        self._moved = False

    def look_before(self, end: date) -> None:
        """Take the looks of the replay's own that fall before a day."""
        while (on := self._own_look_on()) is not None and on < end:
            self._evaluate_until_quiet(on, is_recorded=False)

    def was_told_after_looks(self, recorded: RecordedEvaluation) -> bool:
        """Whether a recorded evaluation was made for what was told once the looks of its day were taken.

        A look that was due is not. Facts of the ledger that are of that day waited for its looks, and what is told of
        an area may have.
        """
        newest = self._newest
        if newest is None or (newest.next_look_on is not None and newest.next_look_on <= recorded.on):
            return False
        return recorded.areas == newest.areas and not self._facts.has_standing_of(recorded.number, recorded.on)

    def repeat(self, recorded: RecordedEvaluation) -> None:
        """Fold in what a recorded evaluation saw, and evaluate as it did."""
        self._newest = recorded
        self._areas = seen_areas_of(recorded.areas)
        self._facts.fold(self._case, recorded.number, self._policy_on(recorded.on), self._areas)
        self._evaluate_until_quiet(recorded.on, is_recorded=True)

    def replayed(self) -> Replayed:
        """What came of it."""
        counted = tuple(row for row in self._record.decisions if self._scenario.counts(row.on))
        return Replayed(counted, tuple(self._record.levels), frozenset(self._past_due), self._moved)

    def _own_look_on(self) -> date | None:
        """The next look that the record has no part in: None if there is none, or the record looks as well."""
        if self._newest is None:
            return None
        moves_on, looks_on = self._moves_on(), self._case.next_look_on
        if looks_on == self._newest.next_look_on:
            looks_on = None
        return min((day for day in (moves_on, looks_on) if day is not None), default=None)

    def _moves_on(self) -> date | None:
        """The day on which the case moves to the scenario's ladder, if that is still to come and says anything new."""
        scenario, policy = self._scenario, self._policy
        if scenario.policy is None or scenario.from_on is None or policy is None or self._case.evaluated_on is None:
            return None
        if self._case.evaluated_on >= scenario.from_on or policy.version in scenario.versions_alike:
            return None
        return scenario.from_on

    def _policy_on(self, on: date) -> LadderPolicy:
        scenario = self._scenario
        if scenario.policy is not None and scenario.replaces_on(on):
            return scenario.policy
        version = self._newest.policy_version if self._newest is not None else ""
        return scenario.recorded_ladder(version, self._case.borrower_id)

    def _evaluate_until_quiet(self, on: date, *, is_recorded: bool) -> None:
        """Evaluate, and again when something is heard on the same day of what was asked for."""
        heard = True
        while heard:
            evaluation = self._evaluate(on)
            heard = self._scenario.replaces_on(on) and self._hear(evaluation, on, is_recorded)
            is_recorded = False

    def _evaluate(self, on: date) -> CaseEvaluation:
        case, policy = self._case, self._policy_on(on)
        chosen = self._chosen(policy, on)
        evaluation = evaluate_case(case, policy, self._areas, on, is_held_out=chosen.is_held_out)
        for loan_id, memory in evaluation.memories.items():
            case.loans[loan_id].memory = memory
        case.memory = evaluation.memory
        case.policy_version, case.arm = policy.version, chosen.arm
        case.evaluated_on, case.next_look_on = on, evaluation.next_look_on
        case.evaluations += 1
        self._policy = policy
        if self._scenario.counts(on):
            self._past_due.update(key for key, memory in evaluation.memories.items() if memory.is_past_due)
        self._record.add_evaluation(case, chosen, self._areas, evaluation, on)
        return evaluation

    def _chosen(self, policy: LadderPolicy, on: date) -> Chosen:
        former = self._case.policy_version
        moves = former not in (None, policy.version) and is_under_way(self._case)
        self._moved = self._moved or (moves and self._scenario.replaces_on(on))
        return Chosen(policy, self._newest.arm if self._newest is not None else "", former if moves else None)

    def _hear(self, evaluation: CaseEvaluation, on: date, is_recorded: bool) -> bool:
        number = self._newest.number if self._newest is not None else 0
        heard = list(self._outcomes.at_once(evaluation.actions, number, is_recorded=is_recorded))
        for loan_id, step_id, status in heard:
            file = self._case.loans[loan_id]
            file.memory = with_outcome(file.memory, step_id, status, on)
        return bool(heard)
