"""Whatever a request says, the API answers it or refuses it, and never fails; and the case can still be evaluated."""

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.hardship import HardshipReason, HoldReason
from services.dunning.api.figures_reading import FigureName
from tests.dunning_api.loans import LOAN, PRODUCT
from tests.dunning_api.scene import AT, DunningApi, dunning_api, late_borrower

FIGURES = tuple(f"/v1/figures/{name}" for name in get_args(FigureName))
READS = (AT, f"{AT}/timeline", f"{AT}/offers", f"{AT}/loans/{LOAN}/possible-plans", "/v1/cases", "/v1/tasks",
         "/v1/commands", "/v1/ladders", *FIGURES)  # fmt: skip
COMMANDS = {
    "holds": ("hold_reason", "stops", "from_on", "to_on", "loan_id"),
    "promises": ("loan_id", "currency", "amount_minor", "made_on", "due_on"),
    "hardships": ("hardship_reason", "reported_on", "review_on"),
    "finances": ("currency", "as_of", "income_monthly_minor", "number_of_lenders", "number_of_dependants"),
    "offers": ("loan_id",),
    f"offers/{LOAN}:20240320:overdue-help/counter": ("instalment_minor", "due_day_of_month"),
    f"offers/{LOAN}:20240320:overdue-help/accept": ("plan_id",),
    "holds/hold-1/lift": ("lifted_on",),
    "hardships/hardship-1/end": ("ended_on",),
    "hardships/hardship-1/review": ("review_on",),
    "tasks/task-1/done": ("outcome",),
    "credit-reports/withdraw": ("loan_id",),
    "look": (),
    "/v1/area-holds": ("scope", "value", "hold_reason", "stops", "from_on", "to_on"),
    "/v1/incidents": ("region", "from_on", "review_on"),
}
"""What each command knows besides its reason."""
texts = st.text(max_size=30) | st.sampled_from(
    ["", "0", "-1", "1e9", "null", "9999-12-31", "0001-01-01", "2024-02-30", "2024-03-01", "2033-01-01", "CNY",
     "middle", "M1", "WyJhIiwiYiJd", "NQ", "\x00", "../..", "borrower-1", "%", "csv", str(2**63), "٢٠٢٤-٠١-٠١"]
)  # fmt: skip
parameters = st.dictionaries(
    st.sampled_from(["borrower_id", "state", "bucket", "flag", "kind", "operator", "after", "limit", "as_of", "from_on",
                     "to_on", "currency", "product", "arm", "format", "other"]), texts
)  # fmt: skip
scalars = (
    texts | st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
)
days = st.dates(date(2013, 1, 1), date(2036, 1, 1)).map(str)
near_days = st.dates(date(2024, 3, 1), date(2024, 5, 1)).map(str)
likely: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("from_on", "to_on", "lifted_on", "review_on", "ended_on", "made_on", "due_on", "as_of",
                     "reported_on"), near_days | days),
    "hold_reason": st.sampled_from(get_args(HoldReason)),
    "hardship_reason": st.sampled_from(get_args(HardshipReason)),
    "stops": st.lists(st.sampled_from(["clock", "contact", "interest"]), max_size=4),
    "loan_id": st.sampled_from([LOAN, "other"]),
    "currency": st.sampled_from(["CNY", "EUR"]),
    "amount_minor": st.integers(-1, 2_000_000),
    "income_monthly_minor": st.integers(0, 10**15),
    "number_of_lenders": st.integers(0, 10),
    "number_of_dependants": st.integers(0, 10),
    "instalment_minor": st.integers(0, 2_000_000),
    "due_day_of_month": st.integers(0, 32),
    "plan_id": st.sampled_from([f"{LOAN}:20240320:overdue-help:{number}" for number in range(5)]),
    "outcome": st.sampled_from(["done", "not-reached"]),
    "scope": st.sampled_from(["region", "product"]),
    "value": st.sampled_from(["R-1", PRODUCT]),
    "region": st.sampled_from(["R-1", "R-2"]),
}  # fmt: skip


@st.composite
def commands(draw: st.DrawFn) -> tuple[str, object]:
    """A path and a body that may fit it, or not."""
    path = draw(st.sampled_from(sorted(COMMANDS)))
    address = path if path.startswith("/") else f"{AT}/{path}"
    if draw(st.integers(0, 4)) == 0:
        return address, draw(scalars | st.lists(scalars) | st.dictionaries(st.sampled_from(sorted(likely)), scalars))
    odd = draw(st.integers(0, 4)) == 0
    fields = {name: likely[name] | scalars if odd else likely[name] for name in COMMANDS[path]}
    return address, draw(st.fixed_dictionaries({"reason": st.just("as agreed")}, optional=fields))


class RunningApi:
    """The API in an event loop of its own, for tests that are no coroutines."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self._context = dunning_api(database_url, folder)
        self._api: DunningApi = self._runner.run(self._context.__aenter__())
        self._runner.run(late_borrower(self._api))
        self._commands = 0

    def get(self, path: str, query: dict[str, str]) -> int:
        """The status of the answer."""
        return self._runner.run(self._api.client.http.get(path, params=query)).status_code

    def post(self, path: str, body: object) -> int:
        """The status of the answer to a command with a key of its own."""
        self._commands += 1
        return self._runner.run(self._api.client.post(path, body, f"key-{self._commands}")).status_code

    def look(self) -> None:
        """Evaluate all cases whose look is due."""
        self._runner.run(self._api.dunning.look())

    def close(self) -> None:
        """Let go of everything."""
        self._runner.run(self._context.__aexit__(None, None, None))
        self._runner.close()


@pytest.fixture
def running(fresh_database: str, tmp_path: Path) -> Iterator[RunningApi]:
    """The API, for all examples of a property."""
    api = RunningApi(fresh_database, tmp_path)
    yield api
    api.close()


SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
"""All examples of a property ask one API, whose case they change."""


@SHARED
@given(path=st.sampled_from(READS), query=parameters)
def test_no_query_makes_it_fail(running: RunningApi, path: str, query: dict[str, str]) -> None:
    assert running.get(path, query) in (200, 422)


@SHARED
@given(borrower_id=texts, loan_id=texts, path=st.sampled_from(["", "/timeline", "/offers", "/loans/{}/possible-plans"]))
def test_no_address_makes_it_fail(running: RunningApi, borrower_id: str, loan_id: str, path: str) -> None:
    address = f"/v1/borrowers/{quote(borrower_id, safe='')}{path.format(quote(loan_id, safe=''))}"
    assert running.get(address, {}) in (200, 404, 422)


@SHARED
@given(command=commands())
def test_no_body_makes_it_fail_and_the_case_can_still_be_read_and_looked_at(
    running: RunningApi, command: tuple[str, object]
) -> None:
    assert running.post(*command) in (201, 404, 422), command
    running.look()
    assert running.get(AT, {}) == 200
