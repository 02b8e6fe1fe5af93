"""Payment allocations that a mature open loan system prints."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.ledger.case_replay import with_checks

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "allocations.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["source"] for case in CASES])
def test_payments_split_as_in_the_golden_case(case: dict[str, Any]) -> None:
    assert with_checks(case) == case
