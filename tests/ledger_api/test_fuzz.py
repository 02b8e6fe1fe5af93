"""Whatever a request says, the API answers it or refuses it, and never fails."""

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger_api.scene import AT, LATE_AT, LedgerApi, differences, ledger_api, two_loans

READS = ("/v1/loans", "/v1/trial-balance", AT, *(f"{LATE_AT}{path}" for path in (
    "", "/schedule", "/statement", "/journal", "/quote", "/facts")))  # fmt: skip
COMMANDS = ("charges", "waivers", "adjustments", "write-off", "undo/fact-1")
NAMES = {
    "charges": {"reason", "on", "kind", "amount_minor", "due_on"},
    "waivers": {"reason", "on", "component", "amount_minor", "instalment_number"},
    "adjustments": {"reason", "on", "instalment_number", "due_on"},
}
"""What each command knows."""
texts = st.text(max_size=30) | st.sampled_from(
    ["", "0", "-1", "1e9", "null", "9999-12-31", "0001-01-01", "2024-02-30", "2024-03-01", "2033-01-01", "EUR",
     "active", "settled", "WyJhIiwiYiJd", "NQ", "\x00", "../..", "borrower-1", "%", "value-date", str(2**63),
     "٢٠٢٤-٠١-٠١"]
)  # fmt: skip
parameters = st.dictionaries(
    st.sampled_from(["borrower_id", "status", "after", "limit", "as_of", "on", "currency", "dated", "other"]), texts
)
scalars = (
    texts | st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
)
days = st.dates(date(2023, 1, 1), date(2036, 1, 1)).map(str)
likely: dict[str, st.SearchStrategy[Any]] = {
    "on": days,
    "due_on": days,
    "kind": st.sampled_from(["fee", "penalty"]),
    "component": st.sampled_from(["penalty", "fee", "interest", "principal"]),
    "amount_minor": st.integers(-1, 10**15) | st.just("all"),
    "instalment_number": st.integers(-1, 20),
}
reasons = st.just("as agreed")
bodies = st.fixed_dictionaries({"reason": reasons}, optional=likely) | st.fixed_dictionaries(
    {"reason": reasons | scalars}, optional={name: one | scalars for name, one in likely.items()}
)


class RunningApi:
    """The API in an event loop of its own, for tests that are no coroutines."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self._context = ledger_api(database_url, folder)
        self._api: LedgerApi = self._runner.run(self._context.__aenter__())
        self._runner.run(two_loans(self._api, date(2024, 3, 20)))
        self._commands = 0

    def get(self, path: str, query: dict[str, str]) -> int:
        """The status of the answer."""
        return self._runner.run(self._api.client.http.get(path, params=query)).status_code

    def post(self, path: str, body: object) -> int:
        """The status of the answer to a command with a key of its own."""
        self._commands += 1
        return self._runner.run(self._api.client.post(path, body, f"key-{self._commands}")).status_code

    def still_balances(self) -> bool:
        """Whether debits are credits."""
        balance = self._runner.run(self._api.client.get("/v1/trial-balance"))
        return all(one["debits_minor"] == one["credits_minor"] for one in balance["totals"])

    def close(self) -> None:
        """Let go of everything."""
        self._runner.run(self._context.__aexit__(None, None, None))
        self._runner.close()


@pytest.fixture
def running(fresh_database: str, tmp_path: Path) -> Iterator[RunningApi]:
    """The API, for all examples of a property; after them the books are as a replay of all facts gives them."""
    api = RunningApi(fresh_database, tmp_path)
    yield api
    api.close()
    assert differences(fresh_database) == []


SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
"""All examples of a property ask one API, whose loans they change."""


@SHARED
@given(path=st.sampled_from(READS), query=parameters)
def test_no_query_makes_it_fail(running: RunningApi, path: str, query: dict[str, str]) -> None:
    assert running.get(path, query) in (200, 422)


@SHARED
@given(borrower_id=texts, loan_id=texts, path=st.sampled_from(["", "/schedule", "/journal", "/facts"]))
def test_no_address_makes_it_fail(running: RunningApi, borrower_id: str, loan_id: str, path: str) -> None:
    address = f"/v1/borrowers/{quote(borrower_id, safe='')}/loans/{quote(loan_id, safe='')}{path}"
    assert running.get(address, {}) in (200, 404, 422)


@SHARED
@given(at=st.sampled_from([AT, LATE_AT]), path=st.sampled_from(COMMANDS), body=bodies | scalars | st.lists(scalars))
def test_no_body_makes_it_fail(running: RunningApi, at: str, path: str, body: object) -> None:
    assert running.post(f"{at}/{path}", body) in (201, 404, 422)


@SHARED
@given(
    at=st.sampled_from([AT, LATE_AT]),
    path=st.sampled_from(COMMANDS[:3]),
    body=st.fixed_dictionaries({"reason": reasons}, optional=likely),
    day=days,
)
def test_whatever_was_commanded_any_day_can_be_asked_for(
    running: RunningApi, at: str, path: str, body: dict[str, object], day: str
) -> None:
    names = NAMES[path]
    running.post(f"{at}/{path}", {name: value for name, value in body.items() if name in names})
    assert running.get(f"{at}/schedule", {"as_of": day}) in (200, 422)
    assert running.get(f"{at}/quote", {"on": day}) in (200, 422)
    assert running.still_balances()
