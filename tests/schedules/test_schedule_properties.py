"""What holds for every schedule, whatever its method and options."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.schedules.due_dates import periods_of
from services.schedules.schedule import LoanTerms, build_schedule
from services.schedules.working_days import NonWorkingDays, WorkingCalendar
from services.schedules.year_fractions import UNITS_PER_YEAR, period_units
from tests.schedules.terms_builders import any_terms, refused_field


@given(any_terms())
def test_principal_sums_to_the_loans_and_nothing_is_below_zero(terms: LoanTerms) -> None:
    schedule = build_schedule(terms)
    assert sum(line.principal_minor for line in schedule) == terms.principal_minor
    assert all(line.principal_minor >= 0 and line.interest_minor >= 0 for line in schedule)


@given(any_terms())
def test_instalments_are_numbered_and_dates_ascend(terms: LoanTerms) -> None:
    schedule = build_schedule(terms)
    regular = 1 if terms.method == "bullet" else terms.number_of_instalments
    assert [line.number for line in schedule] == list(range(1, regular + bool(terms.down_payment_minor) + 1))
    assert all(earlier.due_on < later.due_on for earlier, later in pairwise(schedule))
    assert (schedule[0].due_on == terms.disbursed_on) == bool(terms.down_payment_minor)


@given(any_terms())
def test_the_last_instalment_pays_at_least_the_balloon(terms: LoanTerms) -> None:
    assert build_schedule(terms)[-1].principal_minor >= terms.balloon_minor


@given(any_terms())
def test_grace_instalments_pay_neither_principal_nor_interest_before_their_time(terms: LoanTerms) -> None:
    schedule = build_schedule(terms)[bool(terms.down_payment_minor) :]
    assert all(line.principal_minor == 0 for line in schedule[: terms.principal_grace_instalments])
    assert all(line.interest_minor == 0 for line in schedule[: terms.interest_grace_instalments])


@given(any_terms())
def test_deferred_interest_changes_when_interest_is_paid_and_nothing_else(terms: LoanTerms) -> None:
    assume(terms.interest_grace == "deferred")
    deferred, paid_at_once = build_schedule(terms), build_schedule(replace(terms, interest_grace_instalments=0))
    assert [line.principal_minor for line in deferred] == [line.principal_minor for line in paid_at_once]
    assert sum(line.interest_minor for line in deferred) == sum(line.interest_minor for line in paid_at_once)


@given(any_terms())
def test_interest_is_that_of_the_balance_within_one_minor_unit(terms: LoanTerms) -> None:
    assume(terms.method in {"equal_instalment", "equal_principal", "interest_only"})
    terms = replace(terms, interest_grace_instalments=0)
    units = period_units(terms.day_count, terms.every, periods_of(terms))
    rate = terms.annual_rate_percent / 100
    balance_minor = terms.financed_minor
    for unit, line in zip(units, build_schedule(terms)[bool(terms.down_payment_minor) :], strict=True):
        assert abs(line.interest_minor - balance_minor * rate * unit / UNITS_PER_YEAR[terms.day_count]) < 1
        balance_minor -= line.principal_minor


@given(any_terms())
def test_without_interest_only_principal_is_due(terms: LoanTerms) -> None:
    schedule = build_schedule(replace(terms, annual_rate_percent=Decimal(0)))
    assert sum(line.principal_minor + line.interest_minor for line in schedule) == terms.principal_minor


@given(any_terms(), st.sampled_from([10, 100, 1000]))
def test_equal_amounts_are_multiples_of_the_rounding_unit(terms: LoanTerms, unit_minor: int) -> None:
    assume(terms.method in {"equal_instalment", "equal_principal", "flat"})
    terms = replace(terms, rounding_unit_minor=unit_minor, interest_grace_instalments=0)
    refused = refused_field(terms)
    assert refused in {None, "rounding_unit_minor"}
    assume(refused is None)
    schedule = build_schedule(terms)
    regular = schedule[bool(terms.down_payment_minor) + terms.principal_grace_instalments : -1]
    for line in regular:
        rounded = line.principal_minor + (0 if terms.method == "equal_principal" else line.interest_minor)
        is_capped = sum(later.principal_minor for later in schedule if later.number > line.number)
        assert rounded % unit_minor == 0 or is_capped == terms.balloon_minor


@settings(deadline=None)
@given(any_terms(), st.sampled_from(["CN", "DE", "AE", "US"]), st.sampled_from(["before", "after", "after_in_month"]))
def test_every_due_date_is_a_working_day_near_its_own_date(
    terms: LoanTerms, country: str, rule: NonWorkingDays
) -> None:
    moving = replace(terms, country=country, non_working_days=rule)
    refused = refused_field(moving)
    assert refused in {None, "non_working_days"}
    assume(refused is None)
    moved = periods_of(moving)
    calendar = WorkingCalendar(country)
    for end, due_on in zip(moved.ends, moved.due_on, strict=True):
        assert calendar.is_working_day(due_on)
        assert abs(due_on - end) <= timedelta(days=16)
        if rule == "after_in_month":
            assert due_on.month == end.month or not any(
                calendar.is_working_day(end.replace(day=day)) for day in range(end.day, 29)
            )
    assert moved.ends == periods_of(terms).ends
