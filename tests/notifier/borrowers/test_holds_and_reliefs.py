"""What dunning tells: holds that stop contact, on business dates, and reliefs."""

from datetime import UTC, date, datetime, timedelta

from schemas.ledger import BusinessDateCompleted
from services.notifier.borrowers.store import business_date
from tests.notifier.borrowers.telling import (
    BY_EVENTS,
    BY_THE_CLOCK,
    NOON,
    Notifier,
    hold_began,
    hold_ended,
    registered,
    relief_ended,
    relief_granted,
)

TODAY = date(2026, 3, 6)
MIDNIGHT_IN_SHANGHAI = datetime(2026, 3, 5, 16, tzinfo=UTC)
"""With it 6 March begins."""


def completed(day: date) -> BusinessDateCompleted:
    return BusinessDateCompleted(business_date=day)


async def test_a_hold_lasts_from_its_first_day_to_the_end_of_its_last(notifier: Notifier) -> None:
    await notifier.take(hold_began(from_on=TODAY, to_on=TODAY))
    (hold,) = (await notifier.known()).holds
    assert (hold.from_at, hold.until) == (MIDNIGHT_IN_SHANGHAI, MIDNIGHT_IN_SHANGHAI + timedelta(days=1))


async def test_a_hold_lasts_as_long_as_it_is_its_last_day_anywhere_where_the_borrower_may_be(
    notifier: Notifier,
) -> None:
    await notifier.take(
        registered(time_zone="Asia/Shanghai", other_time_zones=("America/New_York",)),
        hold_began(from_on=TODAY, to_on=TODAY),
    )
    (hold,) = (await notifier.known()).holds
    assert (hold.from_at, hold.until) == (MIDNIGHT_IN_SHANGHAI, datetime(2026, 3, 7, 5, tzinfo=UTC))


async def test_a_hold_tells_its_reason_and_its_loan(notifier: Notifier) -> None:
    await notifier.take(hold_began(loan_id="loan-7"))
    (hold,) = (await notifier.known()).holds
    assert (hold.reason, hold.debt, hold.until) == ("dispute", "loan-7", None)


async def test_a_hold_that_does_not_stop_contact_is_none_here(notifier: Notifier) -> None:
    await notifier.take(hold_began(stops=("clock", "interest")))
    assert (await notifier.known()).holds == ()


async def test_a_hold_told_again_with_other_stops_is_the_newer_one(notifier: Notifier) -> None:
    await notifier.take(hold_began(stops=("clock", "contact")))
    await notifier.take(hold_began(stops=("clock",)))
    assert (await notifier.known()).holds == ()


async def test_a_hold_ends_when_dunning_says_so(notifier: Notifier) -> None:
    await notifier.take(hold_began("hold-1"), hold_began("hold-2"))
    await notifier.take(hold_ended("hold-1"))
    assert len((await notifier.known()).holds) == 1


async def test_a_hold_of_one_loan_ends_for_that_loan_alone(notifier: Notifier) -> None:
    await notifier.take(hold_began(loan_id="loan-1"), hold_began(loan_id="loan-2"))
    await notifier.take(hold_ended(loan_id="loan-1"))
    assert [hold.debt for hold in (await notifier.known()).holds] == ["loan-2"]


async def test_a_hold_may_begin_again(notifier: Notifier) -> None:
    await notifier.take(hold_began(), hold_ended(), hold_began())
    assert len((await notifier.known()).holds) == 1


async def test_a_beginning_that_comes_late_does_not_undo_the_end(notifier: Notifier) -> None:
    await notifier.take(hold_ended(), sequence=9)
    await notifier.take(hold_began(), sequence=8)
    assert (await notifier.known()).holds == ()


async def test_a_hold_ends_so_many_days_ahead_as_the_business_date_is_behind_the_clock(notifier: Notifier) -> None:
    notifier.calendar = BY_EVENTS
    await notifier.take(completed(date(2024, 1, 10)), hold_began(from_on=date(2024, 1, 9), to_on=date(2024, 1, 12)))
    (hold,) = (await notifier.known()).holds
    assert hold.until == MIDNIGHT_IN_SHANGHAI + timedelta(days=3)


async def test_a_hold_is_over_on_the_business_date_after_its_last_whatever_the_clock_says(notifier: Notifier) -> None:
    notifier.calendar = BY_EVENTS
    await notifier.take(hold_began(from_on=date(2024, 1, 9), to_on=date(2024, 1, 12)), completed(date(2024, 1, 13)))
    (hold,) = (await notifier.known()).holds
    assert hold.until == MIDNIGHT_IN_SHANGHAI


async def test_the_business_date_is_the_newest_that_the_ledger_completed(notifier: Notifier) -> None:
    await notifier.take(completed(date(2024, 1, 11)), completed(date(2024, 1, 10)))
    assert await business_date(notifier.pool, BY_EVENTS, NOON) == date(2024, 1, 11)


async def test_the_business_date_is_that_of_the_clock_before_the_first_one(notifier: Notifier) -> None:
    assert await business_date(notifier.pool, BY_EVENTS, NOON) == TODAY


async def test_the_business_date_of_a_lender_by_the_clock_is_the_date_in_its_zone(notifier: Notifier) -> None:
    await notifier.take(completed(date(2024, 1, 11)))
    assert await business_date(notifier.pool, BY_THE_CLOCK, MIDNIGHT_IN_SHANGHAI) == TODAY


async def test_a_borrower_with_a_relief_is_vulnerable(notifier: Notifier) -> None:
    await notifier.take(relief_granted())
    assert (await notifier.known()).is_vulnerable


async def test_a_borrower_is_vulnerable_until_the_last_relief_ends(notifier: Notifier) -> None:
    await notifier.take(relief_granted("relief-1"), relief_granted("relief-2"), relief_ended("relief-1"))
    assert (await notifier.known()).is_vulnerable
    await notifier.take(relief_ended("relief-2"))
    assert not (await notifier.known()).is_vulnerable
