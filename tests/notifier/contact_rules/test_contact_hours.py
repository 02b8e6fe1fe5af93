"""Contact hours: on the borrower's clock, on all possible clocks, and where clocks are set."""

from datetime import datetime

import pytest

from services.notifier.contact_rules.facts import Facts, NoZones
from tests.notifier.contact_rules.contacts import at_clock, facts, hours, moment

EIGHT_TO_NINE = hours(8 * 60, 21 * 60)
BERLIN = "Europe/Berlin"


def opened(known: Facts, at: datetime) -> datetime | None:
    return EIGHT_TO_NINE.released_at(known, at)


@pytest.mark.parametrize("clock", ["2026-03-04T08:00:00", "2026-03-04T12:00:00", "2026-03-04T20:59:59"])
def test_within_hours_a_contact_may_be_made_at_once(clock: str) -> None:
    at = at_clock(BERLIN, clock)
    assert opened(facts(BERLIN), at) == at


def test_before_hours_it_waits_for_their_beginning() -> None:
    assert opened(facts(BERLIN), at_clock(BERLIN, "2026-03-04T07:59:59")) == at_clock(BERLIN, "2026-03-04T08:00:00")


def test_from_the_closing_minute_on_it_waits_for_the_next_day() -> None:
    assert opened(facts(BERLIN), at_clock(BERLIN, "2026-03-04T21:00:00")) == at_clock(BERLIN, "2026-03-05T08:00:00")


def test_the_hours_are_the_borrowers_and_not_the_lenders() -> None:
    noon_in_berlin = at_clock(BERLIN, "2026-03-04T12:00:00")
    assert opened(facts("America/Chicago"), noon_in_berlin) == at_clock("America/Chicago", "2026-03-04T08:00:00")


def test_of_two_possible_zones_both_must_be_within_hours() -> None:
    known = facts("America/New_York", "America/Los_Angeles")
    at = at_clock("America/New_York", "2026-03-04T09:00:00")
    assert opened(known, at) == at_clock("America/Los_Angeles", "2026-03-04T08:00:00")


def test_the_evening_of_the_eastern_zone_ends_the_day_for_both() -> None:
    known = facts("America/New_York", "America/Los_Angeles")
    at = at_clock("America/New_York", "2026-03-04T21:00:00")
    assert opened(known, at) == at_clock("America/Los_Angeles", "2026-03-05T08:00:00")


def test_zones_without_a_common_moment_on_a_day_wait_for_a_day_that_has_one() -> None:
    """Five hours apart, weekend noons do not meet; four hours apart, after America's change of clocks, they do."""
    weekend_noon = hours(12 * 60, 17 * 60, "67")
    known = facts("Europe/London", "America/New_York")
    saturday_night = at_clock("Europe/London", "2026-03-08T20:00:00")
    assert weekend_noon.released_at(known, saturday_night) == at_clock("America/New_York", "2026-03-14T12:00:00")


def test_zones_that_meet_only_under_summer_time_wait_for_the_change_of_clocks() -> None:
    """Phoenix keeps its time all year; from seven to eight of both clocks there is a common minute in winter only."""
    seven_to_eight = hours(7 * 60, 8 * 60)
    known = facts("America/Phoenix", "America/Denver")
    summer = at_clock("America/Denver", "2026-07-01T07:30:00")
    assert seven_to_eight.released_at(known, summer) == at_clock("America/Denver", "2026-11-01T07:00:00")


def test_zones_that_never_meet_have_no_moment() -> None:
    nine_to_ten = hours(9 * 60, 10 * 60)
    assert nine_to_ten.released_at(facts("Asia/Shanghai", "Europe/London"), moment("2026-03-04T12:00:00Z")) is None


def test_the_night_in_which_clocks_go_forward_is_an_hour_shorter() -> None:
    at = at_clock(BERLIN, "2026-03-28T22:00:00")
    until = opened(facts(BERLIN), at)
    assert until is not None
    assert (until - at).total_seconds() == 9 * 3600


def test_hours_that_begin_in_a_skipped_hour_begin_when_the_clock_jumps() -> None:
    from_half_past_two = hours(2 * 60 + 30, 5 * 60)
    at = at_clock(BERLIN, "2026-03-29T00:00:00")
    assert from_half_past_two.released_at(facts(BERLIN), at) == at_clock(BERLIN, "2026-03-29T03:00:00")


def test_hours_that_were_skipped_whole_wait_for_the_next_day() -> None:
    two_to_three = hours(2 * 60, 3 * 60)
    at = at_clock(BERLIN, "2026-03-29T00:00:00")
    assert two_to_three.released_at(facts(BERLIN), at) == at_clock(BERLIN, "2026-03-30T02:00:00")


def test_an_hour_that_the_clock_shows_twice_is_within_hours_twice() -> None:
    two_to_three = hours(2 * 60, 3 * 60)
    again = at_clock(BERLIN, "2026-10-25T02:10:00", fold=1)
    assert two_to_three.released_at(facts(BERLIN), again) == again


def test_hours_that_closed_open_again_when_the_clock_is_set_back() -> None:
    until_half_past_two = hours(0, 2 * 60 + 30)
    at = at_clock(BERLIN, "2026-10-25T02:45:00")
    assert until_half_past_two.released_at(facts(BERLIN), at) == at_clock(BERLIN, "2026-10-25T02:00:00", fold=1)


def test_days_without_hours_are_passed_over() -> None:
    working_week = hours(9 * 60, 18 * 60, "12345")
    friday_night = at_clock(BERLIN, "2026-03-06T18:00:00")
    assert working_week.released_at(facts(BERLIN), friday_night) == at_clock(BERLIN, "2026-03-09T09:00:00")


def test_a_day_that_a_zone_skipped_has_no_hours() -> None:
    """Samoa went over the date line at the end of 29 December 2011 and had no 30 December."""
    apia = "Pacific/Apia"
    assert opened(facts(apia), at_clock(apia, "2011-12-29T22:00:00")) == at_clock(apia, "2011-12-31T08:00:00")


def test_facts_without_a_zone_are_refused() -> None:
    with pytest.raises(NoZones):
        Facts("call", "collection", "LC-1", ())


def test_what_was_seen_is_the_clock_of_each_zone() -> None:
    seen = EIGHT_TO_NINE.seen(facts(BERLIN), at_clock(BERLIN, "2026-03-04T21:05:00"))
    assert [(one.name, one.value) for one in seen] == [
        ("local time in Europe/Berlin", "Wed 2026-03-04 21:05"),
        ("hours in Europe/Berlin", "08:00-21:00"),
    ]
