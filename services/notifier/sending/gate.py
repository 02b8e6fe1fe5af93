"""The last look before a message leaves: has the reason for it gone?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from schemas.templates import Template

Rule = Literal["loan-settled", "paid-since", "overdue-again"]


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What the ledger last said of the loan; `known` is False before it said anything.

    `oldest_unpaid_due_on` is the due date of the first instalment not fully paid, past or future; None without one.
    """

    known: bool
    oldest_unpaid_due_on: date | None
    settled: bool


_OF_AN_UNPAID_INSTALMENT: Final[tuple[Rule, ...]] = ("loan-settled", "paid-since")

RULES_BY_TEMPLATE: Final[Mapping[Template, tuple[Rule, ...]]] = {
    "upcoming": _OF_AN_UNPAID_INSTALMENT,
    "due_today": _OF_AN_UNPAID_INSTALMENT,
    "overdue_soft": _OF_AN_UNPAID_INSTALMENT,
    "overdue_firm": _OF_AN_UNPAID_INSTALMENT,
    "offer_help": _OF_AN_UNPAID_INSTALMENT,
    "final_notice": _OF_AN_UNPAID_INSTALMENT,
    "promise_reminder": _OF_AN_UNPAID_INSTALMENT,
    "promise_broken": _OF_AN_UNPAID_INSTALMENT,
    "credit_report_notice": _OF_AN_UNPAID_INSTALMENT,
    "offer": ("loan-settled",),
    "offer_reminder": ("loan-settled",),
    "cured": ("overdue-again",),
    "restructured": (),
    "hardship_answer": (),
    "regional_relief": (),
    "planning_tips": (),
}
"""Which rules can keep which kind of message back, tried in order.

A message about an unpaid instalment has no reason once that is paid. Plans can be taken as long as anything is owed,
whatever is paid. Thanks for a cure would be untrue of a loan past due again. An answer to the borrower, and help or
advice that hangs on no instalment, always leaves.
"""


def suppressing_rule(template: Template, due_on: date, facts: GateFacts) -> Rule | None:
    """The rule that keeps a message of this kind about the instalment due on `due_on` from being sent, or None.

    `loan-settled`: nothing is owed any more. `paid-since`: that instalment is paid. `overdue-again`: an instalment due
    by then is unpaid again, as after the reversal of a payment. Of a loan that is not known nothing is kept back.
    """
    if not facts.known:
        return None
    return next((rule for rule in RULES_BY_TEMPLATE[template] if _HOLDS[rule](due_on, facts)), None)


def _is_settled(due_on: date, facts: GateFacts) -> bool:
    return facts.settled


def _is_paid(due_on: date, facts: GateFacts) -> bool:
    return facts.oldest_unpaid_due_on is None or facts.oldest_unpaid_due_on > due_on


def _is_unpaid_again(due_on: date, facts: GateFacts) -> bool:
    return not facts.settled and not _is_paid(due_on, facts)


_HOLDS: Final[Mapping[Rule, Callable[[date, GateFacts], bool]]] = {
    "loan-settled": _is_settled,
    "paid-since": _is_paid,
    "overdue-again": _is_unpaid_again,
}
