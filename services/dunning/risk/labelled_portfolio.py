"""A portfolio whose outcome is known: what a score is trained on and measured by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.dunning.risk.behaviour_rows import BEHAVIOUR_COLUMNS, BehaviourRow, RowRefused, behaviour_of, read_csv

OUTCOME_COLUMN: Final = "default_next_month"

EXCLUDED_ATTRIBUTES: Final = ("sex", "education", "marriage", "age")
"""Columns that describe the person rather than the use of credit. No score reads them; a labelled file may have them,
to measure what leaving them out costs and how the score does for each group."""


LEAST_OF_EACH_OUTCOME: Final = 50
"""Fewer cases than these give measures that mean nothing."""


class PortfolioTooSmall(ValueError):
    """A portfolio with too few cases of an outcome to train on: which outcome, and how many there are."""

    def __init__(self, outcome: str, cases: int) -> None:
        self.outcome = outcome
        self.cases = cases
        super().__init__(f"{cases} customers {outcome}: at least {LEAST_OF_EACH_OUTCOME} are needed to train")


@dataclass(frozen=True, slots=True)
class LabelledPortfolio:
    """Customers, whether each defaulted in the month after the newest, and their excluded attributes.

    `attributes` has one tuple for each attribute, as long as `rows`; it is empty when the file has none of them.
    """

    rows: tuple[BehaviourRow, ...]
    defaulted: tuple[bool, ...]
    attributes: Mapping[str, tuple[int, ...]]


def read_labelled_portfolio(lines: Iterable[str]) -> LabelledPortfolio:
    """The portfolio of a CSV file with BEHAVIOUR_COLUMNS and OUTCOME_COLUMN. Raises RowRefused."""
    rows: list[BehaviourRow] = []
    defaulted: list[bool] = []
    attributes: dict[str, list[int]] = {name: [] for name in EXCLUDED_ATTRIBUTES}
    for line, values in read_csv(lines, (*BEHAVIOUR_COLUMNS, OUTCOME_COLUMN)):
        rows.append(behaviour_of(line, values))
        outcome = values[OUTCOME_COLUMN].strip()
        if outcome not in ("0", "1"):
            raise RowRefused(line, OUTCOME_COLUMN, outcome, "must be 0 or 1")
        defaulted.append(outcome == "1")
        for name in EXCLUDED_ATTRIBUTES:
            if name in values:
                attributes[name].append(_code(line, name, values[name]))
    if len(set(defaulted)) < 2:
        raise RowRefused(1, OUTCOME_COLUMN, None, "must have customers who defaulted and customers who did not")
    known = {name: tuple(codes) for name, codes in attributes.items() if codes}
    return LabelledPortfolio(tuple(rows), tuple(defaulted), known)


def check_trainable(yes: str, no: str, outcomes: Sequence[bool]) -> None:
    """Raise PortfolioTooSmall if there are too few who did (`yes`, in words) or too few who did not (`no`)."""
    did = sum(1 for outcome in outcomes if outcome)
    for words, cases in ((yes, did), (no, len(outcomes) - did)):
        if cases < LEAST_OF_EACH_OUTCOME:
            raise PortfolioTooSmall(words, cases)


def _code(line: int, column: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RowRefused(line, column, text, "is not a whole number") from None
