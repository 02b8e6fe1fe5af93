"""Figures as CSV."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.dunning.figures.csv_lines import COLUMNS, write_csv
from services.dunning.figures.outcomes import ArmLine, CuredWithin, CureLine, Promised, PromiseLine
from services.dunning.figures.standing import BucketLine, RollCount, VintagePoint, roll_rates_of


def written(kind: type, *lines: object) -> list[str]:
    file = io.StringIO()
    write_csv(file, kind, lines)
    return file.getvalue().split("\r\n")[:-1]


def test_a_line_is_under_the_names_of_its_columns() -> None:
    assert written(BucketLine, BucketLine("M1", "early", "USD", 3, 1_000, 20_000)) == [
        "bucket,state,currency,loans,overdue_minor,principal_outstanding_minor",
        "M1,early,USD,3,1000,20000",
    ]


def test_without_lines_there_is_a_header() -> None:
    assert len(written(CureLine)) == 1


def test_a_roll_rate_is_its_count_and_its_shares() -> None:
    (rate,) = roll_rates_of([RollCount("M1", "M2", "USD", 3, 900)])
    assert written(type(rate), rate)[1] == "M1,M2,USD,3,900,100.00,100.00"


def test_what_cannot_be_divided_is_empty() -> None:
    assert written(ArmLine, ArmLine("champion", 2, CuredWithin(30, 0, 0)))[1] == "champion,2,30,0,0,,,"


def test_a_cure_rate_stands_beside_its_counts() -> None:
    within = (CuredWithin(30, 4, 1), CuredWithin(60, 2, 1), CuredWithin(90, 0, 0))
    assert written(CureLine, CureLine("M1", 5, within, 2, 1))[1] == "M1,5,4,1,25.00,2,1,50.00,0,0,,2,1,50.00"


def test_promises_stand_by_verdict_with_their_amounts() -> None:
    line = PromiseLine(date(2018, 3, 1), "USD", kept=Promised(1, 500, 500), broken=Promised(1, 1_500, 0))
    assert written(PromiseLine, line)[1] == "2018-03-01,USD,1,500,500,0,0,0,1,1500,0,0,0,0,50.00,25.00"


def test_a_share_of_a_curve_has_two_decimals() -> None:
    assert VintagePoint(date(2018, 1, 1), "USD", 2, 30, 3, 1, 300, 100).loans_percent == Decimal("33.33")


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_column_is_named_once_and_explained(kind: type) -> None:
    names = [column.name for column in COLUMNS[kind]]
    assert len(set(names)) == len(names)
    assert all(column.meaning for column in COLUMNS[kind])


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_column_is_in_the_documentation(kind: type) -> None:
    text = (Path(__file__).parents[3] / "docs" / "figures.md").read_text(encoding="utf-8")
    table = "\n".join(f"| `{column.name}` | {column.meaning} |" for column in COLUMNS[kind])
    assert table in text
