"""Who reads the terms that an event tells builds the schedule that the ledger built."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given

from schemas.ledger import ScheduleTerms
from services.schedules.schedule import LoanTerms
from services.schedules.told_terms import terms_from, told_terms
from tests.schedules.terms_builders import any_terms, terms


@given(any_terms())
def test_terms_come_back_from_their_event_as_they_were(loan: LoanTerms) -> None:
    moving = replace(loan, country="DE", subdivision="BY", non_working_days="after_in_month", rounding_unit_minor=100)
    for one in (loan, moving):
        assert terms_from(ScheduleTerms.model_validate_json(told_terms(one).model_dump_json())) == one


def test_a_rate_is_told_without_an_exponent() -> None:
    assert str(told_terms(terms(annual_rate_percent=Decimal("1E+1"))).annual_rate_percent) == "10"
