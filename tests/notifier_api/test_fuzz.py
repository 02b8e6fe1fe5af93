"""Whatever a request says, the API answers it or refuses it, and never fails; and the borrower can still be read."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.borrower_answers import Purpose
from schemas.dunning import Channel
from services.notifier.contact_rules.facts import Outcome, Recipient
from tests.ledger_api.test_problems import problem_of
from tests.notifier.archive.kept import CALL, LOAN, MESSAGE
from tests.notifier_api.scene import AT, NotifierApi, notifier_api

READS: Final = (
    AT, f"{AT}/contact", f"{AT}/export", f"{AT}/messages/{MESSAGE}", f"{AT}/messages/{MESSAGE}/content",
    f"{AT}/agent-calls/{CALL}", "/v1/messages", "/v1/outcomes", "/v1/agent-calls", "/v1/audit",
)  # fmt: skip
COMMANDS: Final = {
    "opt-outs": ("channel", "purpose"),
    "opt-ins": ("channel", "purpose"),
    "consents": ("loan_id", "given_at", "until"),
    "contacts": ("channel", "outcome", "loan_id", "recipient", "is_by_borrower", "made_at"),
    f"messages/{MESSAGE}/cancel": (),
    f"agent-calls/{CALL}/claim": (),
    f"agent-calls/{CALL}/outcome": ("outcome", "recipient"),
    "erase": (),
}
"""What each command knows besides its reason; without force nobody is erased."""
texts = st.text(max_size=30) | st.sampled_from(
    ["", "0", "-1", "1e9", "null", "9999-12-31", "0001-01-01", "2024-02-30", "2026-03-01", "\x00", "../..", "%", "[]",
     "WyJhIiwiYiJd", "NQ", "dHJ1ZQ", str(2**63), "٢٠٢٤-٠١-٠١", "sent", "deferred", "open", "overdue_soft"]
)  # fmt: skip
parameters = st.dictionaries(
    st.sampled_from(["borrower_id", "notification_id", "loan_id", "status", "template", "rule", "asked_on", "from_on",
                     "to_on", "operator", "after", "limit", "other"]), texts
)  # fmt: skip
scalars = (
    texts | st.none() | st.booleans() | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
)  # fmt: skip
moments = st.sampled_from([
    "2026-03-05T12:00:00+08:00", "2026-03-04T12:00:00Z", "2026-03-06T00:00:00+00:00", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "2026-03-05T12:00:00", "2026-03-05", "now",
])  # fmt: skip
likely: dict[str, st.SearchStrategy[Any]] = {
    "channel": st.sampled_from(get_args(Channel)),
    "purpose": st.sampled_from(get_args(Purpose)),
    "loan_id": st.sampled_from([LOAN, "other"]),
    "given_at": moments,
    "until": moments,
    "made_at": moments,
    "outcome": st.sampled_from(get_args(Outcome)),
    "recipient": st.sampled_from(get_args(Recipient)),
    "is_by_borrower": st.booleans(),
    "by": st.sampled_from(["name", "email", "phone", "phone-ending"]),
    "value": texts,
}


@st.composite
def bodies(draw: st.DrawFn, names: tuple[str, ...]) -> object:
    """A body that may fit a request with these fields, or not."""
    if draw(st.integers(0, 4)) == 0:
        return draw(scalars | st.lists(scalars) | st.dictionaries(st.sampled_from(sorted(likely)), scalars))
    odd = draw(st.integers(0, 4)) == 0
    fields = {name: likely[name] | scalars if odd else likely[name] for name in names}
    return draw(st.fixed_dictionaries({}, optional=fields))


@st.composite
def commands(draw: st.DrawFn) -> tuple[str, object]:
    """A path and a body that may fit it, or not."""
    path = draw(st.sampled_from(sorted(COMMANDS)))
    body = draw(bodies(COMMANDS[path]))
    return path, {"reason": "as agreed", **body} if isinstance(body, dict) else body


class RunningApi:
    """The API in an event loop of its own, for tests that are no coroutines."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self._context = notifier_api(database_url, folder)
        self._api: NotifierApi = self._runner.run(self._context.__aenter__())
        self._runner.run(self._api.kept.everything())
        self._commands = 0

    def get(self, path: str, query: dict[str, str]) -> int:
        """The status of the answer."""
        return self._runner.run(self._api.client.http.get(path, params=query)).status_code

    def post(self, path: str, body: object) -> int:
        """The status of the answer to a command with a key of its own."""
        self._commands += 1
        return self._runner.run(self._api.client.post(path, body, f"key-{self._commands}")).status_code

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
"""All examples of a property ask one API, whose borrower they change."""


@SHARED
@given(path=st.sampled_from(READS), query=parameters)
def test_no_query_makes_it_fail(running: RunningApi, path: str, query: dict[str, str]) -> None:
    assert running.get(path, query) in (200, 422), (path, query)


@SHARED
@given(
    borrower_id=texts,
    name=texts,
    path=st.sampled_from(["", "/contact", "/export", "/messages/{}", "/messages/{}/content", "/agent-calls/{}"]),
)
def test_no_address_makes_it_fail(running: RunningApi, borrower_id: str, name: str, path: str) -> None:
    address = f"/v1/borrowers/{quote(borrower_id, safe='')}{path.format(quote(name, safe=''))}"
    assert running.get(address, {}) in (200, 404, 405, 422), address


@SHARED
@given(command=commands())
def test_no_command_makes_it_fail_and_the_borrower_can_still_be_read(
    running: RunningApi, command: tuple[str, object]
) -> None:
    path, body = command
    assert running.post(f"{AT}/{path}", body) in (201, 404, 422), command
    assert running.get(f"{AT}/export", {}) == 200


@SHARED
@given(body=bodies(("by", "value")))
def test_no_search_makes_it_fail(running: RunningApi, body: object) -> None:
    assert running.post("/v1/borrowers/search", body) in (200, 422), body


@SHARED
@given(body=bodies(("channel", "purpose", "loan_id", "recipient")))
def test_no_contact_check_makes_it_fail(running: RunningApi, body: object) -> None:
    assert running.post(f"{AT}/contact-check", body) in (200, 422), body


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/borrowers/search", {"by": "name", "value": "\ud800"}), (f"{AT}/opt-outs", {"reason": "\ud800"})],
)
async def test_half_a_letter_is_refused(api: NotifierApi, path: str, body: dict[str, str]) -> None:
    headers = {"Idempotency-Key": "key-1", "Content-Type": "application/json"}
    response = await api.client.http.post(path, content=json.dumps(body), headers=headers)
    problem_of(response, 422, "invalid-request")
