"""Builders of facts and rules for the tests of contact rules."""

from datetime import UTC, date, datetime
from typing import Any

from services.notifier.contact_rules.contact_hours import ContactHours, Hours
from services.notifier.contact_rules.facts import Channel, Consent, Facts, Outcome, PastContact, Recipient
from services.notifier.contact_rules.local_time import zone_named
from services.notifier.contact_rules.purposes import PURPOSES
from services.notifier.contact_rules.rule import Citation, Rule, Scope
from services.notifier.contact_rules.rule_set import RuleSet
from services.notifier.contact_rules.rule_sets import shipped_rule_sets

DEBT = "LC-1"
NEW_YORK = "America/New_York"
EVERYBODY: tuple[Recipient, ...] = ("borrower", "third-party", "attorney")


def moment(text: str) -> datetime:
    """An instant in UTC, from ISO text with an offset."""
    parsed = datetime.fromisoformat(text)
    assert parsed.tzinfo is not None
    return parsed.astimezone(UTC)


def at_clock(zone: str, text: str, fold: int = 0) -> datetime:
    """The instant in UTC at which a zone's clock shows `text`; the second time, with `fold` 1."""
    return datetime.fromisoformat(text).replace(tzinfo=zone_named(zone), fold=fold).astimezone(UTC)


def preset(name: str) -> RuleSet:
    """A preset that is shipped."""
    return shipped_rule_sets().in_force(name, moment("2026-06-01T00:00:00Z"))


def facts(*zones: str, **known: Any) -> Facts:
    """A call to collect `DEBT` from a borrower in New York, but for what is said."""
    places = tuple(zone_named(name) for name in zones or (NEW_YORK,))
    return Facts(**{"channel": "call", "purpose": "collection", "debt": DEBT, "zones": places, **known})


def past(
    text: str,
    outcome: Outcome = "unanswered",
    zone: str = NEW_YORK,
    channel: Channel = "call",
    debt: str | None = DEBT,
    **more: Any,
) -> PastContact:
    """A contact at a time on the clock of a zone."""
    return PastContact(channel, at_clock(zone, text), debt, outcome, **more)


def consent(text: str, zone: str = NEW_YORK, debt: str = DEBT, until: datetime | None = None) -> Consent:
    """A consent to more calls at a time on the clock of a zone."""
    return Consent(debt, at_clock(zone, text), until)


def citation(rule_id: str) -> Citation:
    """A rule of no law."""
    return Citation(rule_id, "none", "a test", primary_text_read=False)


def everything() -> Scope:
    """The scope of a rule about every contact."""
    return Scope(frozenset({"call", "sms", "email"}), frozenset(PURPOSES), frozenset(EVERYBODY))


def hours(opens: int, closes: int, days: str = "1234567") -> ContactHours:
    """Contact hours in minutes since midnight on weekdays by number, Monday 1."""
    by_weekday = tuple(Hours(opens, closes) if str(day) in days else None for day in range(1, 8))
    return ContactHours(citation("hours"), everything(), by_weekday)


def rules_of(*rules: Rule) -> RuleSet:
    """A rule set of these rules."""
    return RuleSet.of("test", "test-1", date(2020, 1, 1), rules)
