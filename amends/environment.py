"""The embedded stack as the settings of services."""

import base64
import hashlib
from datetime import UTC, datetime, time
from typing import Final

from deploy.embedded.stack import StackAddresses
from services.eventing.clock import SystemClock

_REHEARSED_HOUR: Final = time(19, 0)
"""UTC. All of the United States, whose loans the demonstration takes, is then within the hours of contact."""


def environment_of(addresses: StackAddresses) -> dict[str, str]:
    """The variables that point services at the embedded stack, on a business date that events open.

    The keys of contact data follow from the database's password, which the stack keeps. Contact hours are those of a
    clock that starts in the middle of the day, so that a demonstration at night sends as one by day does.
    """
    return {
        "AMENDS_KAFKA_BOOTSTRAP": addresses.kafka_bootstrap,
        "AMENDS_DATABASE_URL": addresses.database_url,
        "AMENDS_NOTIFIER_SMTP_HOST": addresses.smtp_host,
        "AMENDS_NOTIFIER_SMTP_PORT": str(addresses.smtp_port),
        "AMENDS_NOTIFIER_SMTP_TLS": "none",
        "AMENDS_NOTIFIER_SMS_GATEWAY_URL": addresses.sms_gateway_url,
        "AMENDS_NOTIFIER_CONTACT_KEYS": f"embedded:{_key(addresses, 'contact')}",
        "AMENDS_NOTIFIER_CONTACT_INDEX_KEY": _key(addresses, "index"),
        "AMENDS_NOTIFIER_PAGES_PORT": str(addresses.pages_port),
        "AMENDS_NOTIFIER_PAGES_URL": f"http://127.0.0.1:{addresses.pages_port}",
        "AMENDS_NOTIFIER_PAGE_KEY": _key(addresses, "page"),
        "AMENDS_NOTIFIER_CONTACT_RULES": "US",
        "AMENDS_NOTIFIER_DIGEST_WINDOW_SECONDS": "2",
        "AMENDS_NOTIFIER_DEFAULT_TIME_ZONES": '["America/New_York"]',
        "AMENDS_NOTIFIER_CLOCK_AHEAD_SECONDS": str(_seconds_to_rehearsal(SystemClock().now())),
        "AMENDS_CLOCK": "events",
    }


def _key(addresses: StackAddresses, purpose: str) -> str:
    digest = hashlib.sha256(f"amends {purpose} {addresses.database_url}".encode()).digest()
    return base64.b64encode(digest).decode("ascii")


def _seconds_to_rehearsal(now: datetime) -> int:
    """How far the rehearsed hour of this day is ahead, or behind if negative."""
    return int((datetime.combine(now.date(), _REHEARSED_HOUR, UTC) - now).total_seconds())
