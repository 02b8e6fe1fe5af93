"""Sending: take queued messages, look again, hand each to the first channel that takes it, record how it ended."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypedDict, cast

import structlog

from schemas.notifier import NotificationFailed, NotificationSent, NotificationSuppressed, NotifierEventData
from schemas.templates import Template
from services.eventing.clock import Clock
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent, outgoing
from services.eventing.store import write_outbox
from services.notifier import store
from services.notifier.channels import Channel, ChannelUnavailable, MessageRefused, OutboundMessage
from services.notifier.gate import suppressing_rule
from services.notifier.settings import NotifierSettings
from services.notifier.store import Ending, QueuedMessage
from services.notifier.words import Language, Medium, MessageFacts, Rendered, render

log = structlog.get_logger(__name__)
_AT_ONCE = 200
_MOST_ATTEMPTS = 6
_UNKNOWN_AFTER = timedelta(minutes=2)


class _Common(TypedDict):
    borrower_id: str
    loan_id: str
    notification_id: str
    reminder_id: str
    step_id: str
    template: str


class Sender:
    """One step sends up to 200 messages, several at a time."""

    def __init__(self, channels: Mapping[str, Channel], settings: NotifierSettings, clock: Clock) -> None:
        self._channels = channels
        self._settings = settings
        self._clock = clock
        self._slots = asyncio.Semaphore(settings.sends_at_once)
        self._led_on: Connection | None = None

    async def __call__(self, connection: Connection) -> bool:
        """True when more messages may wait. What is taken is marked before anything leaves."""
        if connection is not self._led_on:
            await store.reclaim_sending(connection)
            self._led_on = connection
        async with connection.transaction():
            messages = await store.take_queued(connection, _AT_ONCE, _UNKNOWN_AFTER)
        if not messages:
            return False
        endings = await asyncio.gather(*(self._attempt(message) for message in messages))
        async with connection.transaction():
            await store.end_messages(connection, endings)
            await write_outbox(connection, self._events(endings))
        return len(messages) == _AT_ONCE

    async def _attempt(self, message: QueuedMessage) -> Ending:
        rule = suppressing_rule(cast(Template, message.template), message.due_on, message.gate_facts)
        if rule is not None:
            return Ending(message, "suppressed", reason=rule)
        reasons: list[str] = []
        temporary = False
        async with self._slots:
            for channel in message.channels:
                address = message.contact.address(channel)
                if address is None or channel not in self._channels:
                    reasons.append(f"{channel}: no address")
                    continue
                rendered = self._render(message, channel)
                try:
                    delivery = await self._channels[channel].send(self._outbound(message, channel, address, rendered))
                except MessageRefused as error:
                    reasons.append(f"{channel}: {error.reason}")
                except ChannelUnavailable as error:
                    temporary = True
                    reasons.append(f"{channel}: {error.reason}")
                else:
                    return Ending(message, "sent", "", channel, rendered.subject, rendered.text,
                                  delivery.provider_message_id)  # fmt: skip
        reason = "; ".join(reasons)[:500]
        if temporary and message.attempts < _MOST_ATTEMPTS:
            log.warning("send_deferred", notification_id=message.notification_id, reason=reason)
            return Ending(message, "queued", reason, retry_after=timedelta(seconds=2**message.attempts))
        return Ending(message, "failed", reason)

    def _render(self, message: QueuedMessage, channel: str) -> Rendered:
        facts = MessageFacts(
            borrower_name=message.contact.name,
            loan_id=message.loan_id,
            currency=message.currency,
            due_on=message.due_on,
            days_past_due=message.days_past_due,
            penalty_minor=message.penalty_minor,
            fee_minor=message.fee_minor,
            interest_minor=message.interest_minor,
            principal_minor=message.principal_minor,
            lender_name=self._settings.lender_name,
            help_phone=self._settings.help_phone,
            pay_url=self._settings.pay_url,
            help_url=self._settings.help_url,
            opt_out_url=self._settings.opt_out_url,
        )
        return render(message.template, cast(Language, message.contact.language), cast(Medium, channel), facts)

    def _outbound(self, message: QueuedMessage, channel: str, address: str, rendered: Rendered) -> OutboundMessage:
        return OutboundMessage(
            notification_id=message.notification_id,
            idempotency_key=f"{message.notification_id}:{channel}",
            to=address,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            opt_out_url=self._settings.opt_out_url,
        )

    def _events(self, endings: Sequence[Ending]) -> list[OutgoingEvent]:
        return [
            outgoing(data, 1, traceparent=ending.message.traceparent)
            for ending in endings
            if (data := self._event(ending)) is not None
        ]

    def _event(self, ending: Ending) -> NotifierEventData | None:
        message = ending.message
        common = _Common(
            borrower_id=message.borrower_id, loan_id=message.loan_id, notification_id=message.notification_id,
            reminder_id=message.reminder_id, step_id=message.step_id, template=message.template,
        )  # fmt: skip
        if ending.status == "sent":
            return NotificationSent(
                **common,
                channel=cast(Medium, ending.channel),
                language=cast(Language, message.contact.language),
                sent_at=self._clock.now(),
            )
        if ending.status == "failed":
            return NotificationFailed(**common, reason=ending.reason)
        if ending.status == "suppressed":
            return NotificationSuppressed(**common, rule=ending.reason)
        return None
