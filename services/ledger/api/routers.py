"""Composition of the ledger's HTTP API."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.eventing.api_connections import ApiConnections
from services.ledger.api.command_routes import command_router
from services.ledger.api.commanding import Commands
from services.ledger.api.reading import Reading
from services.ledger.api.reading_routes import reading_router
from services.ledger.product_store import ProductStore


def ledger_routers(connections: ApiConnections, products: ProductStore, calendar_id: str) -> Sequence[APIRouter]:
    """What the ledger answers over HTTP besides health and metrics."""
    return [
        reading_router(Reading(connections, products, calendar_id)),
        command_router(Commands(connections, products, calendar_id)),
    ]
