"""What tells who a borrower is: contact data, texts, facts, exports. Scope `notifier:contact-data`; looks are kept."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.eventing.api_cursors import cursor_of
from services.eventing.api_parameters import After, Limit
from services.notifier.api.cursors import borrower_after
from services.notifier.api.notifier_problems import PROBLEM_RESPONSES
from services.notifier.api.parameters import BorrowerId, CallId, NotificationId
from services.notifier.api.personal_reading import BorrowerSearch, ContactCheck, PersonalReading
from services.notifier.api.reading_answers import (
    AgentCallAnswer,
    BorrowersFound,
    ContactCheckAnswer,
    MessageContentAnswer,
)
from services.notifier.api.reading_routes import BORROWER
from services.notifier.api.viewers import Viewer, viewer_with
from services.notifier.archive.borrower_records import ContactRecord
from services.notifier.archive.export import BorrowerExport

Viewing = Annotated[Viewer, Depends(viewer_with("notifier:contact-data"))]


def personal_router(reading: PersonalReading) -> APIRouter:
    """Everything that tells who a borrower is. What is searched for is in the body, as addresses stand in logs."""
    router = APIRouter(prefix="/v1", tags=["personal data"], responses=PROBLEM_RESPONSES)
    _add_looks(router, reading)

    @router.post("/borrowers/search", summary="Find borrowers by name, mailbox or number (notifier:contact-data)")
    async def search(
        search: BorrowerSearch, viewer: Viewing, after: After = None, limit: Limit = 100
    ) -> BorrowersFound:
        found = await reading.search(search, borrower_after(after), limit + 1, viewer)
        shown = tuple(found[:limit])
        return BorrowersFound(borrower_ids=shown, next=cursor_of(shown[-1]) if len(found) > limit else None)

    @router.post(f"{BORROWER}/contact-check", summary="May this contact be made now? (notifier:contact-data)")
    async def contact_check(borrower_id: BorrowerId, check: ContactCheck, viewer: Viewing) -> ContactCheckAnswer:
        return await reading.check(borrower_id, check, viewer)

    return router


def _add_looks(router: APIRouter, reading: PersonalReading) -> None:
    @router.get(f"{BORROWER}/contact", summary="Who a borrower is and how they are reached (notifier:contact-data)")
    async def contact(borrower_id: BorrowerId, viewer: Viewing) -> ContactRecord:
        return await reading.contact(borrower_id, viewer)

    @router.get(f"{BORROWER}/messages/{{notification_id}}/content",
                summary="A message with text and decision facts (notifier:contact-data)")  # fmt: skip
    async def content(
        borrower_id: BorrowerId, notification_id: NotificationId, viewer: Viewing
    ) -> MessageContentAnswer:
        return await reading.message(borrower_id, notification_id, viewer)

    @router.get(f"{BORROWER}/agent-calls/{{call_id}}",
                summary="Whom to call, and what to say (notifier:contact-data)")  # fmt: skip
    async def agent_call(borrower_id: BorrowerId, call_id: CallId, viewer: Viewing) -> AgentCallAnswer:
        return await reading.call(borrower_id, call_id, viewer)

    @router.get(f"{BORROWER}/export", summary="All that is held of a borrower (notifier:contact-data)")
    async def export(borrower_id: BorrowerId, viewer: Viewing) -> BorrowerExport:
        return await reading.export(borrower_id, viewer)
