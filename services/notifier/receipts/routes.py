"""The addresses that providers call, on the public listener: POST /receipts/{provider} and POST /replies/{provider}.

Nothing here asks for an API key: each request is signed by its provider.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeVar

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.eventing import metrics
from services.eventing.api_connections import ApiConnections
from services.eventing.clock import Clock
from services.eventing.problems import (
    INVALID,
    MALFORMED,
    NOT_FOUND,
    Problem,
    ProblemType,
    problem_responses,
    refused_field,
    told_value,
)
from services.notifier.channels.provider_document import ProviderDocument, Receipts, Replies
from services.notifier.channels.providers import Providers
from services.notifier.receipts.receipt_taking import Taken, take_receipt
from services.notifier.receipts.reply_taking import take_reply
from services.notifier.receipts.signed_request import NotSigned, check_signature
from services.notifier.receipts.told import (
    Malformed,
    ToldReceipt,
    Unreadable,
    read_body,
    read_receipts,
    read_reply,
)
from services.notifier.sealing.key_ring import KeyRing

log = structlog.get_logger(__name__)
Part = TypeVar("Part", Receipts, Replies)
NOT_SIGNED: Final = ProblemType("not-signed", 401, "The request is not signed by its provider")
UNKNOWN_MESSAGE: Final = ProblemType("unknown-message", 404, "No such message was handed to this provider")
RECEIPT_PROBLEMS: Final = (NOT_SIGNED, UNKNOWN_MESSAGE)


@dataclass(frozen=True, slots=True)
class ReceiptParts:
    """What the addresses need. `status_of_unknown` answers receipts of messages that are not known."""

    connections: ApiConnections
    providers: Providers
    keys: KeyRing
    clock: Clock
    status_of_unknown: Literal[404, 202] = 404


class Outcome(BaseModel):
    """How many receipts of a request had an effect, and how many were known, set aside, or of no known message."""

    taken: int = 0
    duplicate: int = 0
    ignored: int = 0
    unknown_message: int = 0


class ReplyTaken(BaseModel):
    """What the borrower was taken to mean; `unknown-sender` if nobody has the number."""

    meaning: Literal["stop", "start", "talk", "unknown-sender"]


def receipt_routes(parts: ReceiptParts) -> APIRouter:
    """The router; its app answers with problem documents (`install_problems`) and limits bodies."""
    router = APIRouter(tags=["providers"], responses=problem_responses(RECEIPT_PROBLEMS))

    @router.post("/receipts/{provider}", summary="Tell what became of messages")
    async def post_receipts(provider: str, request: Request, response: Response) -> Outcome:
        document = _provider(parts, provider)
        described = _described(document, document.receipts, "receipts")
        at = parts.clock.now()
        body = await _signed_body(parts, document, described, request, at)
        told = _read_receipts(document, described, body, at)
        counted = await _take(parts, document, told, at)
        outcome = Outcome(**{name.replace("-", "_"): counted.count(name) for name in set(counted)})
        if outcome.unknown_message:
            response.status_code = 202
            if parts.status_of_unknown == 404:
                detail = f"Of {len(told)} receipts {outcome.unknown_message} are of messages that are not known here."
                raise Problem(UNKNOWN_MESSAGE, detail, **outcome.model_dump())
        return outcome

    @router.post("/replies/{provider}", summary="Pass on what a borrower wrote back")
    async def post_reply(provider: str, request: Request, response: Response) -> ReplyTaken:
        document = _provider(parts, provider)
        described = _described(document, document.replies, "replies")
        at = parts.clock.now()
        body = await _signed_body(parts, document, described, request, at)
        try:
            reply = read_reply(described, read_body(described.encoding, body), at)
        except (Malformed, Unreadable) as error:
            metrics.REPLIES.labels(document.name, "malformed").inc()
            raise _problem(error) from None
        async with parts.connections.writing() as connection:
            meaning = await take_reply(connection, parts.keys, document.name, reply, at) or "unknown-sender"
        metrics.REPLIES.labels(document.name, meaning).inc()
        if meaning == "unknown-sender":
            response.status_code = 202
        return ReplyTaken(meaning=meaning)

    return router


def _provider(parts: ReceiptParts, name: str) -> ProviderDocument:
    found = parts.providers.by_name.get(name)
    if found is None:
        raise refused_field(NOT_FOUND, "provider", name, "is not configured here")
    return found


def _described(document: ProviderDocument, part: Part | None, what: str) -> Part:
    if part is None:
        raise refused_field(NOT_FOUND, "provider", document.name, f"its document describes no {what}")
    return part


async def _signed_body(
    parts: ReceiptParts, document: ProviderDocument, described: Receipts | Replies, request: Request, at: datetime
) -> bytes:
    body = await request.body()
    try:
        check_signature(described, parts.providers.secrets, request.headers, body, at)
    except NotSigned as error:
        counter = metrics.RECEIPTS if isinstance(described, Receipts) else metrics.REPLIES
        counter.labels(document.name, "not-signed").inc()
        log.warning("provider_not_signed", provider=document.name, header=error.header, reason=error.reason)
        raise Problem(NOT_SIGNED, f"{error}.", field=error.header) from None
    return body


def _read_receipts(document: ProviderDocument, described: Receipts, body: bytes, at: datetime) -> Sequence[ToldReceipt]:
    try:
        return read_receipts(described, read_body(described.encoding, body), at)
    except (Malformed, Unreadable) as error:
        metrics.RECEIPTS.labels(document.name, "malformed").inc()
        raise _problem(error) from None


async def _take(
    parts: ReceiptParts, document: ProviderDocument, told: Sequence[ToldReceipt], at: datetime
) -> list[Taken]:
    """Take each in a transaction of its own, so that none waits for the locks of all."""
    counted: list[Taken] = []
    for receipt in told:
        async with parts.connections.writing() as connection:
            taken = await take_receipt(connection, document.name, document.channel, receipt, at)
        metrics.RECEIPTS.labels(document.name, receipt.status if taken == "taken" else taken).inc()
        counted.append(taken)
    return counted


def _problem(error: Malformed | Unreadable) -> Problem:
    if isinstance(error, Unreadable):
        return Problem(MALFORMED, f"{error}.", field="body")
    return Problem(INVALID, f"{error}.", field=error.path, value=told_value(error.value))
