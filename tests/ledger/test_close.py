"""What a business date makes due, announced or overdue."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.account import Payment
from services.ledger.allocation import DEFAULT_ORDER
from services.ledger.close import Closed, Stage, StagedInstalment, close_loan, stage_on
from services.ledger.journal import AccountCode
from services.ledger.loan import Loan
from services.ledger.payments import Bookings, post_payment
from tests.ledger.loans import LedgerOfOneLoan, disbursed, opened_loan

DUE_ON = date(2018, 2, 10)


def staged(loan: Loan, stages: dict[int, int]) -> list[StagedInstalment]:
    return [StagedInstalment(i, stages.get(i.number, Stage.NOTHING)) for i in loan.account.open_instalments]


def close(loan: Loan, on: date, stages: dict[int, int] | None = None) -> Closed:
    return close_loan(loan, staged(loan, stages or {}), on, (3, 0))


def told(closed: Closed) -> list[tuple[str, int]]:
    return [(event.event_type.split(".")[2], event.sequence) for event in closed.emitted]


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        (date(2018, 2, 6), Stage.NOTHING),
        (date(2018, 2, 7), 1),
        (date(2018, 2, 9), 1),
        (date(2018, 2, 10), Stage.DUE),
        (date(2018, 2, 11), Stage.PASSED),
    ],
)
def test_the_date_alone_gives_the_stage_of_an_instalment(on: date, stage: int) -> None:
    assert stage_on(DUE_ON, on, (3, 0)) == stage


def test_a_repayment_is_announced_three_days_ahead() -> None:
    assert told(close(opened_loan(), date(2018, 2, 7))) == [("repayment-due", 1)]


def test_nothing_is_said_before_that_and_the_next_look_is_the_day_of_the_announcement() -> None:
    closed = close(opened_loan(), date(2018, 2, 6))
    assert (told(closed), closed.next_action_on) == ([], date(2018, 2, 7))


def test_a_product_may_announce_seven_three_and_one_days_ahead_and_on_the_day() -> None:
    loan, days_told = opened_loan(), []
    stages: dict[int, int] = {}
    for ahead in range(10, -2, -1):
        closed = close_loan(loan, staged(loan, stages), DUE_ON - timedelta(days=ahead), (7, 3, 1, 0))
        stages |= closed.stages
        days_told += [ahead] if closed.emitted else []
    assert days_told == [7, 3, 1, 0, -1]


def test_interest_is_earned_on_the_due_date() -> None:
    closed = close(opened_loan(rate_percent="12"), DUE_ON, {1: 1})
    assert [(t.kind, t.cause, t.value_date) for t in closed.transactions] == [("interest-due", "instalment-1", DUE_ON)]


def test_interest_is_earned_once_however_often_the_date_is_closed() -> None:
    ledger = LedgerOfOneLoan(disbursed(rate_percent="12"))
    for day in (DUE_ON, DUE_ON, DUE_ON + timedelta(days=1)):
        ledger.close(day)
    assert ledger.balances()[AccountCode.INTEREST_INCOME] == -300


def test_an_unpaid_instalment_is_overdue_the_day_after() -> None:
    assert told(close(opened_loan(), date(2018, 2, 11), {1: Stage.DUE})) == [("instalment-overdue", 1)]


def test_after_missed_days_only_the_last_stage_is_told() -> None:
    assert told(close(opened_loan(), date(2018, 2, 20))) == [("instalment-overdue", 1)]


def test_a_paid_instalment_passes_in_silence() -> None:
    loan = opened_loan()
    before = staged(loan, {})
    bookings = Bookings()
    post_payment(loan, Payment("P-1", 10_000, "USD", date(2018, 2, 1)), None, None, bookings, DEFAULT_ORDER)
    paid = next(iter(bookings.instalments.values())).instalment
    closed = close_loan(loan, [StagedInstalment(paid, Stage.NOTHING), *before[1:]], date(2018, 2, 11), (3, 0))
    assert closed.emitted == []


def test_what_lacks_no_more_than_the_tolerance_is_not_overdue() -> None:
    loan = opened_loan(tolerance_minor=50)
    bookings = Bookings()
    post_payment(loan, Payment("P-1", 9_950, "USD", date(2018, 2, 1)), None, None, bookings, DEFAULT_ORDER)
    assert close(loan, date(2018, 2, 11), {1: Stage.DUE}).emitted == []


@given(st.lists(st.integers(0, 130), min_size=1, max_size=8, unique=True).map(sorted))
def test_skipping_days_books_the_same_interest_and_reaches_the_same_stages(offsets: list[int]) -> None:
    """Days closed on the way do not matter, only the last one."""
    first, last = date(2018, 1, 10), max(offsets)

    def closed_on(days: list[int]) -> tuple[dict[int, int], set[tuple[str, int]], date | None]:
        loan = opened_loan(rate_percent="12")
        stages: dict[int, int] = {}
        booked: set[tuple[str, int]] = set()
        next_action_on = None
        for day in days:
            result = close(loan, first + timedelta(days=day), stages)
            stages |= result.stages
            booked |= {(t.cause, t.postings[0].amount_minor) for t in result.transactions}
            next_action_on = result.next_action_on
        return stages, booked, next_action_on

    assert closed_on(offsets) == closed_on([last])
