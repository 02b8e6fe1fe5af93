"""Promises to pay: which are taken, and what became of them by what the ledger allocated.

A judgement is a function of the promise and the payments that still stand: a payment reversed later, or posted late
with an earlier value date, changes it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from schemas.cases import Verdict
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.ladder.rules import PromiseRules


@dataclass(frozen=True, slots=True)
class Promise:
    """A borrower's word to pay `amount_minor` of one loan, or of all without `loan_id`, by `due_on`."""

    promise_id: str
    loan_id: str | None
    currency: str
    amount_minor: int
    made_on: date
    due_on: date

    def is_about(self, loan_id: str) -> bool:
        """Whether it covers a loan."""
        return self.loan_id in (None, loan_id)


@dataclass(frozen=True, slots=True)
class AllocatedPayment:
    """What of a payment the ledger allocated to a loan; reversed ones are not among them."""

    payment_id: str
    loan_id: str
    currency: str
    value_date: date
    allocated_minor: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict as of a day, what was paid for it, and the first later day on which it can change by itself."""

    verdict: Verdict
    paid_minor: int
    next_change_on: date | None


class PromiseRefused(ValueError):
    """A promise that is not taken: `field` has a `value` that is refused for `reason`."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} {value}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


def judge(promise: Promise, payments: Iterable[AllocatedPayment], rules: PromiseRules, on: date) -> Judgement:
    """What has become of a promise as of `on`.

    Payments count by value date, from the day it was made to the last day of grace.
    """
    last_on = promise.due_on + timedelta(days=rules.grace_days)
    paid_minor = sum(
        one.allocated_minor
        for one in payments
        if promise.is_about(one.loan_id)
        and one.currency == promise.currency
        and promise.made_on <= one.value_date <= min(last_on, on)
    )
    if paid_minor >= promise.amount_minor * (1 - rules.tolerance_percent / Decimal(100)):
        return Judgement("kept", paid_minor, None)
    if on <= last_on:
        return Judgement("open", paid_minor, last_on + timedelta(days=1))
    return Judgement("partly-kept" if paid_minor else "broken", paid_minor, None)


def reminder_from(promise: Promise, rules: PromiseRules) -> date:
    """The first day on which a promise may be reminded of: never the day it was made."""
    return max(promise.due_on - timedelta(days=rules.reminder_days_before), promise.made_on + timedelta(days=1))


def refuse_promise(
    promise: Promise,
    earlier: Sequence[tuple[Promise, Judgement]],
    loans: Sequence[LoanFacts],
    rules: PromiseRules,
    on: date,
) -> None:
    """Raise PromiseRefused if a promise cannot be taken on `on`; `earlier` are the borrower's others as judged."""
    if promise.made_on > on:
        raise PromiseRefused("made_on", promise.made_on, f"is after the business date {on}")
    if promise.due_on < max(promise.made_on, on):
        raise PromiseRefused("due_on", promise.due_on, f"is in the past: the business date is {on}")
    if (promise.due_on - promise.made_on).days > rules.max_days_ahead:
        raise PromiseRefused("due_on", promise.due_on, f"is more than {rules.max_days_ahead} days ahead")
    _refuse_beyond_debt(promise, loans)
    open_count = sum(judgement.verdict == "open" for _, judgement in earlier)
    if open_count >= rules.max_open:
        raise PromiseRefused("promise_id", promise.promise_id, f"{open_count} open already, the policy allows no more")
    since = on - timedelta(days=rules.broken_within_days)
    broken = sum(judgement.verdict == "broken" and one.due_on >= since for one, judgement in earlier)
    if broken > rules.max_broken:
        raise PromiseRefused("promise_id", promise.promise_id, f"{broken} broken since {since}, the policy allows "
                             f"{rules.max_broken}")  # fmt: skip


def _refuse_beyond_debt(promise: Promise, loans: Sequence[LoanFacts]) -> None:
    about = [loan for loan in loans if promise.is_about(loan.loan_id)]
    if not about:
        raise PromiseRefused("loan_id", promise.loan_id, "is not a loan of the borrower that dunning knows")
    owed_minor = sum(loan.owed_minor for loan in about if loan.currency == promise.currency and not loan.settled)
    if all(loan.currency != promise.currency for loan in about):
        raise PromiseRefused("currency", promise.currency, f"is not the loan's currency {about[0].currency}")
    if promise.amount_minor > owed_minor:
        raise PromiseRefused("amount_minor", promise.amount_minor, f"is above the debt of {owed_minor}")
