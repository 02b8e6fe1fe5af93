"""By which days the lender counts, where its borrowers are taken to be, and how far back its contact rules look."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self
from zoneinfo import ZoneInfo

from services.eventing.settings import Settings
from services.notifier.contact_rules.contact_limits import ContactLimit, RestAfterConversation
from services.notifier.contact_rules.local_time import zone_named
from services.notifier.contact_rules.rule import Rule
from services.notifier.contact_rules.rule_sets import rule_sets_with
from services.notifier.settings import NotifierSettings

HISTORY_DAYS: Final = 62
"""How far back contacts and consents are read at least: two months, more than the presets look."""
_ZONES_APART_DAYS: Final = 2
"""Calendar days begin up to a day earlier or later than 24 hours would say, in each zone."""


@dataclass(frozen=True, slots=True)
class LenderCalendar:
    """The lender's calendar and zones.

    `follows_events`: business dates are those that the ledger completes, which may be other days than the clock's.
    `default_zones` are those where a borrower may be of whom no zone is told.
    """

    calendar_id: str
    zone: ZoneInfo
    follows_events: bool
    default_zones: tuple[ZoneInfo, ...]
    history_days: int = HISTORY_DAYS

    @classmethod
    def of(cls, settings: Settings, own: NotifierSettings) -> Self:
        """The calendar that the settings name. Raises UnknownZone; DocumentError and OSError for contact rules."""
        versions = [one for one in rule_sets_with(own.contact_rules_files).all if one.name == own.contact_rules]
        return cls(
            settings.calendar_id,
            zone_named(settings.calendar_zone),
            settings.clock == "events",
            tuple(dict.fromkeys(zone_named(name) for name in own.default_time_zones)),
            max([HISTORY_DAYS, *(_days_looked_back(rule) for one in versions for rule in one.rules)]),
        )

    def day_at(self, at: datetime) -> date:
        """The date in the lender's zone at a moment."""
        return at.astimezone(self.zone).date()


def _days_looked_back(rule: Rule) -> int:
    """How old a contact, or a consent to one that is counted, can be for the rule to ask about it."""
    match rule:
        case ContactLimit():
            days = rule.days if rule.hours is None else -(-rule.hours // 24)
        case RestAfterConversation():
            days = rule.days
        case _:
            return 0
    return (days or 0) + (rule.consent_days or 0) + _ZONES_APART_DAYS
