"""What is told of many borrowers at a time: kept once, and each of them is looked at."""

from datetime import date

from schemas.hardship import AreaHoldLifted, AreaHoldPlaced, RegionAffected
from schemas.values import EventData
from services.dunning.aging.holds import AreaHold, InvalidHold
from services.dunning.cases import area_store
from services.dunning.cases.relief import RegionalRelief
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent


async def take_area(
    connection: Connection, event: ReceivedEvent[EventData], outcome: Outcome, on: date | None
) -> None:  # fmt: skip
    """Take an event about a region or product; `on` is the business date, None before the first."""
    look_on = on or date.min
    match event.data:
        case RegionAffected() as told:
            if told.review_on is not None and told.review_on < told.from_on:
                outcome.reject(event, "invalid-incident", "review_on", told.review_on, "is before from_on")
                return
            relief = RegionalRelief(told.incident_id, told.region, told.from_on, told.review_on)
            await area_store.save_regional_relief(connection, relief)
            await area_store.look_at_area(connection, "region", told.region, max(look_on, told.from_on))
        case AreaHoldPlaced() as told:
            try:
                hold = AreaHold(told.hold_id, told.scope, told.value, told.reason, frozenset(told.stops), told.from_on,
                                told.to_on)  # fmt: skip
            except InvalidHold as error:
                outcome.reject(event, "invalid-hold", error.field, error.value, error.reason)
                return
            await area_store.save_area_holds(connection, [hold])
            await area_store.look_at_area(connection, hold.scope, hold.value, max(look_on, told.from_on))
        case AreaHoldLifted() as told:
            lifted = await area_store.lift_area_hold(connection, told.hold_id, told.lifted_on)
            if lifted is None:
                outcome.reject(event, "unknown-hold", "hold_id", told.hold_id, "is not a hold by region or product")
                return
            await area_store.look_at_area(connection, lifted.scope, lifted.value, max(look_on, told.lifted_on))
