"""Which days count, and the day on which a count is reached."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.dunning.aging.counted_days import CountedDays
from services.dunning.aging.day_intervals import DayInterval, covers, merged
from services.schedules.working_days import WorkingCalendar

ORIGIN = date(2024, 12, 20)
CALENDARS = st.sampled_from([None, WorkingCalendar("CN"), WorkingCalendar("GB", "SCT")])


def day(number: int) -> date:
    return ORIGIN + timedelta(days=number)


@st.composite
def counted_days(draw: st.DrawFn) -> CountedDays:
    starts = draw(st.lists(st.integers(-10, 60), max_size=4))
    lengths = st.none() | st.integers(0, 20)
    stops = [
        DayInterval(day(start), None if (length := draw(lengths)) is None else day(start + length)) for start in starts
    ]
    return CountedDays(merged(stops), draw(CALENDARS))


def counts(counted: CountedDays, on: date) -> bool:
    return not covers(counted.clock_stops, on) and (counted.calendar is None or counted.calendar.is_working_day(on))


def test_every_day_counts_by_default() -> None:
    assert CountedDays().between(day(0), day(400)) == 400
    assert CountedDays().reached_on(400, day(0)) == day(400)


def test_no_day_is_reached_once_the_clock_stands_for_good() -> None:
    counted = CountedDays((DayInterval(day(3)),))
    assert counted.reached_on(2, day(0)) == day(2)
    assert counted.reached_on(3, day(0)) is None


def test_no_day_is_reached_past_the_end_of_the_calendar() -> None:
    assert CountedDays().reached_on(3, date(9999, 12, 28)) == date.max
    assert CountedDays().reached_on(4, date(9999, 12, 28)) is None
    assert CountedDays().reached_on(1, date.max) is None
    assert CountedDays((), WorkingCalendar("DE")).reached_on(400, date(9999, 1, 1)) is None


@given(counted_days(), st.integers(-15, 100), st.integers(-15, 100))
def test_between_counts_the_days_one_by_one(counted: CountedDays, after: int, up_to: int) -> None:
    expected = sum(counts(counted, day(number)) for number in range(after + 1, up_to + 1))
    assert counted.between(day(after), day(up_to)) == expected


@given(counted_days(), st.integers(-15, 100), st.integers(1, 60))
def test_a_count_is_reached_on_the_first_day_with_so_many(counted: CountedDays, after: int, days: int) -> None:
    counting = (day(number) for number in range(after + 1, after + 300) if counts(counted, day(number)))
    expected = next((on for number, on in enumerate(counting, start=1) if number == days), None)
    assert counted.reached_on(days, day(after)) == expected
