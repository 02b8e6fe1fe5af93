"""Commands about many borrowers at a time: kept once; each case that they concern is looked at by itself."""

from datetime import date

from services.dunning.aging.holds import AreaHold, InvalidHold
from services.dunning.api.command_requests import AreaHoldRequest, Command, IncidentRequest, LiftRequest
from services.dunning.api.dunning_problems import unknown_hold
from services.dunning.api.parameters import plausible_day
from services.dunning.api.told_by_commands import stops_of
from services.dunning.cases import area_store
from services.dunning.cases.relief import RegionalRelief
from services.eventing.database import Connection
from services.eventing.problems import INVALID, refused_field


async def take_area_command(connection: Connection, command: Command, new_id: str, on: date) -> str:
    """Place or lift a hold by region or product, or take an incident; returns its id. Raises Problem."""
    match command.request:
        case AreaHoldRequest() as request:
            hold = _area_hold(request, new_id, on)
            await area_store.save_area_holds(connection, [hold])
            await area_store.look_at_area(connection, hold.scope, hold.value, max(on, hold.from_on))
            return hold.hold_id
        case LiftRequest() as request:
            hold_id = command.subject_id or ""
            lifted_on = on if request.lifted_on is None else plausible_day("lifted_on", request.lifted_on, on)
            lifted = await area_store.lift_area_hold(connection, hold_id, lifted_on)
            if lifted is None:
                raise unknown_hold(hold_id)
            await area_store.look_at_area(connection, lifted.scope, lifted.value, max(on, lifted_on))
            return hold_id
        case IncidentRequest() as request:
            relief = _relief(request, new_id, on)
            await area_store.save_regional_relief(connection, relief)
            await area_store.look_at_area(connection, "region", relief.region, max(on, relief.from_on))
            return relief.incident_id
        case _:
            raise TypeError(f"{command.kind} is not about many borrowers")


def _area_hold(request: AreaHoldRequest, new_id: str, on: date) -> AreaHold:
    from_on = on if request.from_on is None else plausible_day("from_on", request.from_on, on)
    to_on = None if request.to_on is None else plausible_day("to_on", request.to_on, on)
    stops = frozenset(stops_of(request.hold_reason, request.stops))
    try:
        return AreaHold(new_id, request.scope, request.value, request.hold_reason, stops, from_on, to_on)
    except InvalidHold as error:
        raise refused_field(INVALID, error.field, error.value, error.reason) from error


def _relief(request: IncidentRequest, new_id: str, on: date) -> RegionalRelief:
    from_on = on if request.from_on is None else plausible_day("from_on", request.from_on, on)
    review_on = None if request.review_on is None else plausible_day("review_on", request.review_on, on)
    if review_on is not None and review_on < from_on:
        raise refused_field(INVALID, "review_on", review_on, f"is before from_on {from_on}")
    return RegionalRelief(new_id, request.region, from_on, review_on)
