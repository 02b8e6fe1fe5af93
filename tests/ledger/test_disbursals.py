"""What a disbursal opens, by its product."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schemas.ledger import LoanOpened
from schemas.lending import LoanDisbursed
from services.ledger.disbursals import open_loan, tell_opened
from services.ledger.store import NewLoan
from services.schedules.schedule import InvalidTerms, build_schedule
from services.schedules.told_terms import terms_from


def opened(**changes: Any) -> NewLoan:
    """A loan of 1,000.00 CNY at 12 % over twelve months from 10 January 2024."""
    fields: dict[str, Any] = {
        "borrower_id": "B-1",
        "loan_id": "L-1",
        "principal_minor": 100_000,
        "currency": "CNY",
        "annual_rate_percent": Decimal(12),
        "number_of_instalments": 12,
        "disbursed_on": date(2024, 1, 10),
    }
    return open_loan(LoanDisbursed(**{**fields, **changes}))[0]


def test_without_a_product_a_loan_is_announced_three_days_ahead() -> None:
    new = opened()
    assert new.next_action_on == date(2024, 2, 7)
    assert new.loan.arrears_tolerance_minor == 0
    assert new.loan.instalment_minor == 8885


def test_a_product_announces_earlier_and_tolerates_arrears() -> None:
    new = opened(product="cn-consumer@1")
    # Due on 18 February, the first working day after Spring Festival; seven days ahead.
    assert new.schedule[0].due_on == date(2024, 2, 18)
    assert new.next_action_on == date(2024, 2, 11)
    assert new.loan.arrears_tolerance_minor == 100


def test_a_disbursal_may_name_another_tolerance() -> None:
    assert opened(product="cn-consumer@1", arrears_tolerance_minor=0).loan.arrears_tolerance_minor == 0


def test_a_down_payment_is_an_instalment_due_at_once() -> None:
    new = opened(down_payment_minor=20_000)
    assert new.loan.number_of_instalments == 13
    assert new.schedule[0].due_on == date(2024, 1, 10)
    assert new.loan.instalment_minor < 20_000, "a payment must be taken to reach as many instalments as it can"


def told(new: NewLoan, product: str | None = None) -> tuple[int, LoanOpened]:
    """The sequence and the data of the event that tells of a new loan."""
    event = tell_opened(new, product, None)
    return event.sequence, LoanOpened.model_validate_json(event.value)


def test_the_first_event_of_a_loan_tells_the_terms_that_its_schedule_follows_from() -> None:
    new = opened(product="cn-consumer@1")
    sequence, event = told(new, "cn-consumer@1")
    assert (sequence, new.loan.sequence, event.product) == (1, 1, "cn-consumer@1")
    schedule = build_schedule(terms_from(event.terms))
    kept = [(one.number, one.due_on, one.principal_minor, one.interest_minor) for one in new.schedule]
    assert [tuple(one) for one in schedule] == kept
    assert event.maturity_on == schedule[-1].due_on


def test_a_loan_is_opened_as_it_stands_on_the_day_of_disbursal() -> None:
    _, event = told(opened(down_payment_minor=20_000))
    assert (event.standing.as_of, event.standing.next_due_on) == (date(2024, 1, 10), date(2024, 1, 10))
    assert (event.product, event.standing.principal_outstanding_minor) == (None, 100_000)


def test_an_unknown_product_is_refused() -> None:
    with pytest.raises(InvalidTerms, match="product 'own@2': is unknown; known are cn-consumer@1"):
        opened(product="own@2")
