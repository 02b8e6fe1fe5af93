"""Composition of the ledger."""

from schemas import calendar, dunning, lending, payments
from services.eventing.clock import SystemClock
from services.eventing.service import ServiceParts
from services.eventing.settings import Settings
from services.eventing.work_loop import WorkLoop
from services.ledger.api.routers import ledger_routers
from services.ledger.business_date import BusinessDateClose
from services.ledger.handlers import LedgerHandler
from services.ledger.product_catalogue import load_products, shipped_products
from services.ledger.product_store import ProductStore
from services.ledger.settings import LedgerSettings


def ledger(settings: Settings) -> ServiceParts:
    """The parts of the ledger: loans are read before payments. Raises DocumentError when a product is wrong."""
    own = LedgerSettings()
    catalogue = shipped_products() if own.products_dir is None else load_products(own.products_dir)
    products = ProductStore()
    close = BusinessDateClose(settings, own, SystemClock(), products)
    return ServiceParts(
        name="ledger",
        topics=[
            lending.TOPIC,
            payments.TOPIC,
            dunning.TOPIC,
            *([calendar.TOPIC] if settings.clock == "events" else []),
        ],
        handler=LedgerHandler(settings.calendar_id, catalogue, products),
        work=lambda pool: [WorkLoop("ledger-close", pool, close)],
        api=lambda connections: ledger_routers(connections, products, settings.calendar_id),
    )
