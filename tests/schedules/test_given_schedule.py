"""A schedule whose principal is given part by part, with interest on what is outstanding."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.schedules.given_schedule import PrincipalPart, build_given_schedule
from services.schedules.schedule import LoanTerms, build_schedule
from services.schedules.year_fractions import UNITS_PER_YEAR
from tests.schedules.terms_builders import any_terms, terms

MARCH, MAY, JUNE = (date(2024, month, 15) for month in (3, 5, 6))


def parts(*given_parts: tuple[date, int]) -> list[PrincipalPart]:
    """Parts from (due date, principal)."""
    return [PrincipalPart(*part) for part in given_parts]


def amounts(terms: LoanTerms, *given_parts: tuple[date, int]) -> list[tuple[int, int]]:
    """(principal, interest) of each instalment."""
    return [(line.principal_minor, line.interest_minor) for line in build_given_schedule(terms, parts(*given_parts))]


AT_FEBRUARY = terms(disbursed_on=date(2024, 2, 15), day_count="ACT/365", annual_rate_percent=Decimal("36.5"))
"""1,200.00 CNY at 0.1 % a day from 15 February 2024."""


def test_interest_counts_the_days_on_what_is_outstanding() -> None:
    # 29 days on 1,200.00, then 61 on 900.00, then 31 on 400.00.
    assert amounts(AT_FEBRUARY, (MARCH, 30_000), (MAY, 50_000), (JUNE, 40_000)) == [
        (30_000, 3_480), (50_000, 5_490), (40_000, 1_240),
    ]  # fmt: skip


def test_a_part_without_principal_pays_interest_only() -> None:
    assert amounts(AT_FEBRUARY, (MARCH, 0), (MAY, 120_000)) == [(0, 3_480), (120_000, 7_320)]


def test_the_last_part_takes_what_is_left() -> None:
    assert [principal for principal, _ in amounts(AT_FEBRUARY, (MARCH, 30_000), (MAY, 1))] == [30_000, 90_000]


def test_parts_count_as_far_as_there_is_principal() -> None:
    assert amounts(AT_FEBRUARY, (MARCH, 120_001), (MAY, 1), (JUNE, 5)) == [(120_000, 3_480), (0, 0), (0, 0)]


def test_under_30_360_a_month_is_thirty_days() -> None:
    plain = terms(disbursed_on=date(2024, 2, 15))
    assert amounts(plain, (MARCH, 60_000), (MAY, 60_000)) == [(60_000, 1_200), (60_000, 1_200)]


def test_the_terms_options_play_no_part() -> None:
    plain = terms(disbursed_on=date(2024, 2, 15))
    other = replace(plain, method="flat", principal_grace_instalments=2, balloon_minor=1_000, every=(2, "weeks"))
    given_parts = (MARCH, 60_000), (MAY, 60_000)
    assert amounts(other, *given_parts) == amounts(plain, *given_parts)


def test_equal_principal_given_part_by_part_is_that_schedule() -> None:
    plain = terms(method="equal_principal", day_count="ACT/360")
    schedule = build_schedule(plain)
    assert build_given_schedule(plain, [PrincipalPart(one.due_on, one.principal_minor) for one in schedule]) == schedule


@given(any_terms(), st.lists(st.tuples(st.integers(1, 200), st.integers(0, 10**11)), min_size=1, max_size=24))
def test_principal_sums_to_the_loans_and_interest_is_that_of_the_balance(
    any_loan: LoanTerms, steps: list[tuple[int, int]]
) -> None:
    loan = any_loan if any_loan.day_count in ("ACT/365", "ACT/360") else terms(day_count="ACT/365")
    day, given_parts = loan.disbursed_on, []
    for days, principal_minor in steps:
        day += timedelta(days=days)
        given_parts.append(PrincipalPart(day, principal_minor))
    schedule = build_given_schedule(loan, given_parts)
    assert sum(line.principal_minor for line in schedule) == loan.principal_minor
    assert [line.due_on for line in schedule] == [part.due_on for part in given_parts]
    balance_minor = loan.principal_minor
    start = loan.disbursed_on
    for line in schedule:
        days, start = (line.due_on - start).days, line.due_on
        exact = balance_minor * loan.annual_rate_percent / 100 * days / UNITS_PER_YEAR[loan.day_count]
        assert abs(line.interest_minor - exact) < 1
        balance_minor -= line.principal_minor
