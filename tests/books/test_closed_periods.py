"""What may be closed, and what a seal notices."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from services.ledger.closed_periods import (
    AlreadyClosed,
    BookedPosting,
    CheckedPeriod,
    ClosedPeriod,
    DateNotCompleted,
    EarlierPeriodChanged,
    PeriodSeal,
    Seal,
    check_closing,
    check_unchanged,
)

NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)
POSTING = BookedPosting(
    "borrower-1", "loan-1", 1, 0, "payment", "payment-1", date(2024, 1, 15), date(2024, 1, 15), NOON, 1, 2, 500, "EUR"
)
SEAL = Seal(1, {"EUR": 500}, "a" * 64)
JANUARY = ClosedPeriod("default", date(2024, 1, 31), NOON, "ada", SEAL)


def sealed(*postings: BookedPosting, previous: str = "") -> Seal:
    seal = PeriodSeal(previous)
    seal.add(postings)
    return seal.seal()


def test_a_seal_counts_postings_and_sums_them_by_currency() -> None:
    seal = sealed(POSTING, POSTING._replace(line=1, amount_minor=7), POSTING._replace(line=2, currency="JPY"))
    assert (seal.postings, seal.debits_minor) == (3, {"EUR": 507, "JPY": 500})


@pytest.mark.parametrize(
    ("field", "other"),
    [("borrower_id", "borrower-2"), ("loan_id", "loan-2"), ("number", 2), ("line", 1), ("kind", "refund"),
     ("cause", "payment-2"), ("value_date", date(2024, 1, 14)), ("booked_on", date(2024, 1, 16)),
     ("recorded_at", NOON + timedelta(microseconds=1)), ("debit", 3), ("credit", 4), ("amount_minor", 501),
     ("currency", "USD")],
)  # fmt: skip
def test_a_change_of_any_field_breaks_the_seal(field: str, other: Any) -> None:
    assert sealed(POSTING._replace(**{field: other})).sha256 != sealed(POSTING).sha256


def test_text_that_moves_from_one_field_to_the_next_breaks_the_seal() -> None:
    moved = POSTING._replace(borrower_id="borrower-1loan", loan_id="-1")
    assert sealed(moved).sha256 != sealed(POSTING).sha256


def test_the_zone_in_which_a_moment_is_told_does_not_matter() -> None:
    told_elsewhere = POSTING._replace(recorded_at=NOON.astimezone(timezone(timedelta(hours=8))))
    assert sealed(told_elsewhere) == sealed(POSTING)


def test_a_seal_depends_on_the_period_before() -> None:
    assert sealed(POSTING, previous="a" * 64).sha256 != sealed(POSTING).sha256


def test_a_period_whose_last_day_is_completed_may_be_closed() -> None:
    check_closing(date(2024, 2, 29), "default", date(2024, 2, 29), [JANUARY])


def test_a_period_is_closed_once() -> None:
    with pytest.raises(AlreadyClosed) as caught:
        check_closing(date(2024, 1, 20), "default", date(2024, 2, 29), [JANUARY])
    assert caught.value.closed_through == date(2024, 1, 31)


@pytest.mark.parametrize("completed", [None, date(2024, 2, 28)])
def test_a_period_with_a_business_date_that_is_not_completed_stays_open(completed: date | None) -> None:
    with pytest.raises(DateNotCompleted, match="2024-02-29") as caught:
        check_closing(date(2024, 2, 29), "default", completed, [])
    assert caught.value.completed == completed


def test_nothing_is_closed_behind_a_period_that_was_changed() -> None:
    changed = CheckedPeriod(JANUARY, Seal(2, {"EUR": 501}, "b" * 64))
    check_unchanged(CheckedPeriod(JANUARY, SEAL))
    with pytest.raises(EarlierPeriodChanged, match="2024-01-31") as caught:
        check_unchanged(changed)
    assert caught.value.changed is changed
