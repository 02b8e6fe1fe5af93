"""Double entry: balanced by construction, and corrections that come out right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger import journal
from services.ledger.allocation import AllocationTotals
from services.ledger.journal import AccountCode, Posting, SameAccount, UnequalTotals
from services.ledger.money import NotPositive

ACCOUNTS = st.sampled_from(AccountCode)
POSTINGS = st.lists(
    st.tuples(ACCOUNTS, ACCOUNTS, st.integers(1, 10**15)).filter(lambda sides: sides[0] != sides[1])
).map(lambda rows: tuple(Posting(*row) for row in rows))
TOTALS = st.builds(AllocationTotals, *[st.integers(0, 1000)] * 5)


def _net(postings: journal.Postings) -> dict[AccountCode, int]:
    """Debits less credits of each account that is not at zero."""
    balance = journal.trial_balance(postings)
    return {account: debits - credits for account, (debits, credits) in balance.items() if debits != credits}


@st.composite
def equal_totals(draw: st.DrawFn) -> tuple[AllocationTotals, AllocationTotals]:
    """Two ways to split one amount over the five accounts."""
    amount_minor = draw(st.integers(1, 1000))
    cuts = [sorted(draw(st.tuples(*[st.integers(0, amount_minor)] * 4))) for _ in range(2)]
    first, second = (
        AllocationTotals(*(end - start for start, end in zip([0, *cut], [*cut, amount_minor], strict=True)))
        for cut in cuts
    )
    return first, second


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
    }


def test_a_loan_paid_back_leaves_cash_and_income() -> None:
    paid = AllocationTotals(penalty_minor=3, fee_minor=5, interest_minor=10, principal_minor=100, unallocated_minor=2)
    postings = (
        *journal.disbursal(100),
        *journal.interest_due(10),
        *journal.fee_due(5),
        *journal.penalty_due(3),
        *journal.payment(paid),
    )
    assert _net(postings) == {
        AccountCode.CASH: 20,
        AccountCode.INTEREST_INCOME: -10,
        AccountCode.FEE_INCOME: -5,
        AccountCode.PENALTY_INCOME: -3,
        AccountCode.BORROWER_CREDIT: -2,
    }


def test_nothing_is_posted_for_components_at_zero() -> None:
    assert journal.payment(AllocationTotals(principal_minor=7)) == (
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


@given(POSTINGS)
def test_a_reversal_comes_to_nothing(postings: journal.Postings) -> None:
    assert _net(postings + journal.reversal(postings)) == {}


@given(equal_totals())
def test_booked_and_difference_make_correct(totals: tuple[AllocationTotals, AllocationTotals]) -> None:
    booked, correct = totals
    postings = journal.difference(booked, correct)
    assert _net(journal.payment(booked) + postings) == _net(journal.payment(correct))
    assert all(AccountCode.CASH not in (posting.debit, posting.credit) for posting in postings)
    assert len(postings) <= 4


@given(TOTALS)
def test_no_difference_posts_nothing(totals: AllocationTotals) -> None:
    assert journal.difference(totals, totals) == ()


def test_a_difference_neither_makes_nor_loses_money() -> None:
    with pytest.raises(UnequalTotals) as caught:
        journal.difference(AllocationTotals(fee_minor=5), AllocationTotals(fee_minor=6))
    assert (caught.value.booked_minor, caught.value.correct_minor) == (5, 6)
