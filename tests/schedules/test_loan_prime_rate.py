"""The one-year loan prime rate by date."""

from datetime import date
from decimal import Decimal

import pytest

from services.schedules.loan_prime_rate import NoLoanPrimeRate, RateTable, lpr_on
from services.yaml_documents import DocumentError, parse_document


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2019, 8, 20), "4.25"),
        (date(2019, 9, 19), "4.25"),
        (date(2019, 9, 20), "4.20"),
        (date(2020, 4, 20), "3.85"),
        (date(2021, 12, 19), "3.85"),
        (date(2021, 12, 20), "3.80"),
        (date(2024, 10, 21), "3.10"),
        (date(2025, 5, 20), "3.00"),
    ],
)
def test_a_rate_holds_from_its_publication_to_the_next(day: date, rate: str) -> None:
    assert lpr_on(day) == Decimal(rate)


def test_after_the_last_known_change_its_rate_holds() -> None:
    assert lpr_on(date(2030, 1, 1)) == lpr_on(date(2026, 8, 20))


def test_before_the_first_publication_there_is_none() -> None:
    with pytest.raises(NoLoanPrimeRate, match="the first was published on 2019-08-20"):
        lpr_on(date(2019, 8, 19))


def test_changes_out_of_order_are_refused_with_their_line() -> None:
    text = """\
name: LPR
confirmed_until: 2020-01-01
changes:
  - {from: 2019-09-20, annual_rate_percent: 4.20}
  - {from: 2019-08-20, annual_rate_percent: 4.25}
"""
    with pytest.raises(DocumentError, match=r"lpr\.yaml:5 changes\[1\]\.from: does not follow 2019-09-20"):
        parse_document(text, "lpr.yaml", RateTable)
