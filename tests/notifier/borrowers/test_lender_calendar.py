"""The lender's calendar: its days, its borrowers' zones, and how far back its contact rules look."""

from datetime import date
from pathlib import Path

import pytest

from services.eventing.settings import Settings
from services.notifier.borrowers.lender_calendar import HISTORY_DAYS, LenderCalendar
from services.notifier.contact_rules.local_time import UnknownZone
from services.notifier.settings import NotifierSettings
from tests.notifier.borrowers.telling import BY_THE_CLOCK, NOON

RULES = """
name: our-rules
version: our-rules-1
in_force_from: 2026-01-01
rules:
  - {id: rare, kind: limit, channels: [call], maximum: 3, LIMIT, per: debt, clause: a, source: b,
     primary_text_read: true}
"""


def calendar_with(folder: Path, limit: str) -> LenderCalendar:
    file = folder / "rules.yaml"
    file.write_text(RULES.replace("LIMIT", limit))
    return LenderCalendar.of(Settings(), NotifierSettings(contact_rules="our-rules", contact_rules_files=(file,)))


def test_the_calendar_is_that_of_the_settings() -> None:
    settings = Settings(calendar_id="book", calendar_zone="Europe/Paris", clock="events")
    calendar = LenderCalendar.of(settings, NotifierSettings(default_time_zones=("Asia/Tokyo", "Asia/Tokyo")))
    assert (calendar.calendar_id, calendar.zone.key, calendar.follows_events) == ("book", "Europe/Paris", True)
    assert [zone.key for zone in calendar.default_zones] == ["Asia/Tokyo"]


def test_a_zone_of_the_lender_that_there_is_not_is_refused() -> None:
    with pytest.raises(UnknownZone, match="Mars/Olympus"):
        LenderCalendar.of(Settings(calendar_zone="Mars/Olympus"), NotifierSettings())


def test_a_day_is_that_of_the_lender_s_zone() -> None:
    assert BY_THE_CLOCK.day_at(NOON.replace(hour=16)) == date(2026, 3, 7)


@pytest.mark.parametrize("preset", ["CN", "US", "UK"])
def test_two_months_of_contacts_are_enough_for_a_preset(preset: str) -> None:
    assert LenderCalendar.of(Settings(), NotifierSettings(contact_rules=preset)).history_days == HISTORY_DAYS


@pytest.mark.parametrize(
    ("limit", "days"),
    [("days: 90", 92), ("hours: 2161", 93), ("days: 90, consent_days: 10", 102), ("days: 7", HISTORY_DAYS)],
)
def test_contacts_are_read_as_far_back_as_the_lender_s_own_rules_look(limit: str, days: int, tmp_path: Path) -> None:
    assert calendar_with(tmp_path, limit).history_days == days
