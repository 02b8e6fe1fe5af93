"""Why a score is what it is: the themes that pushed a probability up and down most, in words about the customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.dunning.risk.behaviour_rows import MONTHS, BehaviourRow
from services.dunning.risk.feature import THEMES, Feature, Theme
from services.dunning.risk.monthly_figures import FloatArray

Direction = Literal["raises", "lowers"]

_MOST_IN_EACH_DIRECTION: Final = 2
_LEAST_PUSH: Final = 0.05
"""In log-odds: about one percentage point at a probability of 25 %. Less is no reason."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A theme that moved a probability of default away from the average customer's.

    `log_odds` is how far, summed over the theme's features; `features` are the two that pushed most that way;
    `text` says what the theme looks like for this customer.
    """

    theme: Theme
    direction: Direction
    log_odds: float
    features: tuple[str, ...]
    text: str


def reasons_of(row: BehaviourRow, features: Sequence[Feature], pushes: FloatArray) -> tuple[Reason, ...]:
    """Up to two reasons that raise and two that lower, strongest first. `pushes` has the log-odds of each feature."""
    found = [reason for theme in THEMES if (reason := _reason(theme, row, features, pushes)) is not None]
    found.sort(key=lambda reason: -abs(reason.log_odds))
    raising = [reason for reason in found if reason.direction == "raises"][:_MOST_IN_EACH_DIRECTION]
    lowering = [reason for reason in found if reason.direction == "lowers"][:_MOST_IN_EACH_DIRECTION]
    return (*raising, *lowering)


def _reason(theme: Theme, row: BehaviourRow, features: Sequence[Feature], pushes: FloatArray) -> Reason | None:
    by_feature = zip(features, pushes, strict=True)
    own = [(float(push), feature.name) for feature, push in by_feature if feature.theme == theme]
    log_odds = sum(push for push, _ in own)
    if abs(log_odds) < _LEAST_PUSH:
        return None
    direction: Direction = "raises" if log_odds > 0 else "lowers"
    sign = 1 if log_odds > 0 else -1
    strongest = sorted(own, key=lambda entry: -sign * entry[0])[:2]
    names = tuple(name for push, name in strongest if sign * push > 0)
    return Reason(theme, direction, log_odds, names, _TEXTS[theme](row))


def _lateness_text(row: BehaviourRow) -> str:
    months_late = sum(1 for behind in row.months_behind if behind)
    if not months_late:
        return f"never late in {MONTHS} months"
    behind = row.months_behind[0]
    newest = f"{_count(behind, 'month')} behind in the newest month" if behind else "not late in the newest month"
    most = _count(max(row.months_behind), "month")
    return f"{newest}; late in {months_late} of {MONTHS} months, at most {most} behind"


def _use_text(row: BehaviourRow) -> str:
    mean = sum(row.bills) / MONTHS / row.credit_limit
    newest = row.bills[0] / row.credit_limit
    return f"uses {newest:.0%} of a credit limit of {row.credit_limit}; {mean:.0%} on average over {MONTHS} months"


def _share_text(row: BehaviourRow) -> str:
    against = list(zip(row.payments, row.bills[1:], strict=False))
    billed = [(paid, bill) for paid, bill in against if bill > 0]
    if not billed:
        return f"no bills to pay in {MONTHS - 1} months"
    unpaid = sum(1 for paid, _ in billed if paid == 0)
    in_full = sum(1 for paid, bill in billed if paid >= bill)
    paid, bill = against[0]
    newest = f"paid {min(paid / bill, 9.99):.0%} of the last bill" if bill > 0 else "had no last bill to pay"
    return f"{newest}; of {_count(len(billed), 'bill')} {in_full} paid in full and {unpaid} not at all"


def _amounts_text(row: BehaviourRow) -> str:
    without = sum(1 for paid in row.payments if paid == 0)
    return f"paid {sum(row.payments)} in {MONTHS} months; {_count(without, 'month')} without a payment"


def _spending_text(row: BehaviourRow) -> str:
    newly_spent = (row.bills[0] - row.bills[1] + row.payments[0]) / row.credit_limit
    grew = sum(1 for newer, older in zip(row.bills, row.bills[1:], strict=False) if newer > older)
    newest = f"newly billed {newly_spent:.0%} of the limit in the newest month"
    return f"{newest}; the bill grew in {grew} of {MONTHS - 1} months"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_TEXTS: Final = {
    "lateness": _lateness_text,
    "use of the limit": _use_text,
    "share of bills paid": _share_text,
    "amounts paid": _amounts_text,
    "spending": _spending_text,
}
