"""GET: what became of messages, what is known of a borrower without who they are, calls. Scope `notifier:read`."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query

from schemas.templates import Template
from services.eventing.api_access import caller_with
from services.eventing.api_parameters import After, Day, Id, Limit
from services.notifier.api.cursors import call_cursor, message_cursor, moment_key
from services.notifier.api.notifier_problems import PROBLEM_RESPONSES
from services.notifier.api.parameters import BorrowerId, NotificationId, OfBorrower
from services.notifier.api.reading import Reading
from services.notifier.api.reading_answers import AgentCallsPage, MessageAnswer, MessagesPage, OutcomesAnswer
from services.notifier.archive.borrower_records import BorrowerRecord
from services.notifier.archive.message_records import MessageStatus
from services.notifier.archive.message_store import MessageSearch

BORROWER: Final = "/borrowers/{borrower_id}"
OfDay = Annotated[Day | None, Query(description="A day of the lender's calendar.")]
CallStatus = Literal["open", "claimed", "done", "cancelled"]


def reading_router(reading: Reading) -> APIRouter:
    """Everything that is only read, and tells nobody who a borrower is."""
    router = APIRouter(prefix="/v1", tags=["reading"], responses=PROBLEM_RESPONSES,
                       dependencies=[Depends(caller_with("notifier:read"))])  # fmt: skip
    _add_messages(router, reading)
    _add_borrower(router, reading)
    return router


def _add_messages(router: APIRouter, reading: Reading) -> None:
    @router.get("/messages", summary="Messages, newest first, page by page")
    async def messages(
        borrower_id: OfBorrower = None,
        notification_id: Annotated[Id | None, Query(description="Only this one.")] = None,
        loan_id: Annotated[Id | None, Query(description="Only those about this loan.")] = None,
        status: Annotated[MessageStatus | None, Query(description="Only those with this status.")] = None,
        template: Annotated[Template | None, Query(description="Only those of this kind.")] = None,
        rule: Annotated[
            str | None, Query(max_length=200, description="Only those that this rule defers or suppressed.")
        ] = None,
        asked_on: OfDay = None,
        after: After = None,
        limit: Limit = 100,
    ) -> MessagesPage:
        moments = (None, None) if asked_on is None else reading.days(asked_on, asked_on)
        search = MessageSearch(borrower_id, notification_id, loan_id, status, template, rule, *moments)
        found = await reading.messages(search, moment_key(after), limit + 1)
        shown = tuple(found[:limit])
        return MessagesPage(messages=shown, next=message_cursor(shown[-1]) if len(found) > limit else None)

    @router.get(f"{BORROWER}/messages/{{notification_id}}", summary="What became of a message")
    async def message(borrower_id: BorrowerId, notification_id: NotificationId) -> MessageAnswer:
        return await reading.message(borrower_id, notification_id)

    @router.get("/outcomes", summary="How many messages ended how")
    async def outcomes(from_on: OfDay = None, to_on: OfDay = None) -> OutcomesAnswer:
        return await reading.outcomes(from_on, to_on)


def _add_borrower(router: APIRouter, reading: Reading) -> None:
    @router.get(BORROWER, summary="Channels, opt-outs, holds and consents of a borrower")
    async def borrower(borrower_id: BorrowerId) -> BorrowerRecord:
        return await reading.borrower(borrower_id)

    @router.get("/agent-calls", summary="Calls that people are asked to make, page by page")
    async def agent_calls(
        status: Annotated[CallStatus | None, Query(description="Only those with this status.")] = None,
        borrower_id: OfBorrower = None,
        after: After = None,
        limit: Limit = 100,
    ) -> AgentCallsPage:
        found = await reading.calls(status, borrower_id, moment_key(after), limit + 1)
        shown = tuple(found[:limit])
        return AgentCallsPage(calls=shown, next=call_cursor(shown[-1]) if len(found) > limit else None)
