"""Answers out of the journal. Amounts are whole minor units of `currency`."""

from datetime import date, datetime
from typing import Literal

from services.ledger.api.loan_answers import Answer


class PostingAnswer(Answer):
    """Moves an amount: debits one account and credits another."""

    debit: str
    credit: str
    amount_minor: int


class TransactionAnswer(Answer):
    """A transaction of the journal; `number` counts per loan, `cause` is what it is about.

    It counts on `value_date`; it is in the period of `booked_on`, later if that of the value date was closed by then.
    """

    number: int
    kind: str
    cause: str
    value_date: date
    booked_on: date
    recorded_at: datetime
    postings: tuple[PostingAnswer, ...]


class JournalPage(Answer):
    """Transactions in the order in which they were recorded; `next` leads to the following page, null on the last."""

    borrower_id: str
    loan_id: str
    currency: str
    transactions: tuple[TransactionAnswer, ...]
    next: str | None


class OwedAnswer(Answer):
    """What the borrower owes, less `credit_minor` and `interest_in_advance_minor` that the lender holds: `total_minor`.

    As a change, an amount below zero is paid or given up.
    """

    principal_minor: int
    interest_minor: int
    fee_minor: int
    penalty_minor: int
    credit_minor: int
    interest_in_advance_minor: int
    total_minor: int


class StatementLineAnswer(Answer):
    """A transaction, what it changed, and what is owed after it."""

    number: int
    kind: str
    cause: str
    value_date: date
    change: OwedAnswer
    balance: OwedAnswer


class StatementAnswer(Answer):
    """What is booked of a loan, by value date. Penalties that have accrued since the last booking are not in it."""

    borrower_id: str
    loan_id: str
    as_of: date | None
    currency: str
    lines: tuple[StatementLineAnswer, ...]


class AccountAnswer(Answer):
    """What went over an account; the balance is on its normal side, below zero when the other outweighs."""

    account: str
    currency: str
    normal_side: Literal["debit", "credit"]
    debits_minor: int
    credits_minor: int
    balance_minor: int


class CurrencyTotal(Answer):
    """All debits and all credits in a currency: they are equal."""

    currency: str
    debits_minor: int
    credits_minor: int


class TrialBalanceAnswer(Answer):
    """Every account that occurs, by currency."""

    as_of: date | None
    dated: Literal["value-date", "booked-on"]
    accounts: tuple[AccountAnswer, ...]
    totals: tuple[CurrencyTotal, ...]
