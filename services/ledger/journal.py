"""Double entry: a posting moves a positive amount from one account's credit to another's debit.

As in TigerBeetle's transfers and Formance's postings, each posting names both its sides, so a transaction balances by
construction. Postings are never changed: what was wrong is corrected by `reversal` or `difference`. Amounts are in
minor units; all postings of one transaction are in one currency.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from services.ledger.allocation import Allocation, AllocationTotals
from services.ledger.money import NotPositive


class AccountCode(IntEnum):
    """The chart of accounts. Numbers are stored: never reuse or change one."""

    CASH = 1
    PRINCIPAL_RECEIVABLE = 2
    INTEREST_RECEIVABLE = 3
    FEE_RECEIVABLE = 4
    PENALTY_RECEIVABLE = 5
    INTEREST_INCOME = 6
    FEE_INCOME = 7
    PENALTY_INCOME = 8
    BORROWER_CREDIT = 9
    SUSPENSE = 10
    WRITE_OFF = 11
    WAIVED = 12
    CAPPED = 13

    @property
    def label(self) -> str:
        """The stable name, such as `principal_receivable`."""
        return self.name.lower()


class SameAccount(ValueError):
    """A posting must have two different accounts."""

    def __init__(self, account: AccountCode) -> None:
        super().__init__(f"a posting debits and credits the same account {account.label}")
        self.account = account


class UnequalTotals(ValueError):
    """A difference can only move money that was booked: both totals must have the same amount."""

    def __init__(self, booked_minor: int, correct_minor: int) -> None:
        super().__init__(f"booked {booked_minor} and correct {correct_minor} differ in amount")
        self.booked_minor = booked_minor
        self.correct_minor = correct_minor


class _Sides(NamedTuple):
    debit: AccountCode
    credit: AccountCode
    amount_minor: int


class Posting(_Sides):
    """Debits one account and credits another by `amount_minor`. Raises `NotPositive` or `SameAccount`."""

    __slots__ = ()

    def __new__(cls, debit: AccountCode, credit: AccountCode, amount_minor: int) -> "Posting":
        if amount_minor <= 0:
            raise NotPositive("amount_minor", amount_minor)
        if debit is credit:
            raise SameAccount(debit)
        return tuple.__new__(cls, (debit, credit, amount_minor))


Postings = tuple[Posting, ...]

# Bound once: looking a member up on the enum class costs more than the posting itself.
_CASH: Final = AccountCode.CASH
_PENALTY: Final = AccountCode.PENALTY_RECEIVABLE
_FEE: Final = AccountCode.FEE_RECEIVABLE
_INTEREST: Final = AccountCode.INTEREST_RECEIVABLE
_PRINCIPAL: Final = AccountCode.PRINCIPAL_RECEIVABLE
_CREDIT: Final = AccountCode.BORROWER_CREDIT


def disbursal(principal_minor: int) -> Postings:
    """The loan is paid out. Raises `NotPositive`."""
    return (Posting(_PRINCIPAL, _CASH, principal_minor),)


def interest_due(amount_minor: int) -> Postings:
    """Interest falls due. Raises `NotPositive`."""
    return (Posting(_INTEREST, AccountCode.INTEREST_INCOME, amount_minor),)


def fee_due(amount_minor: int) -> Postings:
    """A fee is charged. Raises `NotPositive`."""
    return (Posting(_FEE, AccountCode.FEE_INCOME, amount_minor),)


def penalty_due(amount_minor: int) -> Postings:
    """Penalty interest or a late fee is charged. Raises `NotPositive`."""
    return (Posting(_PENALTY, AccountCode.PENALTY_INCOME, amount_minor),)


def payment(allocation: Allocation | AllocationTotals) -> Postings:
    """A payment comes in: cash, against the receivables it pays and the borrower's credit for what was left."""
    return tuple(
        [Posting(_CASH, account, amount_minor) for account, amount_minor in _credits(allocation) if amount_minor]
    )


def reversal(postings: Iterable[Posting]) -> Postings:
    """The same postings with their sides swapped: together they come to nothing."""
    return tuple([Posting(posting.credit, posting.debit, posting.amount_minor) for posting in postings])


def difference(booked: AllocationTotals, correct: AllocationTotals) -> Postings:
    """What turns a payment booked as `booked` into one booked as `correct`, when a replay allocates it anew.

    Accounts that were credited too much are debited, in favour of those credited too little. Nothing when both are
    alike. Raises `UnequalTotals` when money would come or go: that takes a reversal.
    """
    if booked.amount_minor != correct.amount_minor:
        raise UnequalTotals(booked.amount_minor, correct.amount_minor)
    changes = [
        (account, correct_minor - booked_minor)
        for (account, booked_minor), (_, correct_minor) in zip(_credits(booked), _credits(correct), strict=True)
    ]
    too_much = [(account, -change) for account, change in changes if change < 0]
    too_little = [(account, change) for account, change in changes if change > 0]
    return tuple(_pairs(too_much, too_little))


def trial_balance(postings: Iterable[Posting]) -> dict[AccountCode, tuple[int, int]]:
    """Sum of debits and sum of credits of each account that occurs, in minor units."""
    balance: dict[AccountCode, tuple[int, int]] = {}
    for posting in postings:
        debits_minor, credits_minor = balance.get(posting.debit, (0, 0))
        balance[posting.debit] = (debits_minor + posting.amount_minor, credits_minor)
        debits_minor, credits_minor = balance.get(posting.credit, (0, 0))
        balance[posting.credit] = (debits_minor, credits_minor + posting.amount_minor)
    return balance


def _credits(totals: Allocation | AllocationTotals) -> tuple[tuple[AccountCode, int], ...]:
    """The accounts a payment credits, in a fixed order, with the amounts."""
    return (
        (_PENALTY, totals.penalty_minor),
        (_FEE, totals.fee_minor),
        (_INTEREST, totals.interest_minor),
        (_PRINCIPAL, totals.principal_minor),
        (_CREDIT, totals.unallocated_minor),
    )


def _pairs(debits: list[tuple[AccountCode, int]], credits: list[tuple[AccountCode, int]]) -> Iterator[Posting]:
    """Postings that debit and credit each account by exactly its amount; both lists sum to the same."""
    waiting = list(reversed(credits))
    for debit, debit_minor in debits:
        left_minor = debit_minor
        while left_minor:
            credit, credit_minor = waiting.pop()
            moved_minor = min(left_minor, credit_minor)
            yield Posting(debit, credit, moved_minor)
            left_minor -= moved_minor
            if credit_minor > moved_minor:
                waiting.append((credit, credit_minor - moved_minor))
