"""Holds by region or product, and incidents: one command for many cases, each looked at by itself."""

from datetime import date
from typing import Any

import pytest

from tests.dunning_api.loans import PRODUCT
from tests.dunning_api.scene import AT, DunningApi, late_borrower, punctual_borrower
from tests.ledger_api.test_problems import problem_of

OTHER = "/v1/borrowers/borrower-2"
FLOOD: dict[str, Any] = {"scope": "region", "value": "R-1", "hold_reason": "disaster-region"}


@pytest.fixture(autouse=True)
async def borrowers(api: DunningApi) -> None:
    await late_borrower(api)
    await punctual_borrower(api, "borrower-2")


async def test_a_hold_by_region_holds_for_its_borrowers_alone(api: DunningApi) -> None:
    placed = await api.client.command("/v1/area-holds", **FLOOD)
    await api.dunning.look()
    (hold,) = (await api.client.get(AT))["holds"]
    assert (hold["hold_id"], hold["scope"], hold["stops"]) == (placed["id"], "region", ["clock", "interest"])
    assert (await api.client.get(OTHER))["holds"] == []
    assert [one["hold_id"] for one in await api.events("hold-began")] == [placed["id"]]


async def test_a_hold_by_product_holds_for_its_loans(api: DunningApi) -> None:
    await api.client.command("/v1/area-holds", **{**FLOOD, "scope": "product", "value": PRODUCT, "stops": ["contact"]})
    await api.dunning.look()
    for at in (AT, OTHER):
        assert [one["scope"] for one in (await api.client.get(at))["holds"]] == ["product"]
    assert len(await api.events("hold-began")) == 2


async def test_a_hold_by_region_is_lifted(api: DunningApi) -> None:
    hold_id = (await api.client.command("/v1/area-holds", "place", **FLOOD))["id"]
    await api.dunning.look()
    await api.client.command(f"/v1/area-holds/{hold_id}/lift", "lift")
    await api.dunning.look()
    assert len(await api.events("hold-ended")) == 1
    (hold,) = (await api.client.get(AT))["holds"]
    assert (hold["lifted_on"], hold["is_in_force"]) == ("2024-03-20", False)


async def test_an_incident_gives_relief_that_can_be_reviewed_and_ended_for_one_borrower(api: DunningApi) -> None:
    incident = await api.client.command("/v1/incidents", region="R-1", review_on="2024-05-01")
    await api.dunning.look()
    (hardship,) = (await api.client.get(AT))["hardships"]
    assert (hardship["hardship_id"], hardship["is_regional"], hardship["is_in_force"]) == (incident["id"], True, True)
    at = f"{AT}/hardships/{incident['id']}"
    reviewed = await api.client.command(f"{at}/review", "review", review_on="2024-07-01")
    assert [one["review_on"] for one in reviewed["case"]["hardships"]] == ["2024-07-01"]
    ended = await api.client.command(f"{at}/end", "end")
    assert [one["is_in_force"] for one in ended["case"]["hardships"]] == [False]
    unknown = await api.client.post(f"{OTHER}/hardships/{incident['id']}/end", {"reason": "x"}, "other")
    assert problem_of(unknown, 404, "unknown-hardship")["value"] == incident["id"]


async def test_a_command_about_many_is_audited_and_takes_effect_once(api: DunningApi) -> None:
    body = {**FLOOD, "reason": "flood of 18 March"}
    first = await api.client.post("/v1/area-holds", body, **{"Amends-Operator": "op-1"})
    again = await api.client.post("/v1/area-holds", body)
    assert (again.text, again.headers["Idempotent-Replayed"]) == (first.text, "true")
    assert await api.pool.fetchval("select count(*) from area_hold") == 1
    (listed,) = (await api.client.get("/v1/commands", operator="op-1"))["commands"]
    assert (listed["borrower_id"], listed["command"], listed["id"]) == (None, "place-area-hold", first.json()["id"])


async def test_what_cannot_be_is_refused_with_field_and_value(api: DunningApi) -> None:
    hold = await api.client.post("/v1/area-holds", {**FLOOD, "to_on": "2024-03-19", "reason": "x"})
    assert problem_of(hold, 422, "invalid-request")["field"] == "to_on"
    incident = {"region": "R-1", "from_on": "2024-03-01", "review_on": "2024-02-01", "reason": "x"}
    refused = await api.client.post("/v1/incidents", incident)
    assert problem_of(refused, 422, "invalid-request")["value"] == "2024-02-01"
    unknown = await api.client.post("/v1/area-holds/nobody-knows/lift", {"reason": "x"})
    assert problem_of(unknown, 404, "unknown-hold")["value"] == "nobody-knows"


async def test_an_area_hold_from_a_later_day_is_looked_at_then(api: DunningApi) -> None:
    await api.client.command("/v1/area-holds", **{**FLOOD, "from_on": "2024-03-21"})
    assert await api.events("hold-began") == []
    await api.dunning.complete(date(2024, 3, 21))
    assert len(await api.events("hold-began")) == 1
