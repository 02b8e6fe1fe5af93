"""What agents do with calls: look which wait, claim one, and tell how it ended. Each in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypedDict

from schemas.notifier import ContactRecorded, NotificationFailed, NotificationSent, NotificationSuppressed
from services.eventing.database import Connection
from services.eventing.envelope import outgoing
from services.eventing.store import write_outbox
from services.notifier.borrowers.borrower import Borrower, Contact
from services.notifier.borrowers.contact_history_store import ContactMade, record_contacts
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.borrowers.store import load_borrowers
from services.notifier.calls import call_store
from services.notifier.calls.agent_call import (
    AgentCall,
    CalledAgain,
    CalledMessage,
    CallEnding,
    CallPatience,
    CallScript,
    NotReached,
    Reached,
    ending_of,
)
from services.notifier.calls.call_errors import BorrowerBeingCalled, CallNotClaimed, CallOver, CallUnknown
from services.notifier.calls.call_rules import CallLater, CallOff, MayCall, Stopped
from services.notifier.contact_rules.facts import Outcome, Recipient
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.sending.event_store import Telling, tell
from services.notifier.sending.queue_store import requeue_elsewhere


@dataclass(frozen=True, slots=True)
class CallToMake:
    """A claimed call: whom to call, and what to say. `about` are the messages that still have a reason."""

    call: AgentCall
    name: str = field(repr=False)
    phone: str = field(repr=False)
    script: CallScript
    about: tuple[CalledMessage, ...]
    is_vulnerable: bool


@dataclass(frozen=True, slots=True)
class CallWaits:
    """The call may not be made before `until`: `rule` and `clause` say why. It waits again."""

    until: datetime
    rule: str
    clause: str


@dataclass(frozen=True, slots=True)
class CallCancelled:
    """Nobody calls: `reasons` are the rules that stop each message, or that there is no number."""

    reasons: tuple[str, ...]


class _Common(TypedDict):
    borrower_id: str
    loan_id: str
    notification_id: str
    reminder_id: str
    step_id: str
    template: str


class AgentCalls:
    """The calls of one lender. `may_call` decides at the moment of claiming, from what is known then."""

    def __init__(
        self, keys: KeyRing, calendar: LenderCalendar, may_call: MayCall, patience: CallPatience | None = None
    ) -> None:
        self._keys = keys
        self._calendar = calendar
        self._may_call = may_call
        self._patience = patience or CallPatience()

    async def waiting(self, connection: Connection, at: datetime, limit: int) -> list[AgentCall]:
        """Calls that can be claimed at `at`, the longest waiting first; whether each may be made is asked then."""
        return await call_store.waiting_calls(connection, at, at - self._patience.claim_lapses_after, limit)

    async def claim(
        self, connection: Connection, borrower_id: str, call_id: str, agent: str, at: datetime
    ) -> CallToMake | CallWaits | CallCancelled:
        """Take a call to make it at once. An agent who has it gets it again.

        Raises CallUnknown, CallOver, BorrowerBeingCalled.
        """
        lapsed = at - self._patience.claim_lapses_after
        call = await self._open_call(connection, borrower_id, call_id)
        if call.status == "claimed" and call.claimed_by != agent and call.claimed_at and call.claimed_at >= lapsed:
            raise BorrowerBeingCalled(call, call.claimed_by or "")
        messages = await call_store.messages_of(connection, borrower_id, call.dispatch_id)
        borrower = await self._borrower(connection, borrower_id, at)
        other = await call_store.other_claim(connection, borrower_id, call_id, lapsed)
        if other is not None:
            raise BorrowerBeingCalled(call, other)
        decision = self._may_call(messages, borrower, at)
        await self._stop(connection, decision.stopped, at)
        if isinstance(decision, CallOff):
            reasons = tuple(stopped.rule for stopped in decision.stopped) or ("nothing-to-tell",)
            await call_store.end_call(connection, call, at, outcome=None, reason="; ".join(reasons))
            return CallCancelled(reasons)
        if isinstance(decision, CallLater):
            await call_store.put_back(connection, call, decision.until, None)
            return CallWaits(decision.until, decision.rule, decision.clause)
        contact = borrower.contact
        if contact is None or contact.phone is None or "call" in borrower.unusable_channels:
            reason = "call: no number"
            await call_store.end_call(connection, call, at, outcome=None, reason=reason)
            await self._give_up(connection, decision.about, reason, at)
            return CallCancelled((reason,))
        await call_store.mark_claimed(connection, call, agent, at)
        script = await call_store.script_of(connection, self._keys, borrower_id, call_id)
        claimed = replace(call, status="claimed", claimed_by=agent, claimed_at=at)
        return CallToMake(claimed, contact.name, contact.phone, script, decision.about, borrower.is_vulnerable)

    async def record_outcome(
        self,
        connection: Connection,
        borrower_id: str,
        call_id: str,
        agent: str,
        outcome: Outcome,
        at: datetime,
        recipient: Recipient = "borrower",
    ) -> CallEnding:
        """Keep how a claimed call ended: as a contact that rules count, and as what became of its messages.

        Raises CallUnknown, CallOver, CallNotClaimed.
        """
        call = await self._open_call(connection, borrower_id, call_id)
        if call.claimed_by != agent:
            raise CallNotClaimed(call, agent)
        messages = await call_store.messages_of(connection, borrower_id, call.dispatch_id)
        borrower = await self._borrower(connection, borrower_id, at)
        attempt = call.attempts + 1
        await self._record_contact(connection, call, messages, borrower.contact, attempt, outcome, recipient, at)
        ending = ending_of(outcome, recipient, attempt, at, self._patience)
        match ending:
            case Reached():
                await call_store.end_call(connection, call, at, outcome=outcome, reason=None)
                await tell(connection, [_sent(call, message, at) for message in messages])
            case CalledAgain(not_before):
                await call_store.put_back(connection, call, not_before, outcome)
            case NotReached(reason):
                await call_store.end_call(connection, call, at, outcome=outcome, reason=reason)
                await self._give_up(connection, messages, reason, at)
        return ending

    async def _open_call(self, connection: Connection, borrower_id: str, call_id: str) -> AgentCall:
        call = await call_store.lock_call(connection, borrower_id, call_id)
        if call is None:
            raise CallUnknown(borrower_id, call_id)
        if call.status in ("done", "cancelled"):
            raise CallOver(call)
        return call

    async def _borrower(self, connection: Connection, borrower_id: str, at: datetime) -> Borrower:
        found = await load_borrowers(connection, self._keys, [borrower_id], at, self._calendar, for_sending=True)
        return found[borrower_id]

    async def _record_contact(
        self,
        connection: Connection,
        call: AgentCall,
        messages: Sequence[CalledMessage],
        contact: Contact | None,
        attempt: int,
        outcome: Outcome,
        recipient: Recipient,
        at: datetime,
    ) -> None:
        loans = {message.loan_id for message in messages} or {call.loan_id}
        loan_id = next(iter(loans)) if len(loans) == 1 else None
        digest = None if contact is None else contact.address_digest("call")
        contact_id = f"{call.call_id}:{attempt}"
        made = ContactMade(call.borrower_id, contact_id, loan_id, "call", outcome, at, recipient, address_digest=digest)
        if not await record_contacts(connection, [made]):
            return
        recorded = ContactRecorded(
            borrower_id=call.borrower_id, contact_id=contact_id, loan_id=loan_id, channel="call", outcome=outcome,
            made_at=at,
        )  # fmt: skip
        await write_outbox(connection, [outgoing(recorded, 1)])

    async def _stop(self, connection: Connection, stopped: Sequence[Stopped], at: datetime) -> None:
        messages = [one.message for one in stopped]
        await call_store.end_messages(connection, messages, "suppressed", [one.rule for one in stopped], at)
        await tell(connection, [_suppressed(one) for one in stopped])

    async def _give_up(
        self, connection: Connection, messages: Sequence[CalledMessage], reason: str, at: datetime
    ) -> None:
        """Let the messages leave by their next channel, or tell that they failed."""
        failed = [
            message
            for message in messages
            if not await requeue_elsewhere(connection, message.borrower_id, message.notification_id, "call", at=at)
        ]
        await call_store.end_messages(connection, failed, "failed", [reason] * len(failed), at)
        await tell(connection, [
            Telling(NotificationFailed(**_common(message), reason=reason), message.traceparent) for message in failed
        ])  # fmt: skip


def _common(message: CalledMessage) -> _Common:
    return _Common(
        borrower_id=message.borrower_id, loan_id=message.loan_id, notification_id=message.notification_id,
        reminder_id=message.reminder_id, step_id=message.step_id, template=message.template,
    )  # fmt: skip


def _sent(call: AgentCall, message: CalledMessage, at: datetime) -> Telling:
    event = NotificationSent(
        **_common(message), channel="call", language=call.language, sent_at=at, dispatch_id=call.dispatch_id
    )
    return Telling(event, message.traceparent)


def _suppressed(stopped: Stopped) -> Telling:
    event = NotificationSuppressed(
        **_common(stopped.message), rule=stopped.rule, rules_version=stopped.rules_version, clause=stopped.clause
    )
    return Telling(event, stopped.message.traceparent)
