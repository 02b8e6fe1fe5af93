"""The problems that the ledger's API has besides those that every service has."""

from typing import Final

from services.eventing.api_commands import KEY_REUSED
from services.eventing.problems import Problem, ProblemType, problem_responses, refused_field
from services.ledger.loan import Key
from services.ledger.refusal import FactRefused
from services.schedules.schedule import InvalidTerms

UNKNOWN_LOAN: Final = ProblemType("unknown-loan", 404, "The borrower has no such loan")
UNKNOWN_FACT: Final = ProblemType("unknown-fact", 404, "The loan has no such fact")
REFUSED: Final = ProblemType("refused", 422, "The loan's state does not allow this")
LEDGER_PROBLEMS: Final = (UNKNOWN_LOAN, UNKNOWN_FACT, REFUSED, KEY_REUSED)

PROBLEM_RESPONSES: Final = problem_responses(LEDGER_PROBLEMS)


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
