"""When instalments fall due: days of the month, month ends, and days on which banks do not work."""

from datetime import date
from typing import Any

import pytest

from services.schedules.schedule import InvalidTerms
from services.schedules.working_days import UnknownCalendar, WorkingCalendar
from tests.schedules.terms_builders import amounts, due_dates, refused_field, terms

LEAP_DAY = date(2024, 2, 29)


def test_the_day_of_disbursal_is_kept_unless_month_ends_are() -> None:
    assert due_dates(disbursed_on=LEAP_DAY) == ["2024-03-29", "2024-04-29", "2024-05-29", "2024-06-29"]
    month_ends = due_dates(disbursed_on=LEAP_DAY, keeps_month_end=True)
    assert month_ends == ["2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30"]


def test_keeping_month_ends_changes_nothing_for_other_days() -> None:
    mid_month = date(2024, 1, 15)
    assert due_dates(disbursed_on=mid_month, keeps_month_end=True) == due_dates(disbursed_on=mid_month)


def test_month_ends_are_kept_from_a_first_due_date() -> None:
    from_first = due_dates(first_due_on=date(2024, 4, 30), keeps_month_end=True)
    assert from_first == ["2024-04-30", "2024-05-31", "2024-06-30", "2024-07-31"]


def test_a_period_from_month_end_to_month_end_counts_thirty_days() -> None:
    monthly = amounts(method="interest_only", disbursed_on=LEAP_DAY, keeps_month_end=True)
    assert [interest for _, interest in monthly] == [1200] * 4


def test_the_first_due_day_of_month_is_the_next_one() -> None:
    assert due_dates(due_day_of_month=15) == ["2024-02-15", "2024-03-15", "2024-04-15", "2024-05-15"]


def test_the_first_due_day_of_month_leaves_the_minimum_of_days() -> None:
    # 31 January to 15 February are 15 days.
    assert due_dates(due_day_of_month=15, minimum_days_to_first_due=15)[0] == "2024-02-15"
    assert due_dates(due_day_of_month=15, minimum_days_to_first_due=16)[0] == "2024-03-15"


def test_a_due_day_on_the_day_of_disbursal_is_a_month_later() -> None:
    assert due_dates(due_day_of_month=31)[0] == "2024-02-29"
    assert due_dates(due_day_of_month=31) == due_dates()


def test_a_first_due_date_may_lie_on_another_day_than_the_later_ones() -> None:
    assert due_dates(first_due_on=date(2024, 3, 20), due_day_of_month=5) == [
        "2024-03-20",
        "2024-04-05",
        "2024-05-05",
        "2024-06-05",
    ]


def test_a_short_or_long_first_period_bears_interest_by_its_days() -> None:
    # 30E/360 from 31 January: 15 days to 15 February, 45 to 15 March; 1,200.00 x 12 % x days / 360.
    first_interest = [amounts(due_day_of_month=15, minimum_days_to_first_due=days)[0][1] for days in (1, 16)]
    assert first_interest == [600, 1800]


def test_every_quarter_on_a_day_of_the_month() -> None:
    quarterly = due_dates(every=(3, "months"), due_day_of_month=20, minimum_days_to_first_due=60)
    assert quarterly == ["2024-04-20", "2024-07-20", "2024-10-20", "2025-01-20"]


# Due dates 10 February (Spring Festival until 17, and Sunday 18 swapped into a working day), 10 March (Sunday),
# 10 April (Wednesday) and 10 May (Friday) 2024.
CHINA = {"disbursed_on": date(2024, 1, 10), "country": "CN"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("leave", ["2024-02-10", "2024-03-10", "2024-04-10", "2024-05-10"]),
        ("after", ["2024-02-18", "2024-03-11", "2024-04-10", "2024-05-10"]),
        ("before", ["2024-02-09", "2024-03-08", "2024-04-10", "2024-05-10"]),
    ],
)
def test_due_dates_leave_holidays_and_do_not_drift(rule: str, expected: list[str]) -> None:
    assert due_dates(**CHINA, non_working_days=rule) == expected


def test_a_date_does_not_leave_its_month_when_it_must_not() -> None:
    # 29 March 2024 is Good Friday, 1 April Easter Monday; 30 and 31 March are a weekend.
    easter: dict[str, Any] = {"disbursed_on": LEAP_DAY, "keeps_month_end": True, "country": "DE"}
    assert due_dates(**easter, non_working_days="after")[0] == "2024-04-02"
    assert due_dates(**easter, non_working_days="after_in_month")[0] == "2024-03-28"


def test_interest_stays_as_agreed_when_a_date_moves() -> None:
    moved = amounts(**CHINA, method="interest_only", non_working_days="after")
    assert [interest for _, interest in moved] == [1200] * 4


def test_interest_follows_a_moved_date_if_agreed() -> None:
    # 30E/360: 38 days to 18 February, 23 to 11 March, 29 to 10 April, 30 to 10 May; 0.40 a day.
    moved = amounts(**CHINA, method="interest_only", non_working_days="after", interest_on_adjusted_dates=True)
    assert [interest for _, interest in moved] == [1520, 920, 1160, 1200]


def test_actual_days_follow_a_moved_date_if_agreed() -> None:
    # 39, 22, 30 and 30 days over 360.
    moved = amounts(
        **CHINA, method="interest_only", non_working_days="after", interest_on_adjusted_dates=True, day_count="ACT/360"
    )
    assert [interest for _, interest in moved] == [1560, 880, 1200, 1200]


def test_holidays_are_those_of_the_subdivision() -> None:
    # Thursday 31 October 2024 is Reformation Day in Saxony and a working day in Bavaria.
    reformation: dict[str, Any] = {"disbursed_on": date(2024, 9, 30), "keeps_month_end": True, "country": "DE"}
    assert due_dates(**reformation, subdivision="SN", non_working_days="after")[0] == "2024-11-01"
    assert due_dates(**reformation, subdivision="BY", non_working_days="after")[0] == "2024-10-31"


def test_the_weekend_is_the_countrys_own() -> None:
    egypt = WorkingCalendar("EG")
    assert not egypt.is_working_day(date(2024, 3, 1))  # a Friday
    assert egypt.is_working_day(date(2024, 3, 3))  # a Sunday


def test_due_dates_that_would_meet_are_refused() -> None:
    daily = terms(every=(1, "days"), country="CN", non_working_days="after")
    assert refused_field(daily) == "non_working_days"


def test_a_due_date_may_not_move_before_disbursal() -> None:
    # Disbursed on Saturday 9 March 2024, due on Sunday 10: the working day before both is Friday 8.
    weekend = terms(
        disbursed_on=date(2024, 3, 9),
        every=(1, "days"),
        number_of_instalments=1,
        country="CN",
        non_working_days="before",
    )
    assert refused_field(weekend) == "non_working_days"


def test_an_unknown_country_or_subdivision_is_named() -> None:
    with pytest.raises(InvalidTerms, match="country 'XX'"):
        terms(country="XX")
    with pytest.raises(InvalidTerms, match="subdivision 'ZZ'"):
        terms(country="DE", subdivision="ZZ")
    with pytest.raises(UnknownCalendar):
        WorkingCalendar("XX")
