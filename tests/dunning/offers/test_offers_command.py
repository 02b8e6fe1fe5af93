"""`amends dunning offers` through the real command line."""

import json
import subprocess
import sys
from typing import Any

from tests.dunning.offers.test_offer_cases import CASE, LOAN


def run(text: str) -> subprocess.CompletedProcess[str]:
    """The command with this on its standard input."""
    command = [sys.executable, "-m", "amends", "dunning", "offers"]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=120, check=False)


def test_cases_come_back_with_offers_and_those_that_cannot_be_with_their_error() -> None:
    settled = {**CASE, "loan": {**LOAN, "paid": {"principal": "24000"}, "overdue": None}}
    result = run(json.dumps([CASE, settled, 5]))
    assert (result.returncode, result.stderr) == (1, "")
    answers: list[dict[str, Any]] = json.loads(result.stdout)
    assert [len(answers[0]["offers"]) >= 1, "error" in answers[0]] == [True, False]
    assert answers[1]["error"].startswith('loan.paid.principal "24000": is settled')
    assert answers[2] == {"case": 5, "error": "a case must be an object, not 5"}


def test_good_cases_end_with_exit_code_zero_and_words_in_their_own_script() -> None:
    result = run(json.dumps([CASE]))
    assert (result.returncode, result.stderr) == (0, "")
    assert "逾期" in result.stdout


def test_input_that_is_no_list_is_an_error() -> None:
    result = run("{}")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("the input must be a JSON list of cases")
