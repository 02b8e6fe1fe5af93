"""The problems that the notifier's API has besides those that every service has."""

from typing import Final

from services.eventing.api_commands import KEY_REUSED
from services.eventing.problems import Problem, ProblemType, problem_responses, refused_field
from services.notifier.archive.erasure import ErasureRefused
from services.notifier.calls.call_errors import BorrowerBeingCalled, CallNotClaimed, CallOver, CallUnknown

UNKNOWN_BORROWER: Final = ProblemType("unknown-borrower", 404, "The notifier does not know the borrower")
UNKNOWN_LOAN: Final = ProblemType("unknown-loan", 404, "The borrower has no such loan")
UNKNOWN_MESSAGE: Final = ProblemType("unknown-message", 404, "There is no such message to the borrower")
UNKNOWN_CALL: Final = ProblemType("unknown-call", 404, "There is no such call to the borrower")
NO_CONTACT_DATA: Final = ProblemType("no-contact-data", 404, "No contact data of the borrower is kept")
NOT_WAITING: Final = ProblemType("not-waiting", 422, "The message does not wait to be sent")
CALL_OVER: Final = ProblemType("call-over", 422, "The call was made or called off")
BEING_CALLED: Final = ProblemType("being-called", 422, "Somebody else is calling the borrower")
CALL_NOT_CLAIMED: Final = ProblemType("call-not-claimed", 422, "The call was not claimed by who tells its outcome")
LOANS_OPEN: Final = ProblemType("loans-open", 422, "Loans of the borrower are open")
RECORDS_MUST_BE_KEPT: Final = ProblemType("records-must-be-kept", 422, "The records must be kept for longer")
MESSAGE_ON_ITS_WAY: Final = ProblemType("message-on-its-way", 422, "A message to the borrower is on its way")
NOT_OPENED: Final = ProblemType("sealed-value-not-opened", 500, "A sealed value does not open")
NOTIFIER_PROBLEMS: Final = (
    UNKNOWN_BORROWER, UNKNOWN_LOAN, UNKNOWN_MESSAGE, UNKNOWN_CALL, NO_CONTACT_DATA, NOT_WAITING, CALL_OVER,
    BEING_CALLED, CALL_NOT_CLAIMED, LOANS_OPEN, RECORDS_MUST_BE_KEPT, MESSAGE_ON_ITS_WAY, NOT_OPENED, KEY_REUSED,
)  # fmt: skip
PROBLEM_RESPONSES: Final = problem_responses(NOTIFIER_PROBLEMS)
_OF_ERASURES: Final = {kind.name: kind for kind in (LOANS_OPEN, RECORDS_MUST_BE_KEPT, MESSAGE_ON_ITS_WAY)}
CallRefusal = CallUnknown | CallOver | BorrowerBeingCalled | CallNotClaimed


def unknown_borrower(borrower_id: str) -> Problem:
    """Nothing was ever told of the borrower."""
    return refused_field(UNKNOWN_BORROWER, "borrower_id", borrower_id, "is not known")


def unknown_loan(loan_id: str) -> Problem:
    """The ledger told of no such loan of the borrower."""
    return refused_field(UNKNOWN_LOAN, "loan_id", loan_id, "is not a loan of the borrower that the notifier knows")


def unknown_message(notification_id: str) -> Problem:
    """There is no such message to the borrower."""
    return refused_field(UNKNOWN_MESSAGE, "notification_id", notification_id, "is not a message to this borrower")


def unknown_call(call_id: str) -> Problem:
    """There is no such call to the borrower."""
    return refused_field(UNKNOWN_CALL, "call_id", call_id, "is not a call to this borrower")


def no_contact_data(borrower_id: str) -> Problem:
    """Who the borrower is was never told, or is erased."""
    return refused_field(NO_CONTACT_DATA, "borrower_id", borrower_id, "has no contact data here")


def not_waiting(notification_id: str, status: str) -> Problem:
    """The message left, ended, or may have left."""
    reason = f"does not wait: it is {status}" if status != "queued" else "may have left already"
    return refused_field(NOT_WAITING, "notification_id", notification_id, reason)


def call_refused(error: CallRefusal) -> Problem:
    """An agent cannot do this with a call."""
    match error:
        case CallUnknown():
            return unknown_call(error.call_id)
        case CallOver():
            return refused_field(CALL_OVER, "call_id", error.call.call_id, f"is {error.call.status}")
        case BorrowerBeingCalled():
            return refused_field(BEING_CALLED, "call_id", error.call.call_id, f"{error.claimed_by} is calling")
        case CallNotClaimed():
            return refused_field(CALL_NOT_CLAIMED, "call_id", error.call.call_id, f"is not claimed by {error.agent}")


def erasure_refused(error: ErasureRefused) -> Problem:
    """Something is against erasing the borrower."""
    return Problem(_OF_ERASURES[error.code], f"{error.reason}.", field="borrower_id", value=error.borrower_id)


def not_opened(owner: str) -> Problem:
    """The keys of the settings do not open what is kept."""
    return Problem(NOT_OPENED, f"Something sealed for the borrower {owner} does not open with the keys given.")
