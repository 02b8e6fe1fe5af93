"""The channel whose provider is a person: a message becomes a call to be made."""

from datetime import datetime
from typing import Final, cast

import asyncpg

from schemas.notifier import AgentCallRequested
from services.eventing.clock import Clock
from services.eventing.database import INFRASTRUCTURE_ERRORS, Connection, Pool, expire_if_read_only
from services.notifier.borrowers.borrower import Language
from services.notifier.calls import call_store
from services.notifier.calls.agent_call import AgentCall, CallScript
from services.notifier.channels.channel import Delivery, FateUnknown, OutboundMessage
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.sending.event_store import Telling, tell

_NAME: Final = "call"


class AgentCallChannel:
    """Writes the call and tells AgentCallRequested of each message of the dispatch, in one transaction of its own."""

    def __init__(self, pool: Pool, keys: KeyRing, clock: Clock) -> None:
        self._pool = pool
        self._keys = keys
        self._clock = clock

    @property
    def name(self) -> str:
        """The channel's name."""
        return _NAME

    @property
    def honours_key(self) -> bool:
        """A call is kept under the key."""
        return True

    async def send(self, message: OutboundMessage) -> Delivery:
        """Ask for the call; `provider_message_id` is its id."""
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                return await request_call(connection, self._keys, message, self._clock.now())
        except INFRASTRUCTURE_ERRORS as error:
            if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
                await expire_if_read_only(self._pool, error)
            reason = "the database broke off before it confirmed the call"
            raise FateUnknown(_NAME, message.notification_id, reason) from error

    async def close(self) -> None:
        """The pool is its owner's to close."""


async def request_call(connection: Connection, keys: KeyRing, message: OutboundMessage, at: datetime) -> Delivery:
    """Ask for the call that brings a dispatch to the borrower; the same dispatch is asked for once."""
    call_id = f"call:{message.idempotency_key}"
    call = AgentCall(
        message.borrower_id, call_id, message.idempotency_key, message.notification_id, message.loan_id,
        cast(Language, message.language), "open", at, at,
    )  # fmt: skip
    script = CallScript(message.subject, message.text, message.payload)
    if await call_store.add_call(connection, keys, call, script):
        messages = await call_store.messages_of(connection, message.borrower_id, message.idempotency_key)
        await tell(connection, [
            Telling(
                AgentCallRequested(
                    borrower_id=one.borrower_id, loan_id=one.loan_id, notification_id=one.notification_id,
                    reminder_id=one.reminder_id, step_id=one.step_id, template=one.template, not_before=at,
                ),
                one.traceparent,
            )
            for one in messages
        ])  # fmt: skip
    return Delivery(call_id)
