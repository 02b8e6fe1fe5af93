"""What a what-if replay shows, summed up over all cases: effects by step and bucket, and the cases that differ."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from services.dunning.what_if.differences import CaseDifference, Decided, Effect, Side, effects_in_order
from services.dunning.what_if.replay import Scenario

CASES_SHOWN: Final = 20
CSV_COLUMNS: Final = ("borrower_id", "ladder", "on", "loan_id", "kind", "step", "rule", "bucket")

_FACTS_STAY: Final = (
    "Facts are as recorded: what borrowers would have paid, promised or agreed to under the other ladder cannot be "
    "known, so cures differ only where they depend on the ladder's own rules."
)
_OUTCOMES: Final = {
    "done": "A notice or call that the ladder in force asked for as well, for the same due date, has the outcome "
    "recorded then; any other is taken as really made on the same day.",
    "open": "A notice or call that the ladder in force asked for as well, for the same due date, has the outcome "
    "recorded then; of any other nothing is heard.",
}
_MOVES: Final = "Cases move to the other ladder on {from_on}, whether under way or not, and are looked at on that day."
_ALL: Final = "The other ladder is taken to have been in force from the beginning of the record."
_LOOKS: Final = "Looks that only the other ladder asks for fall on their exact days, business days or not."
_HOLD_OUT: Final = "Borrowers of a hold-out group stay in it; all others go by the other ladder, whatever their arm."


@dataclass(slots=True)
class WhatIfReport:
    """Sums over the cases added; of those that differ, the first `CASES_SHOWN` are kept whole."""

    scenario: Scenario
    cases: int = 0
    cases_that_differ: int = 0
    cases_moved_under_way: int = 0
    loans_past_due: int = 0
    loans_past_due_unaffected: int = 0
    live: Counter[Effect] = field(default_factory=Counter)
    what_if: Counter[Effect] = field(default_factory=Counter)
    shown: list[CaseDifference] = field(default_factory=list)

    def add(self, difference: CaseDifference) -> None:
        """Add one borrower's case."""
        self.cases += 1
        self.cases_moved_under_way += difference.moved
        self.loans_past_due += len(difference.past_due)
        self.loans_past_due_unaffected += len(difference.unaffected)
        self.live.update(difference.live)
        self.what_if.update(difference.what_if)
        if difference.differs:
            self.cases_that_differ += 1
            if len(self.shown) < CASES_SHOWN:
                self.shown.append(difference)

    @property
    def decides_nothing(self) -> bool:
        """Whether there is nothing to count, by either ladder."""
        return not (self.live or self.what_if or self.cases_that_differ)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of how the figures came about."""
        from_on = self.scenario.from_on
        begins = _ALL if from_on is None else _MOVES.format(from_on=from_on)
        return begins, _OUTCOMES[self.scenario.unheard], _FACTS_STAY, _LOOKS, _HOLD_OUT

    def values(self) -> dict[str, Any]:
        """The report as JSON values; `live` is what was decided, `what_if` what would have been.

        `differences` are those of `cases_shown` cases, of all `cases_that_differ`.
        """
        scenario = self.scenario
        return {
            "policy": None if scenario.policy is None else scenario.policy.version,
            "from": None if scenario.from_on is None else scenario.from_on.isoformat(),
            "to": scenario.to_on.isoformat(),
            "cases": self.cases,
            "cases_that_differ": self.cases_that_differ,
            "cases_moved_under_way": self.cases_moved_under_way,
            "loans_past_due": self.loans_past_due,
            "loans_past_due_unaffected": self.loans_past_due_unaffected,
            "effects": [
                {**effect._asdict(), "live": live, "what_if": what_if}
                for effect, live, what_if in effects_in_order(self.live, self.what_if)
            ],
            "cases_shown": len(self.shown),
            "differences": [
                dict(zip(CSV_COLUMNS, row, strict=True)) for difference in self.shown for row in csv_rows(difference)
            ],
            "notes": list(self.notes),
        }


def csv_rows(difference: CaseDifference) -> list[tuple[str, ...]]:
    """The decisions that only one side made, in order of days, as `CSV_COLUMNS`."""
    both: list[tuple[Decided, Side]] = [(one, "live") for one in difference.only_live]
    both += [(one, "what-if") for one in difference.only_what_if]
    return [
        (difference.borrower_id, side, one.on.isoformat(), one.loan_id, one.kind, one.step_id, one.rule, one.bucket)
        for one, side in sorted(both)
    ]
