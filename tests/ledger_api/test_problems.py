"""Every error is a problem document that names what was wrong."""

from collections.abc import AsyncIterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from services.eventing.api_connections import ApiConnections, open_api_pool
from services.eventing.api_keys import KeyFile, new_key
from services.eventing.clock import SystemClock
from services.eventing.health import Health, http_face
from services.eventing.settings import Settings
from services.ledger.api.reading import Reading
from services.ledger.api.routers import ledger_routers
from services.ledger.product_store import ProductStore
from tests.builders import payment_captured
from tests.ledger_api.scene import AT, EVERY_SCOPE, LATE_AT, LedgerApi, two_loans, write_keys

TODAY = date(2024, 3, 20)
FEE: dict[str, Any] = {"kind": "fee", "amount_minor": 700, "due_on": "2024-03-25", "reason": "late"}
WAIVER: dict[str, object] = {"component": "interest", "amount_minor": 100, "reason": "kindness"}
MOVE: dict[str, object] = {"instalment_number": 4, "due_on": "2024-05-11", "reason": "pay day"}


@pytest.fixture(autouse=True)
async def loans(api: LedgerApi) -> None:
    await two_loans(api, TODAY)


def problem_of(response: httpx.Response, status: int, name: str) -> Any:
    """The document of a response that must be this problem."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["type"] == f"urn:problem-type:amends:{name}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert document["instance"] == response.request.url.raw_path.decode().partition("?")[0]
    assert document["request_id"] == response.headers["X-Request-ID"]
    return document


async def test_an_unknown_loan_is_named(api: LedgerApi) -> None:
    for path in ("", "/schedule", "/statement", "/journal", "/quote", "/facts"):
        response = await api.client.http.get(f"/v1/borrowers/borrower-1/loans/nobody-knows{path}")
        assert problem_of(response, 404, "unknown-loan")["value"] == "nobody-knows"
    response = await api.client.post("/v1/borrowers/borrower-2/loans/loan-1/charges", FEE)
    assert "'borrower-2'" in problem_of(response, 404, "unknown-loan")["detail"]


async def test_an_address_that_is_none_is_not_found(api: LedgerApi) -> None:
    problem_of(await api.client.http.get("/v2/loans"), 404, "not-found")
    problem_of(await api.client.http.get("/v1/loans/"), 404, "not-found")
    problem_of(await api.client.http.get("/docs"), 404, "not-found")


async def test_a_method_that_an_address_does_not_take_is_named_with_those_it_does(api: LedgerApi) -> None:
    response = await api.client.http.delete("/v1/loans")
    problem_of(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET"


UNFIT_PARAMETERS = [
    ("/v1/loans?limit=0", "query.limit", "0"),
    ("/v1/loans?limit=501", "query.limit", "501"),
    ("/v1/loans?limit=many", "query.limit", "many"),
    ("/v1/loans?status=lost", "query.status", "lost"),
    ("/v1/loans?borrower_id=%00", "query.borrower_id", "\x00"),
    ("/v1/trial-balance?currency=eur", "query.currency", "eur"),
    ("/v1/trial-balance?as_of=2024-02-31", "query.as_of", "2024-02-31"),
    (f"{AT}?as_of=0", "query.as_of", "0"),
    (f"{AT}?as_of=2024-1-1", "query.as_of", "2024-1-1"),
    (f"{AT}?as_of=2024-01-01T00:00:00", "query.as_of", "2024-01-01T00:00:00"),
    (f"{AT}/quote?on=tomorrow", "query.on", "tomorrow"),
    ("/v1/borrowers/%20/loans/loan-1", "path.borrower_id", " "),
]


async def test_a_parameter_that_does_not_fit_is_named_with_its_value(api: LedgerApi) -> None:
    for path, field, value in UNFIT_PARAMETERS:
        errors = problem_of(await api.client.http.get(path), 422, "invalid-request")["errors"]
        assert [(one["field"], one["value"]) for one in errors] == [(field, value)]
        assert errors[0]["message"]


async def test_a_cursor_of_something_else_is_refused(api: LedgerApi) -> None:
    cursors = ("!", "bnVsbA", "WzEsMl0", "Inh4Ig", "e30", "WyIAIiwiXHVkODAwIl0", "é", "a", "LTE", "dHJ1ZQ", "W10")
    for path, after in product(("/v1/loans", f"{AT}/journal"), cursors):
        response = await api.client.http.get(path, params={"after": after})
        assert problem_of(response, 422, "invalid-request")["field"] == "after"


async def test_a_day_outside_a_loans_life_is_refused(api: LedgerApi) -> None:
    for day, reason in (("2023-12-31", "disbursal"), ("2034-04-01", "too far ahead")):
        response = await api.client.http.get(f"{AT}/schedule", params={"as_of": day})
        problem = problem_of(response, 422, "invalid-request")
        assert (problem["field"], problem["value"]) == ("as_of", day)
        assert reason in problem["detail"]


UNFIT_BODIES = [
    ("charges", {**FEE, "amount_minor": 0}, "body.amount_minor", 0),
    ("charges", {**FEE, "amount_minor": -1}, "body.amount_minor", -1),
    ("charges", {**FEE, "amount_minor": 10**16}, "body.amount_minor", 10**16),
    ("charges", {**FEE, "amount_minor": "100"}, "body.amount_minor", "100"),
    ("charges", {**FEE, "amount_minor": 1.5}, "body.amount_minor", 1.5),
    ("charges", {**FEE, "amount_minor": True}, "body.amount_minor", True),
    ("charges", {**FEE, "kind": "interest"}, "body.kind", "interest"),
    ("charges", {**FEE, "due_on": "2024-02-31"}, "body.due_on", "2024-02-31"),
    ("charges", {**FEE, "due_on": 0}, "body.due_on", 0),
    ("charges", {**FEE, "reason": ""}, "body.reason", ""),
    ("charges", {**FEE, "reason": "  "}, "body.reason", "  "),
    ("charges", {**FEE, "reason": "a\x00b"}, "body.reason", "a\x00b"),
    ("charges", {**FEE, "reason": "x" * 501}, "body.reason", "x" * 200),
    ("charges", {**FEE, "ammount_minor": 1}, "body.ammount_minor", 1),
    ("charges", {name: FEE[name] for name in FEE if name != "reason"}, "body.reason", None),
    ("waivers", {**WAIVER, "component": "everything"}, "body.component", "everything"),
    ("waivers", {**WAIVER, "amount_minor": "most"}, "body.amount_minor", "most"),
    ("waivers", {"component": "fee", "reason": "x"}, "body.amount_minor", None),
    ("adjustments", {**MOVE, "instalment_number": 0}, "body.instalment_number", 0),
    ("write-off", {"reason": "lost", "amount_minor": 1}, "body.amount_minor", 1),
    ("undo/fact-1", {}, "body.reason", None),
]


async def test_a_body_that_does_not_fit_is_refused_with_field_and_value(api: LedgerApi) -> None:
    for path, body, field, value in UNFIT_BODIES:
        errors = problem_of(await api.client.post(f"{AT}/{path}", body), 422, "invalid-request")["errors"]
        assert [(one["field"], one["value"]) for one in errors] == [(field, value)]


STRANGE_BODIES = [
    (b"{", 422, "invalid-request"),
    (b"", 422, "invalid-request"),
    (b"\xff\xfe", 400, "malformed-request"),
    (b"[" * 60_000, 400, "malformed-request"),
    (b'{"reason": NaN}', 422, "invalid-request"),
    (b'{"reason": "\\ud800"}', 422, "invalid-request"),
    (b'{"\\ud800": 1}', 422, "invalid-request"),
    (b'{"reason": ' + b"9" * 5_000 + b"}", 422, "invalid-request"),
    (b'{"reason": 1e999}', 422, "invalid-request"),
    (b'"text"', 422, "invalid-request"),
    (b"null", 422, "invalid-request"),
]


async def test_a_body_that_is_no_json_or_strange_json_is_refused(api: LedgerApi) -> None:
    for content, status, name in STRANGE_BODIES:
        headers = {"Idempotency-Key": "key-1", "Content-Type": "application/json"}
        response = await api.client.http.post(f"{AT}/write-off", content=content, headers=headers)
        if response.status_code != status:
            assert response.status_code in (400, 422)
            return
        problem_of(response, status, name)


async def test_a_command_needs_a_fit_idempotency_key(api: LedgerApi) -> None:
    unfit: tuple[bytes | None, ...] = (None, b"", b"x" * 129, "café".encode(), b" ", b"tab\tinside")
    for key in unfit:
        headers = [] if key is None else [(b"Idempotency-Key", key)]
        response = await api.client.http.post(f"{AT}/charges", json=FEE, headers=headers)
        errors = problem_of(response, 422, "invalid-request")["errors"]
        assert [one["field"] for one in errors] == ["header.Idempotency-Key"]


REFUSED_COMMANDS = [
    ("waivers", {**WAIVER, "amount_minor": 10**9}, "amount_minor", 10**9),
    ("waivers", {**WAIVER, "component": "fee"}, "component", "fee"),
    ("waivers", {**WAIVER, "instalment_number": 99}, "instalment_number", 99),
    ("adjustments", {**MOVE, "instalment_number": 1}, "instalment_number", 1),
    ("adjustments", {**MOVE, "instalment_number": 99}, "instalment_number", 99),
    ("adjustments", {**MOVE, "due_on": "2024-03-20"}, "due_on", "2024-03-20"),
]


async def test_what_the_loans_state_does_not_allow_is_refused_with_field_and_value(api: LedgerApi) -> None:
    for path, body, field, value in REFUSED_COMMANDS:
        problem = problem_of(await api.client.post(f"{AT}/{path}", body), 422, "refused")
        assert (problem["field"], problem["value"]) == (field, value)


async def test_a_loan_written_off_is_neither_charged_nor_written_off_again(api: LedgerApi) -> None:
    await api.client.command(f"{AT}/write-off")
    await api.ledger.complete(date(2024, 3, 21))
    for path, body in (("charges", FEE), ("write-off", {"reason": "lost"})):
        problem = problem_of(await api.client.post(f"{AT}/{path}", body, "key-2"), 422, "refused")
        assert (problem["field"], problem["value"]) == ("loan", "written_off")


IMPOSSIBLE_DAYS = [
    ({**FEE, "on": "2024-03-21"}, "on", "2024-03-21"),
    ({**FEE, "on": "2023-12-31"}, "on", "2023-12-31"),
    ({**FEE, "due_on": "2023-12-31"}, "due_on", "2023-12-31"),
    ({**FEE, "due_on": "9999-12-31"}, "due_on", "9999-12-31"),
]


async def test_a_command_for_a_day_that_cannot_be_meant_is_refused(api: LedgerApi) -> None:
    for body, field, value in IMPOSSIBLE_DAYS:
        problem = problem_of(await api.client.post(f"{AT}/charges", body), 422, "invalid-request")
        assert (problem["field"], problem["value"]) == (field, value)


async def test_what_cannot_be_undone_is_refused(api: LedgerApi) -> None:
    await api.ledger.tell(payment_captured("payment-1"))
    undone = {"reason": "a mistake"}
    problem_of(await api.client.post(f"{AT}/undo/nobody-knows", undone), 404, "unknown-fact")
    told = problem_of(await api.client.post(f"{AT}/undo/payment-1", undone), 422, "refused")
    assert "event" in told["detail"]
    done = await api.client.command(f"{AT}/charges", "key-2", **{**FEE, "on": "2024-03-10"})
    at = f"{AT}/undo/{done['fact_id']}"
    early = problem_of(await api.client.post(at, {**undone, "on": "2024-03-09"}, "key-3"), 422, "invalid-request")
    assert early["field"] == "on"
    problem_of(await api.client.post(f"{LATE_AT}/undo/{done['fact_id']}", undone, "key-4"), 404, "unknown-fact")
    await api.client.command(at, "key-5")
    assert "already" in problem_of(await api.client.post(at, undone, "key-6"), 422, "refused")["detail"]


async def test_a_large_body_is_refused_whether_its_length_is_told_or_not(api: LedgerApi) -> None:
    headers = {"Idempotency-Key": "key-1", "Content-Type": "application/json"}

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1_000

    for content in (b" " * 100_000, pieces()):
        response = await api.client.http.post(f"{AT}/charges", content=content, headers=headers)
        problem_of(response, 413, "body-too-large")


async def test_a_fault_of_the_program_tells_its_request_id_and_nothing_else(
    api: LedgerApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(Reading, "life", fail)
    with capture_logs([merge_contextvars]) as logs:
        response = await api.client.http.get(AT, headers={"X-Request-ID": "request-1"})
    problem = problem_of(response, 500, "internal-error")
    assert "secret" not in response.text
    assert problem["request_id"] == "request-1"
    (failure,) = [one for one in logs if one["event"] == "request_failed"]
    assert failure["request_id"] == "request-1"
    assert failure["exc_info"]


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionRefusedError(), asyncpg.QueryCanceledError("too long")])
async def test_a_database_that_does_not_answer_is_a_503(
    api: LedgerApi, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Reading, "life", fail)
    response = await api.client.http.get(AT)
    problem_of(response, 503, "unavailable")
    assert response.headers["Retry-After"] == "1"


async def test_an_api_whose_database_is_away_answers_503(tmp_path: Path) -> None:
    key, token = new_key("console", EVERY_SCOPE)
    keys = KeyFile(write_keys(tmp_path / "other-keys.yaml", [key]), SystemClock())
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/nothing")
    async with await open_api_pool(settings, "ledger") as pool:
        routers = ledger_routers(ApiConnections(pool, wait_seconds=1), ProductStore(), "default")
        face = http_face("ledger", Health(lambda: True, lambda: True, lambda: True), keys, routers)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "key-1"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(face), base_url="http://ledger", headers=headers, trust_env=False
        ) as http:
            problem_of(await http.get(AT), 503, "unavailable")
            problem_of(await http.post(f"{AT}/charges", json=FEE), 503, "unavailable")
            assert (await http.get("/health/live")).status_code == 200


async def test_a_command_does_not_wait_for_ever_for_a_loan_that_is_locked(api: LedgerApi) -> None:
    async with api.ledger.connected() as connection, connection.transaction():
        await connection.execute("select from loan where loan_id = 'loan-1' for update")
        assert await api.client.get(AT), "readers do not wait"
        response = await api.client.post(f"{AT}/charges", FEE)
    problem_of(response, 503, "unavailable")
    assert (await api.client.post(f"{AT}/charges", FEE)).status_code == 201


async def test_a_request_gets_no_connection_while_all_are_in_use(api: LedgerApi) -> None:
    connections = ApiConnections(api.api_pool, wait_seconds=0.1)
    held = [await api.api_pool.acquire() for _ in range(4)]
    with pytest.raises(TimeoutError):
        async with connections.reading():
            pass
    for one in held:
        await api.api_pool.release(one)
