"""What is open on a loan, from its newest reminder and what the ledger last said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas.values import ComponentAmounts
from services.notifier.borrowers.borrower import Standing
from services.notifier.contact_rules.facts import ContactHold
from services.notifier.pages.open_amounts import (
    TELL_AN_INSTALMENT,
    OpenOnLoan,
    Reminder,
    is_contact_held,
    open_on_loan,
)

DUE_ON = date(2026, 3, 5)
TODAY = date(2026, 3, 8)
NEXT_DUE_ON = date(2026, 4, 5)
NOON = datetime(2026, 3, 8, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def reminder(**changes: Any) -> Reminder:
    """A reminder of the instalment of 5 March, two days past due."""
    given: dict[str, Any] = {
        "template": "overdue_soft", "currency": "EUR", "due_on": DUE_ON, "days_past_due": 2,
        "amounts": ComponentAmounts(principal_minor=10_000, interest_minor=500), "asked_on": date(2026, 3, 7),
    }  # fmt: skip
    return Reminder(**(given | changes))


@pytest.mark.parametrize("standing", [Standing(DUE_ON, settled=False), Standing(date(2026, 2, 5), settled=False), None])
def test_what_a_reminder_asked_for_is_open_until_it_is_known_to_be_paid(standing: Standing | None) -> None:
    assert open_on_loan(reminder(), standing, TODAY) == OpenOnLoan("open", reminder(), DUE_ON)


def test_what_is_not_due_yet_is_open_when_a_reminder_told_of_it() -> None:
    upcoming = reminder(template="upcoming", due_on=NEXT_DUE_ON, days_past_due=0)
    assert open_on_loan(upcoming, Standing(NEXT_DUE_ON, settled=False), TODAY).state == "open"


def test_once_it_is_paid_nothing_is_overdue_and_the_next_day_is_told() -> None:
    told = open_on_loan(reminder(), Standing(NEXT_DUE_ON, settled=False), TODAY)
    assert told == OpenOnLoan("nothing-overdue", None, NEXT_DUE_ON)


def test_of_a_later_instalment_that_is_unpaid_the_amount_is_not_made_up() -> None:
    told = open_on_loan(reminder(), Standing(date(2026, 3, 7), settled=False), TODAY)
    assert told == OpenOnLoan("amount-unknown", None, date(2026, 3, 7))


def test_an_instalment_due_today_without_a_reminder_is_told_without_an_amount() -> None:
    assert open_on_loan(None, Standing(TODAY, settled=False), TODAY).state == "amount-unknown"


def test_a_loan_that_is_paid_has_nothing_open() -> None:
    assert open_on_loan(reminder(), Standing(None, settled=True), TODAY) == OpenOnLoan("settled")


def test_of_a_loan_of_which_nothing_was_told_nothing_is_known_to_be_overdue() -> None:
    assert open_on_loan(None, None, TODAY) == OpenOnLoan("nothing-overdue")


@pytest.mark.parametrize(
    ("changes", "as_of"),
    [
        ({"days_past_due": 2}, date(2026, 3, 7)),
        ({"days_past_due": 0, "asked_on": date(2026, 3, 2)}, date(2026, 3, 2)),
        ({"days_past_due": 0, "asked_on": date(2026, 11, 2)}, DUE_ON),
    ],
    ids=["past-due", "upcoming", "asked-by-another-clock"],
)
def test_amounts_are_of_the_lenders_day_that_the_reminder_is_of(changes: dict[str, Any], as_of: date) -> None:
    assert reminder(**changes).as_of == as_of


@pytest.mark.parametrize(
    ("hold", "is_held"),
    [
        (ContactHold(None, None), True),
        (ContactHold(NOON, NOON + DAY, debt="loan-1"), True),
        (ContactHold(None, None, debt="loan-2"), False),
        (ContactHold(NOON + DAY, None), False),
        (ContactHold(None, NOON), False),
    ],
    ids=["all-loans", "this-loan", "another-loan", "not-yet", "over"],
)
def test_a_hold_in_force_on_the_loan_stops_asking(hold: ContactHold, is_held: bool) -> None:
    assert is_contact_held([hold], "loan-1", NOON) is is_held


def test_kinds_whose_amounts_are_of_something_else_tell_no_instalment() -> None:
    assert TELL_AN_INSTALMENT.isdisjoint({"offer", "offer_reminder", "restructured", "cured", "planning_tips"})
