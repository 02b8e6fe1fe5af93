"""What a gateway's answer says: taken, not now, never to this number, or perhaps taken."""

from dataclasses import dataclass
from typing import Literal

import httpx

from services.notifier.channels.json_paths import text_at
from services.notifier.channels.provider_document import GatewayAnswer

Verdict = Literal["taken", "unavailable", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """A gateway's answer; `message_id` and `cost` (millionths, currency) are None where it tells none."""

    verdict: Verdict
    message_id: str | None = None
    cost: tuple[int, str] | None = None


def read_answer(described: GatewayAnswer, response: httpx.Response) -> ReadAnswer:
    """Read an answer as its document says."""
    code = response.status_code
    if code in described.refused:
        return ReadAnswer("refused")
    if code in described.unknown:
        return ReadAnswer("unknown")
    if not response.is_success:
        return ReadAnswer("unavailable")
    body = _json(response)
    verdict = _verdict(described, body)
    if verdict != "taken":
        return ReadAnswer(verdict)
    return ReadAnswer(
        "taken",
        None if described.message_id is None else text_at(body, described.message_id),
        None if described.price is None else described.price.cost(body),
    )


def _verdict(described: GatewayAnswer, body: object) -> Verdict:
    if described.outcome is None:
        return "taken"
    code = text_at(body, described.outcome.path)
    if code is None:
        # A 2xx that lacks the code it always has: something between may have swallowed the body.
        return "unknown"
    if code in described.outcome.taken:
        return "taken"
    return "refused" if code in described.outcome.refused else "unavailable"


def _json(response: httpx.Response) -> object:
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None
