"""What is open on a loan, for its borrower: what the newest reminder asked for, as long as that is not paid. Pure.

The ledger's standings tell what is unpaid, not how much; the amounts are those of the reminder, as of its day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from schemas.templates import Template
from schemas.values import ComponentAmounts
from services.notifier.borrowers.borrower import Standing
from services.notifier.contact_rules.facts import ContactHold
from services.notifier.pages.plan_comparison import total_minor
from services.notifier.sending.gate import RULES_BY_TEMPLATE, GateFacts, suppressing_rule

TELL_AN_INSTALMENT: Final[frozenset[Template]] = frozenset(
    template for template, rules in RULES_BY_TEMPLATE.items() if "paid-since" in rules
)
"""Kinds of messages whose amounts are those of an unpaid instalment."""

State = Literal["open", "amount-unknown", "nothing-overdue", "settled"]


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder asked for: `amounts` are minor units of `currency`; `asked_on` is the lender's day."""

    template: Template
    currency: str
    due_on: date
    days_past_due: int
    amounts: ComponentAmounts
    asked_on: date

    @property
    def as_of(self) -> date:
        """The day that the amounts are of.

        Days past due count from the due date. Until that date it is the day it was asked for, which a rehearsal's
        clock may put after the due date.
        """
        if self.days_past_due:
            return self.due_on + timedelta(days=self.days_past_due)
        return min(self.asked_on, self.due_on)

    @property
    def total_minor(self) -> int:
        """All components together."""
        return total_minor(self.amounts)


@dataclass(frozen=True, slots=True)
class OpenOnLoan:
    """How a loan stands.

    `open`: `reminder` is not paid. `amount-unknown`: the instalment of `due_on` is not paid, and no reminder tells how
    much that is. `nothing-overdue`: `due_on` is the next day that something falls due, if known. `is_held`: nobody
    asks for payment at present.
    """

    state: State
    reminder: Reminder | None = None
    due_on: date | None = None
    is_held: bool = False


def open_on_loan(
    reminder: Reminder | None, standing: Standing | None, today: date, *, is_held: bool = False
) -> OpenOnLoan:
    """What is open, from the loan's newest reminder and what the ledger last said of it, if it did."""
    if standing is not None and standing.settled:
        return OpenOnLoan("settled")
    if reminder is not None and _is_unpaid(reminder, standing):
        return OpenOnLoan("open", reminder, reminder.due_on, is_held)
    unpaid_due_on = None if standing is None else standing.oldest_unpaid_due_on
    if unpaid_due_on is not None and unpaid_due_on <= today:
        return OpenOnLoan("amount-unknown", None, unpaid_due_on, is_held)
    return OpenOnLoan("nothing-overdue", None, unpaid_due_on)


def is_contact_held(holds: Iterable[ContactHold], loan_id: str, at: datetime) -> bool:
    """Whether a hold on contact about the loan is in force."""
    return any(
        hold.debt in (None, loan_id)
        and (hold.from_at is None or hold.from_at <= at)
        and (hold.until is None or at < hold.until)
        for hold in holds
    )


def _is_unpaid(reminder: Reminder, standing: Standing | None) -> bool:
    """As the gate sees it: of a loan that the ledger told nothing of, nothing is known to be paid."""
    known = standing or Standing(None, settled=False)
    facts = GateFacts(standing is not None, known.oldest_unpaid_due_on, known.settled)
    return suppressing_rule(reminder.template, reminder.due_on, facts) is None
