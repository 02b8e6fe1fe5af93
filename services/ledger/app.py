"""Composition of the ledger."""

from schemas import calendar, lending, payments
from services.eventing.clock import SystemClock
from services.eventing.service import ServiceParts
from services.eventing.settings import Settings
from services.eventing.work_loop import WorkLoop
from services.ledger.business_date import BusinessDateClose
from services.ledger.handlers import LedgerHandler
from services.ledger.settings import LedgerSettings


def ledger(settings: Settings) -> ServiceParts:
    """The parts of the ledger: loans are read before payments."""
    own = LedgerSettings()
    close = BusinessDateClose(settings, own, SystemClock())
    return ServiceParts(
        name="ledger",
        topics=[lending.TOPIC, payments.TOPIC, *([calendar.TOPIC] if settings.clock == "events" else [])],
        handler=LedgerHandler(settings.calendar_id, own),
        work=lambda pool: [WorkLoop("ledger-close", pool, close)],
    )
