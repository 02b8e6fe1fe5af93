"""Composition of the notifier's HTTP API."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.eventing.api_connections import ApiConnections
from services.eventing.clock import Clock
from services.notifier.api.admin_routes import admin_router
from services.notifier.api.command_routes import command_router
from services.notifier.api.commanding import Commands
from services.notifier.api.notifier_parts import NotifierParts
from services.notifier.api.personal_reading import PersonalReading
from services.notifier.api.personal_routes import personal_router
from services.notifier.api.reading import Reading
from services.notifier.api.reading_routes import reading_router
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.contact_rules.rule_sets import RuleSets
from services.notifier.sealing.key_ring import KeyRing


def notifier_routers(
    connections: ApiConnections,
    *,
    keys: KeyRing,
    calendar: LenderCalendar,
    rule_sets: RuleSets,
    rules_name: str,
    clock: Clock,
) -> Sequence[APIRouter]:
    """What the notifier answers over HTTP besides health and metrics."""
    parts = NotifierParts(connections, keys, calendar, rule_sets, rules_name)
    reading, commands = Reading(parts, clock), Commands(parts, clock)
    return [
        reading_router(reading),
        personal_router(PersonalReading(parts, clock)),
        command_router(commands),
        admin_router(commands, reading),
    ]
