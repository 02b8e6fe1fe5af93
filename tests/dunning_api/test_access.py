"""Who may do what: every operation with every key."""

import re

from services.eventing.api_access import OPEN_PATHS
from services.eventing.api_keys import new_key
from tests.dunning_api.scene import EVERY_SCOPE, DunningApi
from tests.ledger_api.test_problems import problem_of

FOR_ADMINISTRATORS = {"/v1/area-holds", "/v1/area-holds/{hold_id}/lift", "/v1/incidents"}


async def operations(api: DunningApi) -> list[tuple[str, str]]:
    """Every method and address that the OpenAPI document has, but the open ones."""
    document = (await api.anonymous.get("/openapi.json")).json()
    found = [(method, path) for path, item in document["paths"].items() for method in item]
    return [(method, path) for method, path in found if path not in OPEN_PATHS]


def filled(path: str) -> str:
    """An address with names in it."""
    return re.sub(r"\{\w+\}", "x-1", path)


def scope_of(method: str, path: str) -> str:
    """The one scope that an operation asks for."""
    if method == "get":
        return "dunning:read"
    return "dunning:admin" if path in FOR_ADMINISTRATORS else "dunning:command"


async def test_each_operation_asks_for_its_scope_and_no_other_does(api: DunningApi) -> None:
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


async def test_without_a_valid_key_nothing_answers(api: DunningApi) -> None:
    _, unknown = new_key("console", EVERY_SCOPE)
    for method, path in await operations(api):
        for headers in ({}, {"Authorization": f"Bearer {unknown}"}):
            response = await api.anonymous.request(method, filled(path), headers=headers)
            problem_of(response, 401, "unauthenticated")
