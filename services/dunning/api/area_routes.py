"""POST: commands about many borrowers. Each needs an `Idempotency-Key` and the scope `dunning:admin`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.dunning.api.case_answers import AreaCommandAnswer
from services.dunning.api.command_requests import AreaHoldRequest, IncidentRequest, LiftRequest
from services.dunning.api.command_routes import done
from services.dunning.api.commanding import Commands
from services.dunning.api.dunning_problems import PROBLEM_RESPONSES
from services.dunning.api.parameters import HoldId
from services.eventing.api_commands import CREATED, Sender, sender_with

Administering = Annotated[Sender, Depends(sender_with("dunning:admin"))]


def area_router(commands: Commands) -> APIRouter:
    """Everything that changes many cases at a time."""
    router = APIRouter(prefix="/v1", tags=["commands"], responses=PROBLEM_RESPONSES)

    @router.post("/area-holds", summary="Place a hold by region or product (dunning:admin)", status_code=CREATED,
                 response_model=AreaCommandAnswer)  # fmt: skip
    async def place_area_hold(request: AreaHoldRequest, sender: Administering) -> Response:
        return await done(commands, "place-area-hold", None, request, sender)

    @router.post("/area-holds/{hold_id}/lift", summary="Lift a hold by region or product (dunning:admin)",
                 status_code=CREATED, response_model=AreaCommandAnswer)  # fmt: skip
    async def lift_area_hold(hold_id: HoldId, request: LiftRequest, sender: Administering) -> Response:
        return await done(commands, "lift-area-hold", None, request, sender, hold_id)

    @router.post("/incidents", summary="Give relief to a region (dunning:admin)", status_code=CREATED,
                 response_model=AreaCommandAnswer)  # fmt: skip
    async def incident(request: IncidentRequest, sender: Administering) -> Response:
        return await done(commands, "incident", None, request, sender)

    return router
