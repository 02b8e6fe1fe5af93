"""Rest days: those that are named, a country's holidays, its weekend, and weekend days on which people work."""

from datetime import date, datetime

import pytest

from services.notifier.contact_rules.decision import decide
from services.notifier.contact_rules.holidays import RestCalendar, RestDays
from services.schedules.working_days import UnknownCalendar
from tests.notifier.contact_rules.contacts import at_clock, citation, everything, facts, hours, preset, rules_of

SHANGHAI = "Asia/Shanghai"
CHINESE_REST = RestDays(citation("rest"), everything(), RestCalendar("non-working-days", "CN"))
CHINESE_HOLIDAYS = RestDays(citation("rest"), everything(), RestCalendar("public-holidays", "CN"))
GERMAN_REST = RestDays(citation("rest"), everything(), RestCalendar("non-working-days", "DE"))


def released(rule: RestDays, day: str) -> datetime | None:
    return rule.released_at(facts(SHANGHAI), at_clock(SHANGHAI, f"{day}T10:00:00"))


def test_a_national_holiday_is_waited_out() -> None:
    assert released(CHINESE_REST, "2025-10-01") == at_clock(SHANGHAI, "2025-10-09T00:00:00")


def test_a_weekend_is_waited_out() -> None:
    assert released(CHINESE_REST, "2025-11-01") == at_clock(SHANGHAI, "2025-11-03T00:00:00")


def test_a_sunday_swapped_into_a_working_day_is_none_to_rest() -> None:
    """28 September 2025 was worked for the National Day holiday."""
    assert released(CHINESE_REST, "2025-09-28") == at_clock(SHANGHAI, "2025-09-28T10:00:00")


def test_where_only_holidays_are_kept_a_weekend_is_not() -> None:
    assert released(CHINESE_HOLIDAYS, "2025-11-01") == at_clock(SHANGHAI, "2025-11-01T10:00:00")


def test_a_holiday_of_a_subdivision_is_kept_there() -> None:
    scotland = RestDays(citation("rest"), everything(), RestCalendar("public-holidays", "GB", "SCT"))
    at = at_clock("Europe/London", "2026-11-30T10:00:00")
    assert scotland.released_at(facts("Europe/London"), at) == at_clock("Europe/London", "2026-12-01T00:00:00")


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(UnknownCalendar):
        RestCalendar("public-holidays", "XX")


@pytest.mark.parametrize("name", ["CN", "US", "UK"])
def test_a_holiday_that_the_facts_name_defers_to_the_next_days_hours(name: str) -> None:
    known = facts(SHANGHAI, holidays=frozenset({date(2026, 3, 4), date(2026, 3, 5)}))
    decision = decide(preset(name), known, at_clock(SHANGHAI, "2026-03-04T10:00:00"))
    assert decision.outcome == "defer"
    assert decision.until == at_clock(SHANGHAI, "2026-03-06T08:00:00")
    assert decision.citation is not None
    assert decision.citation.rule_id == "holidays"


def test_a_holiday_that_has_begun_in_one_possible_zone_is_kept_in_all() -> None:
    known = facts("Asia/Shanghai", "Asia/Tokyo", holidays=frozenset({date(2026, 3, 5)}))
    rule = RestDays(citation("rest"), everything())
    at = at_clock("Asia/Tokyo", "2026-03-05T00:30:00")
    assert rule.released_at(known, at) == at_clock("Asia/Shanghai", "2026-03-06T00:00:00")


def test_hours_only_on_days_of_rest_are_never() -> None:
    rules = rules_of(hours(9 * 60, 18 * 60, "67"), GERMAN_REST)
    decision = decide(rules, facts("Europe/Berlin"), at_clock("Europe/Berlin", "2026-03-04T10:00:00"))
    assert decision.outcome == "suppress"
