"""POST: commands about one borrower. Each needs an `Idempotency-Key` and the scope `notifier:command`."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from services.eventing.api_commands import CREATED, Sender, response_of, sender_with
from services.notifier.api.command_answers import CallEndAnswer, ClaimAnswer, CommandAnswer
from services.notifier.api.command_requests import (
    CallEndRequest,
    CancelRequest,
    ClaimRequest,
    Command,
    CommandKind,
    CommandRequest,
    ConsentRequest,
    ContactRequest,
    WishRequest,
)
from services.notifier.api.commanding import Commands
from services.notifier.api.notifier_problems import PROBLEM_RESPONSES
from services.notifier.api.parameters import BorrowerId, CallId, NotificationId

_BORROWER: Final = "/v1/borrowers/{borrower_id}"
Commanding = Annotated[Sender, Depends(sender_with("notifier:command"))]


def command_router(commands: Commands) -> APIRouter:
    """Everything that changes what is known of a borrower, or what becomes of messages and calls."""
    router = APIRouter(prefix=_BORROWER, tags=["commands"], responses=PROBLEM_RESPONSES)
    _add_wishes(router, commands)
    _add_contacts(router, commands)
    return router


async def done(
    commands: Commands,
    kind: CommandKind,
    borrower_id: str,
    request: CommandRequest,
    sender: Sender,
    subject_id: str | None = None,
) -> Response:
    """The response to a command that is done. Raises Problem."""
    return response_of(await commands.do(Command(kind, borrower_id, request, subject_id), sender))


def _add_wishes(router: APIRouter, commands: Commands) -> None:
    @router.post("/opt-outs", summary="The borrower wants no such messages", status_code=CREATED,
                 response_model=CommandAnswer)  # fmt: skip
    async def opt_out(borrower_id: BorrowerId, request: WishRequest, sender: Commanding) -> Response:
        return await done(commands, "opt-out", borrower_id, request, sender)

    @router.post("/opt-ins", summary="The borrower takes opt-outs back", status_code=CREATED,
                 response_model=CommandAnswer)  # fmt: skip
    async def opt_in(borrower_id: BorrowerId, request: WishRequest, sender: Commanding) -> Response:
        return await done(commands, "opt-in", borrower_id, request, sender)

    @router.post("/consents", summary="The borrower agrees to more calls", status_code=CREATED,
                 response_model=CommandAnswer)  # fmt: skip
    async def consent(borrower_id: BorrowerId, request: ConsentRequest, sender: Commanding) -> Response:
        return await done(commands, "consent", borrower_id, request, sender)

    @router.post("/contacts", summary="Record a contact that people made", status_code=CREATED,
                 response_model=CommandAnswer)  # fmt: skip
    async def contact(borrower_id: BorrowerId, request: ContactRequest, sender: Commanding) -> Response:
        return await done(commands, "record-contact", borrower_id, request, sender)


def _add_contacts(router: APIRouter, commands: Commands) -> None:
    @router.post("/messages/{notification_id}/cancel", summary="Do not send a message that waits",
                 status_code=CREATED, response_model=CommandAnswer)  # fmt: skip
    async def cancel(
        borrower_id: BorrowerId, notification_id: NotificationId, request: CancelRequest, sender: Commanding
    ) -> Response:
        return await done(commands, "cancel-message", borrower_id, request, sender, notification_id)

    @router.post("/agent-calls/{call_id}/claim", summary="Make a call at once", status_code=CREATED,
                 response_model=ClaimAnswer)  # fmt: skip
    async def claim(borrower_id: BorrowerId, call_id: CallId, request: ClaimRequest, sender: Commanding) -> Response:
        return await done(commands, "claim-call", borrower_id, request, sender, call_id)

    @router.post("/agent-calls/{call_id}/outcome", summary="Say what came of a call", status_code=CREATED,
                 response_model=CallEndAnswer)  # fmt: skip
    async def outcome(
        borrower_id: BorrowerId, call_id: CallId, request: CallEndRequest, sender: Commanding
    ) -> Response:
        return await done(commands, "end-call", borrower_id, request, sender, call_id)
