"""`amends ledger schedule`: golden cases through the real command line, and what it says of cases that cannot be."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from amends.command_line import app

GOLDEN = Path(__file__).with_name("schedules.json")
CASE: dict[str, Any] = {
    "principal": "1000",
    "currency": "EUR",
    "annual_rate_percent": "12",
    "disbursed_on": "2024-01-01",
    "method": "equal_instalment",
    "day_count": "30/360",
    "every": [1, "months"],
    "number_of_instalments": 3,
}


def run(text: str, *options: str) -> Result:
    """The command with this on its standard input, inside this process."""
    return CliRunner().invoke(app, ["ledger", "schedule", *options], input=text)


def answers(*cases: Any, exit_code: int) -> list[dict[str, Any]]:
    """What the command makes of these cases."""
    result = run(json.dumps(cases))
    assert (result.exit_code, result.stderr) == (exit_code, "")
    answered: list[dict[str, Any]] = json.loads(result.stdout)
    return answered


def test_all_golden_cases_come_back_as_they_are_written() -> None:
    expected = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert len(expected) == 26
    cases = [{key: value for key, value in case.items() if key != "instalments"} for case in expected]
    command = [sys.executable, "-m", "amends", "ledger", "schedule"]
    result = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == expected
    assert result.stdout.strip() == GOLDEN.read_text(encoding="utf-8").strip()


def test_cases_of_every_method_and_option() -> None:
    flat, balloon, moved = answers(
        {**CASE, "method": "flat", "annual_rate_percent": 10},
        {**CASE, "method": "equal_principal", "balloon": "400", "down_payment": "100.00"},
        {**CASE, "product": "cn-consumer@1", "currency": "CNY", "disbursed_on": "2024-01-10"},
        exit_code=0,
    )
    # 1,000.00 x 10 % x 90/360 = 25.00 in three parts.
    assert [line["due"] for line in flat["instalments"]] == ["341.66", "341.66", "341.68"]
    assert balloon["instalments"] == [
        {"due_on": "2024-01-01", "principal": "100.0", "interest": "0.0", "due": "100.0", "balance": "900.0"},
        {"due_on": "2024-02-01", "principal": "166.67", "interest": "9.0", "due": "175.67", "balance": "733.33"},
        {"due_on": "2024-03-01", "principal": "166.67", "interest": "7.33", "due": "174.0", "balance": "566.66"},
        {"due_on": "2024-04-01", "principal": "566.66", "interest": "5.67", "due": "572.33", "balance": "0.0"},
    ]
    assert [line["due_on"] for line in moved["instalments"]] == ["2024-02-18", "2024-03-11", "2024-04-10"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"number_of_instalments": 0}, "number_of_instalments 0: must be at least 1"),
    ({"number_of_instalments": "3"}, 'number_of_instalments "3": Input should be a valid integer'),
    ({"principal": "0"}, 'principal "0": must be above zero'),
    ({"principal": "-5"}, 'principal "-5": must be above zero'),
    ({"principal": "1.001"}, "principal: '1.001' has more than the 2 decimals of EUR"),
    ({"principal": "1e3"}, 'principal "1e3": is no plain decimal number such as 12.50'),
    ({"currency": "XXX"}, 'currency "XXX": is unknown'),
    ({"annual_rate_percent": "-1"}, 'annual_rate_percent "-1": must be a number not below zero'),
    ({"day_count": "30/365"}, 'day_count "30/365": is unknown'),
    ({"method": "balloon"}, 'method "balloon": is unknown'),
    ({"every": [1, "years"]}, 'every [1, "years"]: has an unknown unit'),
    ({"every": [1.5, "months"]}, "every[0] 1.5: Input should be a valid integer"),
    ({"disbursed_on": "2024-02-31"}, 'disbursed_on "2024-02-31": is no day of the calendar'),
    ({"disbursed_on": "31.1.2024"}, 'disbursed_on "31.1.2024": is no date such as 2024-01-31'),
    ({"first_due_on": "2024-01-01"}, 'first_due_on "2024-01-01": must follow disbursal'),
    ({"balloon": "1000"}, 'balloon "1000": must be below the principal financed'),
    ({"principal_grace_instalments": 3}, "principal_grace_instalments 3: must be fewer than the instalments"),
    ({"rate": 1}, "rate: is no key of a case"),
    ({"product": "own@1"}, 'product "own@1": is unknown; known are '),
    (
        {"product": "cn-consumer@1", "currency": "CNY", "annual_rate_percent": "36"},
        'annual_rate_percent "36": makes the loan cost 36.00 % a year, above the cap of 24 % on 2024-01-01',
    ),
]


def test_refused_cases_carry_the_reason_beside_those_that_can_be() -> None:
    answered = answers(CASE, *({**CASE, **changes} for changes, _ in REFUSED), exit_code=1)
    assert len(answered[0]["instalments"]) == 3
    for (_, error), refused in zip(REFUSED, answered[1:], strict=True):
        assert refused["error"].startswith(error)
        assert "instalments" not in refused


def test_a_missing_key_and_a_case_that_is_no_object_are_refused() -> None:
    without_principal = {key: value for key, value in CASE.items() if key != "principal"}
    missing, number = answers(without_principal, 5, exit_code=1)
    assert missing["error"] == "principal: is missing"
    assert number == {"case": 5, "error": "a case must be an object, not 5"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "the input must be a JSON list of cases, not an object"),
        ("[", "the input is not JSON: "),
        ("", "the input"),
    ],
)
def test_input_that_is_no_list_of_cases_is_an_error(text: str, message: str) -> None:
    result = run(text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)


def test_products_of_a_folder_are_known(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("id: own\nversion: '1'\nschedule: {method: bullet}\n", encoding="utf-8")
    case = {**CASE, "product": "own@1"}
    del case["method"]
    result = run(json.dumps([case]), "--products", str(tmp_path))
    assert len(json.loads(result.stdout)[0]["instalments"]) == 1


def test_a_faulty_product_document_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("id: own\n", encoding="utf-8")
    result = run("[]", "--products", str(tmp_path))
    assert result.exit_code == 2
    assert "own.yaml:1 version: missing" in result.stderr
