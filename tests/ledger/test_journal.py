"""Double entry: balanced by construction, and corrections that come out right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger import journal
from services.ledger.allocation import Allocation
from services.ledger.journal import AccountCode, Posting, SameAccount
from services.schedules.money import NotPositive

ACCOUNTS = st.sampled_from(AccountCode)
POSTINGS = st.lists(
    st.tuples(ACCOUNTS, ACCOUNTS, st.integers(1, 10**15)).filter(lambda sides: sides[0] != sides[1])
).map(lambda rows: tuple(Posting(*row) for row in rows))


def _net(postings: journal.Postings) -> dict[AccountCode, int]:
    """Debits less credits of each account that is not at zero."""
    balance = journal.trial_balance(postings)
    return {account: debits - credits for account, (debits, credits) in balance.items() if debits != credits}


def test_numbers_are_stored_and_stay() -> None:
    assert {account.label: int(account) for account in AccountCode} == {
        "cash": 1,
        "principal_receivable": 2,
        "interest_receivable": 3,
        "fee_receivable": 4,
        "penalty_receivable": 5,
        "interest_income": 6,
        "fee_income": 7,
        "penalty_income": 8,
        "borrower_credit": 9,
        "suspense": 10,
        "write_off": 11,
        "waived": 12,
        "capped": 13,
        "unearned_interest": 14,
        "recovery_income": 15,
    }


def test_a_loan_paid_back_leaves_cash_and_income() -> None:
    paid = Allocation((), 0, 0, interest_minor=10, principal_minor=100, unallocated_minor=2)
    assert _net((*journal.disbursal(100), *journal.interest_due(10, 0), *journal.payment(paid))) == {
        AccountCode.CASH: 12,
        AccountCode.INTEREST_INCOME: -10,
        AccountCode.BORROWER_CREDIT: -2,
    }


def test_interest_paid_in_advance_is_a_debt_of_the_lender_until_it_is_earned() -> None:
    paid = Allocation((), 0, 0, 10, 100, 0, interest_in_advance_minor=10)
    assert _net(journal.payment(paid))[AccountCode.UNEARNED_INTEREST] == -10
    assert AccountCode.UNEARNED_INTEREST not in _net((*journal.payment(paid), *journal.interest_due(10, 10)))


def test_nothing_is_posted_for_components_at_zero() -> None:
    assert journal.payment(Allocation((), 0, 0, 0, 7, 0)) == (
        Posting(AccountCode.CASH, AccountCode.PRINCIPAL_RECEIVABLE, 7),
    )


def test_a_posting_moves_something_between_two_accounts() -> None:
    with pytest.raises(NotPositive):
        Posting(AccountCode.CASH, AccountCode.SUSPENSE, 0)
    with pytest.raises(SameAccount) as caught:
        Posting(AccountCode.CASH, AccountCode.CASH, 1)
    assert caught.value.account is AccountCode.CASH


@given(POSTINGS)
def test_debits_equal_credits(postings: journal.Postings) -> None:
    sides = journal.trial_balance(postings).values()
    assert sum(debits for debits, _ in sides) == sum(credits for _, credits in sides)
