"""Commands over HTTP, the same for every service: who sends one, and that it takes effect once.

A service that takes commands keeps them in a table `command` of its own, with `borrower_id`, `caller` and
`idempotency_key` as its key, and `request_sha256`, `status` and `answer` among its columns.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request, Response

from services.eventing.api_access import caller_with
from services.eventing.api_keys import ApiKey, Scope
from services.eventing.api_parameters import IdempotencyKey, Operator, TraceParent, trace_of
from services.eventing.database import Connection
from services.eventing.problems import Problem, ProblemType

CREATED: Final = 201
KEY_REUSED: Final = ProblemType("idempotency-key-reused", 422, "The Idempotency-Key stands for another command")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who commands, under which key, and what ties the command to other records."""

    key: ApiKey
    idempotency_key: str
    operator: str | None
    request_id: str
    trace: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer as JSON text; `is_replayed`: the command had its effect before."""

    status: int
    text: str
    is_replayed: bool


def sender_with(scope: Scope) -> Callable[..., Sender]:
    """A dependency: the sender of a command, whose key has the scope. Raises Problem (403)."""

    def sender(
        request: Request,
        key: Annotated[ApiKey, Depends(caller_with(scope))],
        idempotency_key: IdempotencyKey,
        operator: Operator = None,
        traceparent: TraceParent = None,
    ) -> Sender:
        return Sender(key, idempotency_key, operator, request.state.request_id, trace_of(traceparent))

    return sender


def response_of(answered: Answered) -> Response:
    """The response to a command."""
    headers = {"Idempotent-Replayed": "true"} if answered.is_replayed else None
    return Response(answered.text, answered.status, headers, "application/json")


async def former_answer(
    connection: Connection, borrower_id: str, sender: Sender, request_sha256: str
) -> Answered | None:  # fmt: skip
    """Wait for whoever has the sender's key in hand, and hold it until the transaction ends.

    Returns the answer to the command that the key stands for; None if it stands for none yet. Raises Problem if it
    stands for another command than that of `request_sha256`.
    """
    caller, key = sender.key.name, sender.idempotency_key
    name = json.dumps([borrower_id, caller, key])
    await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"amends-command {name}")
    row = await connection.fetchrow(
        "select request_sha256, status, answer from command"
        " where borrower_id = $1 and caller = $2 and idempotency_key = $3",
        borrower_id, caller, key,
    )  # fmt: skip
    if row is None:
        return None
    if row["request_sha256"] != request_sha256:
        detail = "It came before with another address or body, which took effect. Give each command a key of its own."
        raise Problem(KEY_REUSED, detail, field="Idempotency-Key", value=key)
    return Answered(row["status"], row["answer"], is_replayed=True)
