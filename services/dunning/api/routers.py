"""Composition of dunning's HTTP API."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.dunning.api.area_routes import area_router
from services.dunning.api.command_routes import command_router
from services.dunning.api.commanding import Commands
from services.dunning.api.figures_routes import figures_router
from services.dunning.api.offer_routes import offer_router
from services.dunning.api.reading import Reading
from services.dunning.api.reading_routes import reading_router
from services.dunning.api.used_ladders import UsedLadders
from services.dunning.cases.case_work import CaseWork
from services.eventing.api_connections import ApiConnections


def dunning_routers(connections: ApiConnections, work: CaseWork) -> Sequence[APIRouter]:
    """What dunning answers over HTTP besides health and metrics."""
    ladders = UsedLadders(connections, work)
    commands = Commands(connections, work, ladders)
    return [
        reading_router(Reading(connections, work, ladders)),
        command_router(commands),
        offer_router(commands),
        area_router(commands),
        figures_router(connections, work, ladders),
    ]
