"""The problems that the ledger's API has besides those that every service has."""

from typing import Any, Final

from services.eventing.problems import GENERAL_PROBLEMS, MEDIA_TYPE, Problem, ProblemType, refused_field
from services.ledger.loan import Key
from services.ledger.refusal import FactRefused
from services.schedules.schedule import InvalidTerms

UNKNOWN_LOAN: Final = ProblemType("unknown-loan", 404, "The borrower has no such loan")
UNKNOWN_FACT: Final = ProblemType("unknown-fact", 404, "The loan has no such fact")
REFUSED: Final = ProblemType("refused", 422, "The loan's state does not allow this")
KEY_REUSED: Final = ProblemType("idempotency-key-reused", 422, "The Idempotency-Key stands for another command")
LEDGER_PROBLEMS: Final = (UNKNOWN_LOAN, UNKNOWN_FACT, REFUSED, KEY_REUSED)

_SCHEMA: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "enum": [kind.uri for kind in (*GENERAL_PROBLEMS, *LEDGER_PROBLEMS)]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "field": {"type": "string"},
        "value": {},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "value", "message"],
                "properties": {"field": {"type": "string"}, "value": {}, "message": {"type": "string"}},
            },
        },
    },
}
PROBLEM_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"description": "A problem document (RFC 9457)", "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}
}
"""What every operation may answer instead, for the OpenAPI document."""


def unknown_loan(key: Key) -> Problem:
    """The ledger does not have the loan."""
    borrower_id, loan_id = key
    return Problem(
        UNKNOWN_LOAN, f"Loan {loan_id!r} of borrower {borrower_id!r} is not known.", field="loan_id", value=loan_id
    )


def unknown_fact(fact_id: str) -> Problem:
    """The loan has no such fact."""
    return Problem(UNKNOWN_FACT, f"Fact {fact_id!r} is not known.", field="fact_id", value=fact_id)


def refused(error: FactRefused | InvalidTerms) -> Problem:
    """The domain refuses."""
    return refused_field(REFUSED, error.field, error.value, error.reason)


def key_reused(idempotency_key: str) -> Problem:
    """The key came before, with another command."""
    detail = "It came before with another address or body, which took effect. Give each command a key of its own."
    return Problem(KEY_REUSED, detail, field="Idempotency-Key", value=idempotency_key)
