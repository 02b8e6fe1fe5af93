"""GET: cases and all that is known of one; tasks, ladders, commands. Scope `dunning:read`."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query

from schemas.dunning import LoanFlag, LoanState
from services.dunning.api.case_answers import CaseAnswer, OffersAnswer, PossiblePlans
from services.dunning.api.cursors import (
    borrower_after,
    command_before,
    command_cursor,
    task_after,
    task_cursor,
    timeline_after,
    timeline_cursor,
)
from services.dunning.api.dunning_problems import PROBLEM_RESPONSES
from services.dunning.api.parameters import BorrowerId, LoanId, OfBorrower
from services.dunning.api.reading import Reading
from services.dunning.api.record_answers import CasesPage, CommandsPage, LaddersAnswer, TasksPage, TimelinePage
from services.eventing.api_access import caller_with
from services.eventing.api_cursors import cursor_of
from services.eventing.api_parameters import After, Id, Limit

_BORROWER: Final = "/borrowers/{borrower_id}"
TaskKind = Literal["call", "review-relief", "find-plan"]


def reading_router(reading: Reading) -> APIRouter:
    """Everything that is only read."""
    router = APIRouter(prefix="/v1", tags=["reading"], responses=PROBLEM_RESPONSES,
                       dependencies=[Depends(caller_with("dunning:read"))])  # fmt: skip
    _add_case(router, reading)
    _add_lists(router, reading)
    _add_audit(router, reading)
    return router


def _add_case(router: APIRouter, reading: Reading) -> None:
    @router.get(_BORROWER, summary="A borrower's case today")
    async def case(borrower_id: BorrowerId) -> CaseAnswer:
        return await reading.case(borrower_id)

    @router.get(f"{_BORROWER}/timeline", summary="What was told and decided, page by page")
    async def timeline(borrower_id: BorrowerId, after: After = None, limit: Limit = 100) -> TimelinePage:
        found = await reading.timeline(borrower_id, timeline_after(after), limit + 1)
        shown = found[:limit]
        following = timeline_cursor(shown[-1][0]) if len(found) > limit else None
        return TimelinePage(borrower_id=borrower_id, entries=tuple(entry for _, entry in shown), next=following)

    @router.get(f"{_BORROWER}/offers", summary="All offers with their plans")
    async def offers(borrower_id: BorrowerId) -> OffersAnswer:
        return await reading.offers(borrower_id)

    @router.get(f"{_BORROWER}/loans/{{loan_id}}/possible-plans", summary="What would be offered today")
    async def possible_plans(borrower_id: BorrowerId, loan_id: LoanId) -> PossiblePlans:
        return await reading.possible_plans(borrower_id, loan_id)


def _add_lists(router: APIRouter, reading: Reading) -> None:
    @router.get("/cases", summary="Cases, page by page")
    async def cases(
        state: Annotated[LoanState | None, Query(description="With a loan in this state.")] = None,
        bucket: Annotated[Id | None, Query(description="With a loan in this bucket.")] = None,
        flag: Annotated[LoanFlag | None, Query(description="With a loan that has this flag.")] = None,
        after: After = None,
        limit: Limit = 100,
    ) -> CasesPage:
        found = await reading.cases(state, bucket, flag, borrower_after(after), limit + 1)
        shown = tuple(found[:limit])
        return CasesPage(cases=shown, next=cursor_of(shown[-1].borrower_id) if len(found) > limit else None)

    @router.get("/tasks", summary="Open tasks, oldest first, page by page")
    async def tasks(
        kind: Annotated[TaskKind | None, Query(description="Only tasks of this kind.")] = None,
        borrower_id: OfBorrower = None,
        after: After = None,
        limit: Limit = 100,
    ) -> TasksPage:
        found = await reading.tasks(kind, borrower_id, task_after(after), limit + 1)
        shown = tuple(found[:limit])
        return TasksPage(tasks=shown, next=task_cursor(shown[-1]) if len(found) > limit else None)


def _add_audit(router: APIRouter, reading: Reading) -> None:
    @router.get("/ladders", summary="The ladders in use and before, word for word")
    async def ladders() -> LaddersAnswer:
        return await reading.ladders()

    @router.get("/commands", summary="Who did what and why, newest first, page by page")
    async def commands(
        borrower_id: OfBorrower = None,
        operator: Annotated[Id | None, Query(description="Only this operator's.")] = None,
        after: After = None,
        limit: Limit = 100,
    ) -> CommandsPage:
        found = await reading.commands(borrower_id, operator, command_before(after), limit + 1)
        shown = tuple(found[:limit])
        return CommandsPage(commands=shown, next=command_cursor(shown[-1]) if len(found) > limit else None)
