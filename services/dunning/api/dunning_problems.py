"""The problems that dunning's API has besides those that every service has."""

from typing import Final

from services.dunning.cases.refusals import NotTaken
from services.dunning.offer_desk import OfferRefused, Wish
from services.eventing.api_commands import KEY_REUSED
from services.eventing.problems import INVALID, Problem, ProblemType, problem_responses, refused_field

UNKNOWN_BORROWER: Final = ProblemType("unknown-borrower", 404, "Dunning has no case of this borrower")
UNKNOWN_LOAN: Final = ProblemType("unknown-loan", 404, "The borrower has no such loan")
UNKNOWN_HOLD: Final = ProblemType("unknown-hold", 404, "There is no such hold")
UNKNOWN_HARDSHIP: Final = ProblemType("unknown-hardship", 404, "The borrower has no such hardship")
UNKNOWN_TASK: Final = ProblemType("unknown-task", 404, "There is no such task for the borrower")
UNKNOWN_OFFER: Final = ProblemType("unknown-offer", 404, "There is no such offer to the borrower")
UNKNOWN_PLAN: Final = ProblemType("unknown-plan", 404, "The offer has no such plan")
OFFER_EXPIRED: Final = ProblemType("offer-expired", 422, "The offer's last day is over")
OFFER_CLOSED: Final = ProblemType("offer-closed", 422, "The offer is not open any more")
NO_PLAN: Final = ProblemType("no-plan", 422, "No plan keeps all rules")
PROMISE_REFUSED: Final = ProblemType("promise-refused", 422, "The promise cannot be taken")
REFUSED: Final = ProblemType("refused", 422, "The case does not allow this")
NO_BUSINESS_DATE: Final = ProblemType("no-business-date", 422, "The ledger has completed no business date yet")
DUNNING_PROBLEMS: Final = (
    UNKNOWN_BORROWER, UNKNOWN_LOAN, UNKNOWN_HOLD, UNKNOWN_HARDSHIP, UNKNOWN_TASK, UNKNOWN_OFFER, UNKNOWN_PLAN,
    OFFER_EXPIRED, OFFER_CLOSED, NO_PLAN, PROMISE_REFUSED, REFUSED, NO_BUSINESS_DATE, KEY_REUSED,
)  # fmt: skip
PROBLEM_RESPONSES: Final = problem_responses(DUNNING_PROBLEMS)
_BY_CODE: Final = {kind.name: kind for kind in DUNNING_PROBLEMS} | {
    "invalid-hold": INVALID, "invalid-hardship": INVALID
}  # fmt: skip


def unknown_borrower(borrower_id: str) -> Problem:
    """Dunning knows nothing of the borrower."""
    return refused_field(UNKNOWN_BORROWER, "borrower_id", borrower_id, "is not known")


def unknown_loan(loan_id: str) -> Problem:
    """The borrower has no such loan."""
    return refused_field(UNKNOWN_LOAN, "loan_id", loan_id, "is not a loan of the borrower that dunning knows")


def unknown_hold(hold_id: str) -> Problem:
    """There is no such hold by region or product."""
    return refused_field(UNKNOWN_HOLD, "hold_id", hold_id, "is not a hold by region or product")


def unknown_task(task_id: str) -> Problem:
    """Nobody was asked to do this for the borrower."""
    return refused_field(UNKNOWN_TASK, "task_id", task_id, "is not a task for this borrower")


def no_business_date() -> Problem:
    """Nothing can be decided before there is a day."""
    return Problem(NO_BUSINESS_DATE, "Ask again once the ledger has completed a business date.")


def refused(error: NotTaken | OfferRefused) -> Problem:
    """The domain refuses."""
    kind = _BY_CODE.get(error.code, REFUSED)
    if isinstance(error.value, Wish):
        wish = error.value
        if wish.instalment_minor is not None:
            return refused_field(kind, "instalment_minor", wish.instalment_minor, error.reason)
        return refused_field(kind, "due_day_of_month", wish.due_day_of_month, error.reason)
    return refused_field(kind, error.field, error.value, error.reason)
