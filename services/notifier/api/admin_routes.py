"""Erasing a borrower, and the audit. Scope `notifier:admin`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.eventing.api_access import caller_with
from services.eventing.api_commands import CREATED, Sender, sender_with
from services.eventing.api_parameters import After, Id, Limit
from services.notifier.api.command_answers import EraseAnswer
from services.notifier.api.command_requests import EraseRequest
from services.notifier.api.command_routes import done
from services.notifier.api.commanding import Commands
from services.notifier.api.cursors import audit_before, audit_cursor
from services.notifier.api.notifier_problems import PROBLEM_RESPONSES
from services.notifier.api.parameters import BorrowerId, OfBorrower
from services.notifier.api.reading import Reading
from services.notifier.api.reading_answers import AuditPage
from services.notifier.api.reading_routes import BORROWER

Administering = Annotated[Sender, Depends(sender_with("notifier:admin"))]


def admin_router(commands: Commands, reading: Reading) -> APIRouter:
    """What few may do."""
    router = APIRouter(prefix="/v1", tags=["administration"], responses=PROBLEM_RESPONSES)

    @router.post(f"{BORROWER}/erase", summary="Erase contact data and texts of a borrower (notifier:admin)",
                 status_code=CREATED, response_model=EraseAnswer)  # fmt: skip
    async def erase(borrower_id: BorrowerId, request: EraseRequest, sender: Administering) -> Response:
        return await done(commands, "erase", borrower_id, request, sender)

    @router.get("/audit", summary="Who saw personal data or gave a command, newest first (notifier:admin)",
                dependencies=[Depends(caller_with("notifier:admin"))])  # fmt: skip
    async def audit(
        borrower_id: OfBorrower = None,
        operator: Annotated[Id | None, Query(description="Only this operator's.")] = None,
        after: After = None,
        limit: Limit = 100,
    ) -> AuditPage:
        found = await reading.audit(borrower_id, operator, audit_before(after), limit + 1)
        shown = tuple(found[:limit])
        return AuditPage(entries=shown, next=audit_cursor(shown[-1]) if len(found) > limit else None)

    return router
