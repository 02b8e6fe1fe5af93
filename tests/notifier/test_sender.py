"""Sending: what the gate keeps back does not reach a channel, and what it lets through does."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import cast

import pytest

from schemas.templates import TEMPLATES
from services.eventing.clock import FixedClock
from services.eventing.database import Connection
from services.notifier import sender, store
from services.notifier.channels import Delivery, OutboundMessage
from services.notifier.gate import GateFacts
from services.notifier.sender import Sender
from services.notifier.settings import NotifierSettings
from services.notifier.store import Contact, Ending, QueuedMessage

DUE_ON = date(2026, 3, 5)
UNPAID = GateFacts(known=True, oldest_unpaid_due_on=DUE_ON, settled=False)
PAID = GateFacts(known=True, oldest_unpaid_due_on=date(2026, 4, 5), settled=False)


class Post:
    """An e-mail channel that keeps what it was given."""

    name = "email"

    def __init__(self) -> None:
        self.sent: list[OutboundMessage] = []

    async def send(self, message: OutboundMessage) -> Delivery:
        """Take the message."""
        self.sent.append(message)
        return Delivery("m-1")

    async def close(self) -> None:
        """Nothing is open."""


class NoDatabase:
    """A connection whose transactions hold nothing."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Begin and end."""
        yield


def queued(template: str, facts: GateFacts, *, principal_minor: int = 10_000) -> QueuedMessage:
    return QueuedMessage(
        borrower_id="borrower-1", notification_id="N:1", reminder_id="1", loan_id="loan-1", step_id="step-1",
        template=template, channels=("email",), currency="EUR", due_on=DUE_ON, days_past_due=0, penalty_minor=0,
        fee_minor=0, interest_minor=0, principal_minor=principal_minor, traceparent=None, attempts=1,
        contact=Contact("Ada Example", "ada@example.com", None, "en"), gate_facts=facts,
    )  # fmt: skip


async def ending_of(message: QueuedMessage, monkeypatch: pytest.MonkeyPatch) -> tuple[Ending, list[OutboundMessage]]:
    endings: list[Ending] = []

    async def nothing(*_: object) -> None:
        pass

    async def take(*_: object) -> list[QueuedMessage]:
        return [message]

    async def end(_: Connection, told: Sequence[Ending]) -> None:
        endings.extend(told)

    monkeypatch.setattr(store, "reclaim_sending", nothing)
    monkeypatch.setattr(store, "take_queued", take)
    monkeypatch.setattr(store, "end_messages", end)
    monkeypatch.setattr(sender, "write_outbox", nothing)
    post = Post()
    send = Sender({"email": post}, NotifierSettings(), FixedClock(datetime(2026, 3, 6, tzinfo=UTC)))
    await send(cast(Connection, NoDatabase()))
    return endings[0], post.sent


@pytest.mark.parametrize("template", TEMPLATES)
async def test_every_kind_of_message_is_sent_of_a_loan_not_told_of(
    template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending, sent = await ending_of(queued(template, GateFacts(False, None, False)), monkeypatch)
    assert (ending.status, len(sent)) == ("sent", 1)


async def test_a_reminder_of_an_instalment_paid_since_does_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    ending, sent = await ending_of(queued("overdue_soft", PAID), monkeypatch)
    assert (ending.status, ending.reason, sent) == ("suppressed", "paid-since", [])


async def test_thanks_for_a_cure_leave_with_nothing_due(monkeypatch: pytest.MonkeyPatch) -> None:
    ending, sent = await ending_of(queued("cured", PAID, principal_minor=0), monkeypatch)
    assert (ending.status, len(sent)) == ("sent", 1)


async def test_thanks_for_a_cure_do_not_leave_once_the_payment_is_reversed(monkeypatch: pytest.MonkeyPatch) -> None:
    ending, sent = await ending_of(queued("cured", UNPAID), monkeypatch)
    assert (ending.status, ending.reason, sent) == ("suppressed", "overdue-again", [])
