"""Messages asked for, with what a test is about changed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from schemas.dunning import Channel
from schemas.templates import Template
from schemas.values import ComponentAmounts
from services.notifier.borrowers.borrower import Borrower, Contact, Standing
from services.notifier.sending.message import (
    NOTHING_ELSE,
    MessageAbout,
    MessageRequest,
    WaitingMessage,
    notification_id,
)
from tests.notifier.borrowers.telling import SHANGHAI

DUE_ON = date(2026, 3, 5)
NOON = datetime(2026, 3, 6, 4, tzinfo=UTC)
"""Friday, 12:00 in Shanghai."""
ADA = Contact("Ada Example", "ada@example.com", "+8613800138000", "en", email_digest=b"mail", phone_digest=b"phone")
UNPAID = Standing(DUE_ON, settled=False)
PAID = Standing(date(2026, 4, 5), settled=False)


def asked_for(
    number: int = 1,
    template: Template = "overdue_soft",
    *,
    borrower_id: str = "borrower-1",
    loan_id: str = "loan-1",
    channels: tuple[Channel, ...] = ("email",),
    about: MessageAbout = NOTHING_ELSE,
) -> MessageRequest:
    """A reminder of the instalment of 5 March."""
    return MessageRequest(
        borrower_id, notification_id(f"{loan_id}:{number}"), f"{loan_id}:{number}", loan_id, "step-1", template,
        channels, "EUR", DUE_ON, 1, ComponentAmounts(principal_minor=10_000, interest_minor=500), about=about,
    )  # fmt: skip


def waiting(request: MessageRequest | None = None, **changed: Any) -> WaitingMessage:
    """A message whose time has come at noon."""
    return replace(WaitingMessage(request or asked_for(), NOON, NOON), **changed)


def borrower(standings: Mapping[str, Standing] | None = None, **changed: Any) -> Borrower:
    """Ada, in Shanghai, with one unpaid loan."""
    known = Borrower("borrower-1", ADA, (SHANGHAI,), standings if standings is not None else {"loan-1": UNPAID})
    return replace(known, **changed)
