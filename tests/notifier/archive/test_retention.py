"""Which records are over their time."""

from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.archive.retention import BorrowerActivity, DueErasure, LoanActivity, due_erasure

LATEST: Final = datetime(2021, 3, 5, tzinfo=UTC)
BEFORE: Final = datetime(2021, 3, 4, tzinfo=UTC)
AFTER: Final = datetime(2021, 3, 6, tzinfo=UTC)
OVER: Final = LoanActivity("over", BEFORE, BEFORE)
OPEN: Final = LoanActivity("open", None, BEFORE)
moments = st.none() | st.sampled_from([BEFORE, LATEST, AFTER])


def borrower(
    *loans: LoanActivity, others: datetime | None = BEFORE, is_registered: bool = True, is_busy: bool = False
) -> BorrowerActivity:
    return BorrowerActivity("borrower-1", loans, others, is_registered, is_busy)


def due(*loan_ids: str, is_whole: bool = False) -> DueErasure:
    return DueErasure("borrower-1", loan_ids, is_whole)


def test_a_borrower_is_over_when_all_loans_are() -> None:
    assert due_erasure(borrower(OVER), LATEST) == due("over", is_whole=True)


def test_with_another_loan_open_only_what_is_over_goes() -> None:
    assert due_erasure(borrower(OVER, OPEN), LATEST) == due("over")


@pytest.mark.parametrize(
    "loan",
    [
        LoanActivity("loan", AFTER, BEFORE),
        LoanActivity("loan", BEFORE, AFTER),
        LoanActivity("loan", LATEST, None),
        OPEN,
    ],
)
def test_a_loan_is_kept_while_it_is_open_or_its_last_activity_is_recent(loan: LoanActivity) -> None:
    assert due_erasure(borrower(loan), LATEST) is None


def test_what_hangs_on_no_loan_keeps_the_borrower_and_lets_the_loan_go() -> None:
    assert due_erasure(borrower(OVER, others=AFTER), LATEST) == due("over")


def test_a_borrower_who_never_had_a_loan_is_over_when_nothing_happened_since() -> None:
    assert due_erasure(borrower(), LATEST) == due(is_whole=True)
    assert due_erasure(borrower(others=AFTER), LATEST) is None


def test_a_loan_is_erased_once() -> None:
    erased = LoanActivity("over", BEFORE, BEFORE, AFTER)
    assert due_erasure(borrower(erased, OPEN), LATEST) is None
    assert due_erasure(borrower(erased, is_registered=False), LATEST) is None


def test_a_loan_of_which_more_was_told_since_is_erased_again() -> None:
    erased = datetime(2020, 1, 1, tzinfo=UTC)
    assert due_erasure(borrower(LoanActivity("over", BEFORE, BEFORE, erased), OPEN), LATEST) == due("over")


def test_while_a_message_is_on_its_way_nothing_is_due() -> None:
    assert due_erasure(borrower(OVER, is_busy=True), LATEST) is None


@given(loans=st.lists(st.tuples(moments, moments, moments), max_size=4), others=moments, is_registered=st.booleans())
def test_nothing_that_is_open_or_recent_is_ever_due(
    loans: list[tuple[datetime | None, datetime | None, datetime | None]],
    others: datetime | None,
    is_registered: bool,
) -> None:
    named = [LoanActivity(f"loan-{number}", *moments) for number, moments in enumerate(loans)]
    found = due_erasure(borrower(*named, others=others, is_registered=is_registered), LATEST)
    kept = {
        one.loan_id
        for one in named
        if one.ended_at is None or one.ended_at >= LATEST or (one.last_activity_at or BEFORE) >= LATEST
    }
    if found is not None:
        assert not kept & set(found.loan_ids)
        assert not (found.is_whole and (kept or (others or BEFORE) >= LATEST))
