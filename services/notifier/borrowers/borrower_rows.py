"""Rows of the notifier's tables as what they say of a borrower."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import structlog

from services.notifier.borrowers.borrower import Contact
from services.notifier.borrowers.contact_seal import open_contact
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.borrowers.opt_outs import OptOut
from services.notifier.contact_rules.facts import ContactHold, PastContact
from services.notifier.contact_rules.holds import hold_on_days
from services.notifier.contact_rules.local_time import UnknownZone, zone_named
from services.notifier.sealing.key_ring import KeyRing

log = structlog.get_logger(__name__)


def contact_of(keys: KeyRing, row: asyncpg.Record) -> Contact:
    """From the sealed column; of a row not sealed yet, from the plain ones. Raises SealBroken."""
    language: Any = row["language"]
    if row["sealed"] is None:
        return Contact(row["name"], row["email"], row["phone"], language)
    return open_contact(keys, row["borrower_id"], row["sealed"], language, row["email_digest"], row["phone_digest"])


def zones_of(row: asyncpg.Record, calendar: LenderCalendar) -> tuple[ZoneInfo, ...]:
    """The zones told, or else the lender's default ones; and those of the telephone number."""
    told = [name for name in (row["time_zone"], *row["other_time_zones"]) if name is not None]
    zones = list(_known_zones(row["borrower_id"], told)) or list(calendar.default_zones)
    zones += _known_zones(row["borrower_id"], row["phone_time_zones"])
    return tuple(dict.fromkeys(zones))


def hold_of(row: asyncpg.Record, zones: Sequence[ZoneInfo], ahead: timedelta) -> ContactHold:
    """A hold on business dates as one on days of the clock, which is so far ahead of them."""
    from_on = None if row["from_on"] is None else row["from_on"] + ahead
    to_on = None if row["to_on"] is None else row["to_on"] + ahead
    return hold_on_days(zones, from_on, to_on, row["reason"], row["loan_id"] or None)


def opt_out_of(row: asyncpg.Record) -> OptOut:
    """An opt-out."""
    channel: Any = row["channel"] or None
    purpose: Any = row["purpose"] or None
    return OptOut(channel, purpose, row["opted_out_at"], row["source"])


def past_contact_of(row: asyncpg.Record) -> PastContact:
    """A contact; one by the lender's app counts as one by SMS, for both arrive on the telephone."""
    digest = row["address_digest"]
    return PastContact(
        "sms" if row["channel"] == "app" else row["channel"],
        row["made_at"],
        row["loan_id"],
        row["outcome"],
        row["recipient"],
        row["is_by_borrower"],
        None if digest is None else digest.hex(),
    )


def _known_zones(borrower_id: str, names: Iterable[str]) -> Iterable[ZoneInfo]:
    """A zone that was kept, but that the database of zones here does not have, is passed over."""
    for name in names:
        try:
            yield zone_named(name)
        except UnknownZone:
            log.warning("time_zone_unknown", borrower_id=borrower_id, time_zone=name)
