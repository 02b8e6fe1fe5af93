"""Double entry: a posting moves a positive amount from one account's credit to another's debit.

As in TigerBeetle's transfers and Formance's postings, each posting names both its sides, so a transaction balances by
construction. Postings are never changed: what was wrong is corrected by further ones (see `entries`). Amounts are in
minor units; all postings of one transaction are in one currency.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final, NamedTuple

from services.ledger.allocation import Allocation
from services.schedules.money import NotPositive


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
    UNEARNED_INTEREST = 14
    RECOVERY_INCOME = 15

    @property
    def label(self) -> str:
        """The stable name, such as `principal_receivable`."""
        return self.name.lower()


class SameAccount(ValueError):
    """A posting must have two different accounts."""

    def __init__(self, account: AccountCode) -> None:
        super().__init__(f"a posting debits and credits the same account {account.label}")
        self.account = account


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
_UNEARNED: Final = AccountCode.UNEARNED_INTEREST


def disbursal(principal_minor: int) -> Postings:
    """The loan is paid out. Raises `NotPositive`."""
    return (Posting(_PRINCIPAL, _CASH, principal_minor),)


def interest_due(interest_minor: int, in_advance_minor: int) -> Postings:
    """Interest falls due and is earned; `in_advance_minor` of it was paid before."""
    income = AccountCode.INTEREST_INCOME
    sides = ((_UNEARNED, in_advance_minor), (_INTEREST, interest_minor - in_advance_minor))
    return tuple([Posting(account, income, amount_minor) for account, amount_minor in sides if amount_minor])


def payment(allocation: Allocation) -> Postings:
    """A payment comes in: cash, against the receivables it pays, interest that it pays before it is earned, and the
    borrower's credit for what was left."""
    in_advance_minor = allocation.interest_in_advance_minor
    credits = (
        (_PENALTY, allocation.penalty_minor),
        (_FEE, allocation.fee_minor),
        (_INTEREST, allocation.interest_minor - in_advance_minor),
        (_UNEARNED, in_advance_minor),
        (_PRINCIPAL, allocation.principal_minor),
        (_CREDIT, allocation.unallocated_minor),
    )
    return tuple([Posting(_CASH, account, amount_minor) for account, amount_minor in credits if amount_minor])


def trial_balance(postings: Iterable[Posting]) -> dict[AccountCode, tuple[int, int]]:
    """Sum of debits and sum of credits of each account that occurs, in minor units."""
    balance: dict[AccountCode, tuple[int, int]] = {}
    for posting in postings:
        debits_minor, credits_minor = balance.get(posting.debit, (0, 0))
        balance[posting.debit] = (debits_minor + posting.amount_minor, credits_minor)
        debits_minor, credits_minor = balance.get(posting.credit, (0, 0))
        balance[posting.credit] = (debits_minor, credits_minor + posting.amount_minor)
    return balance
