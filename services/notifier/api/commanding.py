"""Doing a command: one transaction that changes what is kept, queues events, and keeps command and audit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.borrower_answers import OptedIn, OptedOut
from schemas.notifier import ContactRecorded
from services.eventing.api_commands import CREATED, Answered, Sender, former_answer
from services.eventing.clock import Clock
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent, outgoing
from services.eventing.problems import INVALID, refused_field
from services.eventing.store import write_outbox
from services.notifier.api import command_store
from services.notifier.api.call_commands import CallDesk
from services.notifier.api.command_answers import CommandAnswer, EraseAnswer
from services.notifier.api.command_requests import (
    CallEndRequest,
    CancelRequest,
    ClaimRequest,
    Command,
    ConsentRequest,
    ContactRequest,
    EraseRequest,
    WishRequest,
    new_id_of,
)
from services.notifier.api.notifier_parts import NotifierParts
from services.notifier.api.notifier_problems import (
    erasure_refused,
    not_waiting,
    unknown_borrower,
    unknown_loan,
    unknown_message,
)
from services.notifier.api.viewers import viewer_of
from services.notifier.archive import audit_store, message_store, waiting_store
from services.notifier.archive.borrower_store import is_known
from services.notifier.archive.erasure import ErasureOrder, ErasureRefused, erase_borrower
from services.notifier.archive.export import BorrowerNotKnown
from services.notifier.borrowers.contact_history_store import ContactMade, record_contacts
from services.notifier.borrowers.lender_calendar import HISTORY_DAYS
from services.notifier.borrowers.store import load_borrowers
from services.notifier.borrowers.wishes_store import ConsentGiven, add_consents, opt_in, opt_out

_LONGEST_CONSENT: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class _AtHand:
    """What a command works with, at the moment `at`."""

    connection: Connection
    command: Command
    sender: Sender
    at: datetime

    @property
    def borrower_id(self) -> str:
        return self.command.borrower_id

    def answer(self, subject_id: str, *, changed: bool = True) -> CommandAnswer:
        return CommandAnswer(command=self.command.kind, id=subject_id, at=self.at, changed=changed)


class Commands:
    """Does commands, each once."""

    def __init__(self, parts: NotifierParts, clock: Clock) -> None:
        self._parts = parts
        self._clock = clock
        self._calls = CallDesk(parts)

    async def do(self, command: Command, sender: Sender) -> Answered:
        """Do a command once, however often it is sent. Raises Problem; then nothing has changed."""
        async with self._parts.connections.writing() as connection:
            former = await former_answer(connection, command.borrower_id, sender, command.sha256)
            if former is not None:
                return former
            if not await is_known(connection, command.borrower_id):
                raise unknown_borrower(command.borrower_id)
            at_hand = _AtHand(connection, command, sender, self._clock.now())
            answer = await self._take(at_hand)
            answered = Answered(CREATED, answer.model_dump_json(), is_replayed=False)
            await command_store.keep_command(connection, command, sender, answer.id, answered, at_hand.at)
            if not isinstance(command.request, EraseRequest):
                entry = viewer_of(sender).audited(
                    "commanded", command.borrower_id, at_hand.at, command=command.kind, id=answer.id,
                    reason=command.request.reason,
                )  # fmt: skip
                await audit_store.note(connection, [entry])
            return answered

    async def _take(self, at_hand: _AtHand) -> CommandAnswer:
        """Raises Problem."""
        command, connection = at_hand.command, at_hand.connection
        match command.request:
            case WishRequest() as request:
                return await self._wish(at_hand, request)
            case ConsentRequest() as request:
                return await self._consent(at_hand, request)
            case ContactRequest() as request:
                return await self._contact(at_hand, request)
            case CancelRequest():
                return await self._cancel(at_hand)
            case ClaimRequest():
                return await self._calls.claim(connection, command, at_hand.sender, at_hand.at)
            case CallEndRequest() as request:
                return await self._calls.end(connection, command, request, at_hand.sender, at_hand.at)
            case EraseRequest() as request:
                return await self._erase(at_hand, request)
            case _:
                raise TypeError(f"{command.kind} is no command of the notifier")

    async def _wish(self, at_hand: _AtHand, request: WishRequest) -> CommandAnswer:
        about = {"borrower_id": at_hand.borrower_id, "channel": request.channel, "purpose": request.purpose}
        if at_hand.command.kind == "opt-out":
            out = OptedOut.model_validate({**about, "opted_out_at": at_hand.at, "source": "operator"})
            events = await opt_out(at_hand.connection, [out])
        else:
            back = OptedIn.model_validate({**about, "opted_in_at": at_hand.at, "source": "operator"})
            events = await opt_in(at_hand.connection, [back])
        await _tell(at_hand, events)
        return at_hand.answer(at_hand.borrower_id, changed=bool(events))

    async def _consent(self, at_hand: _AtHand, request: ConsentRequest) -> CommandAnswer:
        await _require_loan(at_hand, request.loan_id)
        given_at = _past(at_hand, "given_at", request.given_at)
        if request.until is not None and not given_at < request.until <= given_at + _LONGEST_CONSENT:
            raise refused_field(
                INVALID, "until", request.until.isoformat(), "must be after given_at, and within a year of it"
            )
        consent = ConsentGiven(at_hand.borrower_id, request.loan_id, given_at, request.until)
        await add_consents(at_hand.connection, [consent])
        return at_hand.answer(request.loan_id)

    async def _contact(self, at_hand: _AtHand, request: ContactRequest) -> CommandAnswer:
        if request.loan_id is not None:
            await _require_loan(at_hand, request.loan_id)
        made_at = _past(at_hand, "made_at", request.made_at)
        parts = self._parts
        loaded = await load_borrowers(
            at_hand.connection, parts.keys, [at_hand.borrower_id], at_hand.at, parts.calendar, for_sending=False
        )
        contact = loaded[at_hand.borrower_id].contact
        digest = None if contact is None else contact.address_digest(request.channel)
        contact_id = new_id_of(at_hand.command, at_hand.sender.key.name, at_hand.sender.idempotency_key)
        made = ContactMade(
            at_hand.borrower_id, contact_id, request.loan_id, request.channel, request.outcome, made_at,
            request.recipient, request.is_by_borrower, digest if request.recipient == "borrower" else None,
        )  # fmt: skip
        await record_contacts(at_hand.connection, [made])
        if request.recipient == "borrower":
            told = ContactRecorded(
                borrower_id=at_hand.borrower_id, contact_id=contact_id, loan_id=request.loan_id,
                channel=request.channel, outcome=request.outcome, is_by_borrower=request.is_by_borrower,
                made_at=made_at,
            )  # fmt: skip
            await _tell(at_hand, [outgoing(told, 1)])
        return at_hand.answer(contact_id)

    async def _cancel(self, at_hand: _AtHand) -> CommandAnswer:
        notification_id = at_hand.command.subject_id or ""
        connection, borrower_id = at_hand.connection, at_hand.borrower_id
        if not await waiting_store.keep_back(connection, borrower_id, notification_id, "cancelled", at_hand.at):
            message = await message_store.message_record(connection, borrower_id, notification_id)
            if message is None:
                raise unknown_message(notification_id)
            raise not_waiting(notification_id, message.status)
        return at_hand.answer(notification_id)

    async def _erase(self, at_hand: _AtHand, request: EraseRequest) -> CommandAnswer:
        by = viewer_of(at_hand.sender).audited(
            "erased", at_hand.borrower_id, at_hand.at, reason=request.reason, is_forced=int(request.is_forced)
        )
        order = ErasureOrder(request.reason, by, request.is_forced)
        kept = self._parts.rules_at(at_hand.at).records_kept
        try:
            erasure = await erase_borrower(at_hand.connection, at_hand.borrower_id, order, kept, at_hand.at)
        except BorrowerNotKnown:
            raise unknown_borrower(at_hand.borrower_id) from None
        except ErasureRefused as error:
            raise erasure_refused(error) from error
        return EraseAnswer(
            command="erase", id=at_hand.borrower_id, at=at_hand.at, changed=bool(erasure.counts), erasure=erasure
        )


async def _require_loan(at_hand: _AtHand, loan_id: str) -> None:
    if not await command_store.has_loan(at_hand.connection, at_hand.borrower_id, loan_id):
        raise unknown_loan(loan_id)


def _past(at_hand: _AtHand, field: str, moment: datetime | None) -> datetime:
    """A moment that is over, and not so long ago that no rule looks at it any more. Raises Problem."""
    if moment is None:
        return at_hand.at
    if not at_hand.at - timedelta(days=HISTORY_DAYS) <= moment <= at_hand.at:
        raise refused_field(INVALID, field, moment.isoformat(), f"must lie within the last {HISTORY_DAYS} days")
    return moment


async def _tell(at_hand: _AtHand, events: list[OutgoingEvent]) -> None:
    trace = at_hand.sender.trace
    await write_outbox(at_hand.connection, [event._replace(traceparent=trace) for event in events])
