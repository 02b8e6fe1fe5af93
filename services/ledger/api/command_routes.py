"""POST: commands. Each needs an `Idempotency-Key`; scope `ledger:command`, and `ledger:admin` to write off."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.eventing.api_commands import CREATED, Sender, response_of, sender_with
from services.ledger.api.command_requests import (
    AdjustmentRequest,
    ChargeRequest,
    Command,
    UndoRequest,
    WaiverRequest,
    WriteOffRequest,
)
from services.ledger.api.commanding import Commands
from services.ledger.api.ledger_problems import PROBLEM_RESPONSES
from services.ledger.api.loan_answers import CommandAnswer
from services.ledger.api.parameters import FactId
from services.ledger.api.reading_routes import LOAN, LoanKey

Commanding = Annotated[Sender, Depends(sender_with("ledger:command"))]
WritingOff = Annotated[Sender, Depends(sender_with("ledger:admin"))]


def command_router(commands: Commands) -> APIRouter:
    """Everything that changes the books."""
    router = APIRouter(prefix=f"/v1{LOAN}", tags=["commands"], responses=PROBLEM_RESPONSES)

    @router.post("/charges", summary="Charge a penalty or a fee", status_code=CREATED, response_model=CommandAnswer)
    async def charge(key: LoanKey, request: ChargeRequest, sender: Commanding) -> Response:
        return response_of(await commands.do(Command("charge", key, request), sender))

    @router.post(
        "/waivers", summary="Give up what is owed of a component", status_code=CREATED, response_model=CommandAnswer
    )
    async def waiver(key: LoanKey, request: WaiverRequest, sender: Commanding) -> Response:
        return response_of(await commands.do(Command("waiver", key, request), sender))

    @router.post("/adjustments", summary="Change a due date", status_code=CREATED, response_model=CommandAnswer)
    async def adjustment(key: LoanKey, request: AdjustmentRequest, sender: Commanding) -> Response:
        return response_of(await commands.do(Command("adjustment", key, request), sender))

    @router.post(
        "/write-off", summary="Give the loan up (ledger:admin)", status_code=CREATED, response_model=CommandAnswer
    )
    async def write_off(key: LoanKey, request: WriteOffRequest, sender: WritingOff) -> Response:
        return response_of(await commands.do(Command("write-off", key, request), sender))

    @router.post("/undo/{fact_id}", summary="Take a command back", status_code=CREATED, response_model=CommandAnswer)
    async def undo(key: LoanKey, fact_id: FactId, request: UndoRequest, sender: Commanding) -> Response:
        return response_of(await commands.do(Command("undo", key, request, fact_id), sender))

    return router
