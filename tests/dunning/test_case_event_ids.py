"""Ids of reminders and of the borrower's own notices: stable, distinct, and identifiers of the contract."""

from pydantic import TypeAdapter

from schemas.values import Identifier
from services.dunning.cases.case_notices import step_id_of
from services.dunning.cases.identifiers import reminder_id
from services.dunning.ladder.steps import StepId
from tests.dunning.cases import DUE

IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)
STEP_ID: TypeAdapter[str] = TypeAdapter(StepId)
LONGEST = "x" * 127


def test_a_reminder_is_named_by_loan_due_date_and_step() -> None:
    assert reminder_id("loan-1", DUE, "due-today") == "loan-1:20240301:due-today"


def test_further_attempts_are_numbered() -> None:
    assert reminder_id("loan-1", DUE, "soft", 2) == "loan-1:20240301:soft:2"


def test_ids_of_long_loan_ids_fit_and_differ() -> None:
    first, second = (reminder_id(LONGEST + end, DUE, "s" * 64) for end in "ab")
    assert IDENTIFIER.validate_python(first) != IDENTIFIER.validate_python(second)


def test_a_notice_about_a_hardship_or_promise_is_named_in_the_manner_of_a_step() -> None:
    assert step_id_of("relief", "hardship:1") == "relief-hardship.1"
    first, second = (step_id_of("promise-broken", LONGEST + end) for end in "ab")
    assert STEP_ID.validate_python(first) != STEP_ID.validate_python(second)
