"""Schedules that Apache Fineract's end-to-end features expect, to the cent (schedules.json)."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.schedules.money import round_to_minor, to_minor
from services.schedules.schedule import Instalment, LoanTerms, build_schedule

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("schedules.json").read_text(encoding="utf-8"))


def _terms(case: dict[str, Any]) -> LoanTerms:
    length, unit = case["every"]
    return LoanTerms(
        principal_minor=to_minor(case["principal"], case["currency"]),
        currency=case["currency"],
        annual_rate_percent=Decimal(case["annual_rate_percent"]),
        method=case["method"],
        number_of_instalments=case["number_of_instalments"],
        every=(length, unit),
        day_count=case["day_count"],
        disbursed_on=date.fromisoformat(case["disbursed_on"]),
    )


def _expected(case: dict[str, Any]) -> tuple[Instalment, ...]:
    return tuple(
        Instalment(
            number,
            date.fromisoformat(line["due_on"]),
            round_to_minor(Decimal(line["principal"]), case["currency"]),
            round_to_minor(Decimal(line["interest"]), case["currency"]),
        )
        for number, line in enumerate(case["instalments"], start=1)
    )


def test_all_cases_are_here() -> None:
    assert len(CASES) == 26


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["source"]))
def test_schedule_is_as_expected_to_the_cent(case: dict[str, Any]) -> None:
    terms = _terms(case)
    schedule = build_schedule(terms)
    assert schedule == _expected(case)
    assert sum(instalment.principal_minor for instalment in schedule) == terms.principal_minor
