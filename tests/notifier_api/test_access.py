"""Who may do what: every operation with every key."""

import re
from typing import Final

from services.eventing.api_access import OPEN_PATHS
from services.eventing.api_keys import Scope, new_key
from tests.ledger_api.test_problems import problem_of
from tests.notifier_api.scene import EVERY_SCOPE, NotifierApi

PERSONAL: Final = {
    "/v1/borrowers/search", "/v1/borrowers/{borrower_id}/contact", "/v1/borrowers/{borrower_id}/contact-check",
    "/v1/borrowers/{borrower_id}/export", "/v1/borrowers/{borrower_id}/messages/{notification_id}/content",
    "/v1/borrowers/{borrower_id}/agent-calls/{call_id}",
}  # fmt: skip
FOR_ADMINISTRATORS: Final = {"/v1/borrowers/{borrower_id}/erase", "/v1/audit"}


async def operations(api: NotifierApi) -> list[tuple[str, str]]:
    """Every method and address that the OpenAPI document has, but the open ones."""
    document = (await api.anonymous.get("/openapi.json")).json()
    found = [(method, path) for path, item in document["paths"].items() for method in item]
    return [(method, path) for method, path in found if path not in OPEN_PATHS]


def filled(path: str) -> str:
    """An address with names in it."""
    return re.sub(r"\{\w+\}", "x-1", path)


def scope_of(method: str, path: str) -> Scope:
    """The one scope that an operation asks for."""
    if path in PERSONAL:
        return "notifier:contact-data"
    if path in FOR_ADMINISTRATORS:
        return "notifier:admin"
    return "notifier:read" if method == "get" else "notifier:command"


async def test_each_operation_asks_for_its_scope_and_no_other_does(api: NotifierApi) -> None:
    asked = set()
    for method, path in await operations(api):
        needed = scope_of(method, path)
        asked.add(needed)
        for scope, client in api.clients.items():
            response = await client.http.request(method, filled(path))
            if scope == needed:
                assert response.status_code in (200, 404, 422), (method, path, response.text)
            else:
                assert problem_of(response, 403, "forbidden")["scope"] == needed
    assert asked == set(EVERY_SCOPE)


async def test_without_a_valid_key_nothing_answers(api: NotifierApi) -> None:
    _, unknown = new_key("console", EVERY_SCOPE)
    for method, path in await operations(api):
        for headers in ({}, {"Authorization": f"Bearer {unknown}"}):
            response = await api.anonymous.request(method, filled(path), headers=headers)
            problem_of(response, 401, "unauthenticated")


async def test_every_operation_that_tells_who_somebody_is_is_known_as_such(api: NotifierApi) -> None:
    assert {path for _, path in await operations(api)} >= PERSONAL | FOR_ADMINISTRATORS
