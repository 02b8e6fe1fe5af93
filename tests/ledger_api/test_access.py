"""Who may do what: every operation with every key; what surrounds each answer."""

import re
from datetime import date
from typing import Any

from prometheus_client import REGISTRY

from services.eventing.api_access import OPEN_PATHS
from services.eventing.api_keys import new_key
from services.eventing.http_requests import SAFE_HEADERS
from tests.ledger_api.scene import AT, EVERY_SCOPE, LedgerApi, two_loans
from tests.ledger_api.test_problems import problem_of

WRITE_OFF = "/v1/borrowers/{borrower_id}/loans/{loan_id}/write-off"


async def operations(api: LedgerApi) -> list[tuple[str, str]]:
    """Every method and address that the OpenAPI document has."""
    document = (await api.anonymous.get("/openapi.json")).json()
    return [(method, path) for path, item in document["paths"].items() for method in item]


def filled(path: str) -> str:
    """An address with ids in it."""
    return re.sub(r"\{\w+\}", "x-1", path)


async def test_without_a_valid_key_nothing_answers_but_health_metrics_and_the_openapi_document(api: LedgerApi) -> None:
    _, unknown = new_key("console", EVERY_SCOPE)
    attempts: list[dict[str, str]] = [
        {},
        {"Authorization": f"Bearer {unknown}"},
        {"Authorization": f"Basic {unknown}"},
        {"Authorization": unknown},
        {"Authorization": "Bearer"},
        {"Authorization": ""},
    ]
    for method, path in [*await operations(api), ("get", "/nowhere"), ("options", "/v1/loans"), ("get", "/v1//loans")]:
        for headers in attempts:
            response = await api.anonymous.request(method, filled(path), headers=headers)
            if path in OPEN_PATHS:
                assert response.status_code == 200
            else:
                problem_of(response, 401, "unauthenticated")
                assert response.headers["WWW-Authenticate"].startswith('Bearer realm="amends"')


async def test_two_keys_at_once_are_none(api: LedgerApi) -> None:
    token = api.client.http.headers["Authorization"]
    headers = [("Authorization", token), ("Authorization", token)]
    problem_of(await api.anonymous.get("/v1/loans", headers=headers), 401, "unauthenticated")


async def test_each_operation_asks_for_its_scope(api: LedgerApi) -> None:
    for method, path in await operations(api):
        if path in OPEN_PATHS:
            continue
        needed = "ledger:read" if method == "get" else "ledger:admin" if path == WRITE_OFF else "ledger:command"
        for scope, client in api.clients.items():
            response = await client.http.request(method, filled(path))
            if scope == needed:
                assert response.status_code in (200, 404, 422)
            else:
                problem = problem_of(response, 403, "forbidden")
                assert problem["scope"] == needed


async def test_undoing_a_write_off_takes_what_a_write_off_takes(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 3, 20))
    admin, command = api.clients["ledger:admin"], api.clients["ledger:command"]
    done = await admin.command(f"{AT}/write-off")
    undo = f"{AT}/undo/{done['fact_id']}"
    problem_of(await command.post(undo, {"reason": "a mistake"}), 403, "forbidden")
    assert (await api.client.command(undo, "key-2"))["loan"]["status"] == "active"


async def test_the_openapi_document_is_open_and_there_are_no_pages(api: LedgerApi) -> None:
    document: dict[str, Any] = (await api.anonymous.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    for path, item in document["paths"].items():
        for operation in item.values():
            assert ("security" in operation) == (path not in OPEN_PATHS)
    for page in ("/docs", "/redoc"):
        assert (await api.client.http.get(page)).status_code == 404


async def test_every_answer_has_safe_headers_a_request_id_and_no_cors(api: LedgerApi) -> None:
    for path in ("/v1/loans", "/nowhere", "/health/live", "/openapi.json", "/v1/loans?limit=x"):
        response = await api.client.http.get(path, headers={"Origin": "https://elsewhere.example"})
        for name, value in SAFE_HEADERS.items():
            assert response.headers[name] == value
        assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-ID"])
        assert not any(name.startswith("access-control") for name in response.headers)


async def test_a_request_id_that_is_fit_for_a_log_is_kept(api: LedgerApi) -> None:
    for given, is_kept in (("abc-1", True), ("a b", False), ("x" * 65, False), ("a\tb", False)):
        response = await api.client.http.get("/v1/loans", headers={"X-Request-ID": given})
        assert (response.headers["X-Request-ID"] == given) is is_kept


async def test_requests_are_counted_by_template_and_logged_without_what_they_say(api: LedgerApi, capsys: Any) -> None:
    template = "/v1/borrowers/{borrower_id}/loans/{loan_id}"
    labels = {"method": "GET", "route": template, "status": "404"}
    before = REGISTRY.get_sample_value("amends_http_requests_total", labels) or 0
    await api.client.http.get("/v1/borrowers/borrower-77/loans/loan-77")
    assert REGISTRY.get_sample_value("amends_http_requests_total", labels) == before + 1
    assert REGISTRY.get_sample_value("amends_http_request_seconds_count", {"method": "GET", "route": template})
    said = capsys.readouterr().out
    assert template in said
    assert api.client.key.id in said
    assert "borrower-77" not in said
    assert "loan-77" not in said
    for line in said.splitlines():
        assert api.client.http.headers["Authorization"].rpartition("_")[2] not in line


async def test_strange_methods_and_addresses_make_no_new_metrics(api: LedgerApi) -> None:
    for method, path in (("BREW", "/v1/loans"), ("GET", "/a"), ("GET", "/b")):
        await api.client.http.request(method, path)
    labels = [
        sample.labels for metric in REGISTRY.collect() if metric.name == "amends_http_requests"
        for sample in metric.samples if sample.name.endswith("_total")
    ]  # fmt: skip
    methods = {one["method"] for one in labels}
    assert "other" in methods
    assert "BREW" not in methods
    assert not {"/a", "/b"} & {one["route"] for one in labels}
