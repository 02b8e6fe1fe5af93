"""POST: commands about one borrower. Each needs an `Idempotency-Key` and the scope `dunning:command`."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from services.dunning.api.case_answers import CommandAnswer
from services.dunning.api.command_requests import (
    Command,
    CommandKind,
    CommandRequest,
    FinancesRequest,
    HardshipEndRequest,
    HardshipRequest,
    HardshipReviewRequest,
    HoldRequest,
    LiftRequest,
    LookRequest,
    PromiseRequest,
    ReportWithdrawalRequest,
    TaskDoneRequest,
)
from services.dunning.api.commanding import Commands
from services.dunning.api.dunning_problems import PROBLEM_RESPONSES
from services.dunning.api.parameters import BorrowerId, HardshipId, HoldId, TaskId
from services.eventing.api_commands import CREATED, Sender, response_of, sender_with

BORROWER: Final = "/v1/borrowers/{borrower_id}"
Commanding = Annotated[Sender, Depends(sender_with("dunning:command"))]


def command_router(commands: Commands) -> APIRouter:
    """Everything that changes a borrower's case, but offers."""
    router = APIRouter(prefix=BORROWER, tags=["commands"], responses=PROBLEM_RESPONSES)
    _add_holds_and_promises(router, commands)
    _add_hardships(router, commands)
    _add_others(router, commands)
    return router


async def done(
    commands: Commands,
    kind: CommandKind,
    borrower_id: str | None,
    request: CommandRequest,
    sender: Sender,
    subject_id: str | None = None,
) -> Response:
    """The response to a command that is done. Raises Problem."""
    return response_of(await commands.do(Command(kind, borrower_id, request, subject_id), sender))


def _add_holds_and_promises(router: APIRouter, commands: Commands) -> None:
    @router.post("/holds", summary="Place a hold", status_code=CREATED, response_model=CommandAnswer)
    async def place_hold(borrower_id: BorrowerId, request: HoldRequest, sender: Commanding) -> Response:
        return await done(commands, "place-hold", borrower_id, request, sender)

    @router.post("/holds/{hold_id}/lift", summary="Lift a hold", status_code=CREATED, response_model=CommandAnswer)
    async def lift_hold(borrower_id: BorrowerId, hold_id: HoldId, request: LiftRequest, sender: Commanding) -> Response:
        return await done(commands, "lift-hold", borrower_id, request, sender, hold_id)

    @router.post("/promises", summary="Take a promise to pay", status_code=CREATED, response_model=CommandAnswer)
    async def promise(borrower_id: BorrowerId, request: PromiseRequest, sender: Commanding) -> Response:
        return await done(commands, "promise", borrower_id, request, sender)


def _add_hardships(router: APIRouter, commands: Commands) -> None:
    at = "/hardships/{hardship_id}"

    @router.post("/hardships", summary="Report a hardship", status_code=CREATED, response_model=CommandAnswer)
    async def report_hardship(borrower_id: BorrowerId, request: HardshipRequest, sender: Commanding) -> Response:
        return await done(commands, "report-hardship", borrower_id, request, sender)

    @router.post(f"{at}/end", summary="End a hardship", status_code=CREATED, response_model=CommandAnswer)
    async def end_hardship(
        borrower_id: BorrowerId, hardship_id: HardshipId, request: HardshipEndRequest, sender: Commanding
    ) -> Response:
        return await done(commands, "end-hardship", borrower_id, request, sender, hardship_id)

    @router.post(f"{at}/review", summary="Set another review", status_code=CREATED, response_model=CommandAnswer)
    async def review_hardship(
        borrower_id: BorrowerId, hardship_id: HardshipId, request: HardshipReviewRequest, sender: Commanding
    ) -> Response:
        return await done(commands, "review-hardship", borrower_id, request, sender, hardship_id)


def _add_others(router: APIRouter, commands: Commands) -> None:
    @router.post("/finances", summary="Tell of income and debts", status_code=CREATED, response_model=CommandAnswer)
    async def report_finances(borrower_id: BorrowerId, request: FinancesRequest, sender: Commanding) -> Response:
        return await done(commands, "report-finances", borrower_id, request, sender)

    @router.post(
        "/credit-reports/withdraw", summary="Withdraw a loan's credit report", status_code=CREATED,
        response_model=CommandAnswer,
    )  # fmt: skip
    async def withdraw_credit_report(
        borrower_id: BorrowerId, request: ReportWithdrawalRequest, sender: Commanding
    ) -> Response:
        return await done(commands, "withdraw-credit-report", borrower_id, request, sender)

    @router.post("/tasks/{task_id}/done", summary="Say what came of a task", status_code=CREATED,
                 response_model=CommandAnswer)  # fmt: skip
    async def task_done(
        borrower_id: BorrowerId, task_id: TaskId, request: TaskDoneRequest, sender: Commanding
    ) -> Response:
        return await done(commands, "task-done", borrower_id, request, sender, task_id)

    @router.post("/look", summary="Evaluate the case", status_code=CREATED, response_model=CommandAnswer)
    async def look(borrower_id: BorrowerId, request: LookRequest, sender: Commanding) -> Response:
        return await done(commands, "look", borrower_id, request, sender)
