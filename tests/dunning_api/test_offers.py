"""Offers over HTTP: accepted once however often, declined, withdrawn, countered, made by hand."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest

from tests.dunning_api.loans import LOAN
from tests.dunning_api.scene import AT, DunningApi, late_borrower, open_offer, punctual_borrower
from tests.ledger_api.test_problems import problem_of

MANY = 200
UNAVAILABLE = 503


@pytest.fixture(autouse=True)
async def borrower(api: DunningApi) -> None:
    await late_borrower(api)


async def test_an_accepted_plan_is_commanded_to_the_ledger(api: DunningApi) -> None:
    offer = await open_offer(api)
    plan = offer["plans"][1]
    done = await api.client.command(f"{AT}/offers/{offer['offer_id']}/accept", plan_id=plan["plan_id"])
    assert (done["id"], done["changed"], done["case"]["offers"]) == (offer["offer_id"], True, [])
    (agreed,) = await api.events("restructure-agreed")
    assert (agreed["restructuring_id"], agreed["loan_id"]) == (offer["offer_id"], LOAN)
    assert agreed["number_of_instalments"] == plan["agreement"]["number_of_instalments"]
    (kept,) = (await api.client.get(f"{AT}/offers"))["offers"]
    assert (kept["status"], kept["plan_id"]) == ("accepted", plan["plan_id"])
    assert (await api.facts())[-1][1]["did"] == "accepted"


async def test_an_offer_accepted_two_hundred_times_at_once_is_agreed_once(api: DunningApi) -> None:
    offer = await open_offer(api)
    body = {"plan_id": offer["plans"][0]["plan_id"], "reason": "by phone"}
    path = f"{AT}/offers/{offer['offer_id']}/accept"

    async def accept(key: str) -> httpx.Response:
        """What a client does: one that is told to come later comes again with its key."""
        while (response := await api.client.post(path, body, key)).status_code == UNAVAILABLE:
            await asyncio.sleep(0.1)
        return response

    responses = await asyncio.gather(*(accept(f"key-{number}") for number in range(MANY)))
    assert {one.status_code for one in responses} == {201}
    assert sum(one.json()["changed"] for one in responses) == 1
    assert len(await api.events("restructure-agreed")) == 1
    assert len(await api.events("offer-accepted")) == 1
    assert await api.pool.fetchval("select count(*) from command") == MANY


async def test_two_plans_accepted_at_once_agree_on_one(api: DunningApi) -> None:
    offer = await open_offer(api)
    path = f"{AT}/offers/{offer['offer_id']}/accept"
    bodies = [{"plan_id": plan["plan_id"], "reason": "by phone"} for plan in offer["plans"][:2]]
    responses = await asyncio.gather(*(api.client.post(path, one, f"key-{n}") for n, one in enumerate(bodies)))
    assert sorted(one.status_code for one in responses) == [201, 422]
    assert len(await api.events("restructure-agreed")) == 1


@pytest.mark.parametrize(("command", "status"), [("decline", "declined"), ("withdraw", "withdrawn")])
async def test_an_offer_is_closed_once_and_can_no_longer_be_accepted(
    api: DunningApi, command: str, status: str
) -> None:  # fmt: skip
    offer = await open_offer(api)
    at = f"{AT}/offers/{offer['offer_id']}"
    assert (await api.client.command(f"{at}/{command}", "first"))["changed"]
    assert not (await api.client.command(f"{at}/{command}", "second"))["changed"]
    assert [one["reason"] for one in await api.events("offer-closed")] == [status]
    refused = await api.client.post(f"{at}/accept", {"plan_id": offer["plans"][0]["plan_id"], "reason": "x"}, "third")
    problem = problem_of(refused, 422, "offer-closed")
    assert (problem["field"], problem["value"], status in problem["detail"]) == ("offer_id", offer["offer_id"], True)


async def test_a_counter_offer_puts_the_wished_plan_in_the_offers_place(api: DunningApi) -> None:
    offer = await open_offer(api)
    done = await api.client.command(
        f"{AT}/offers/{offer['offer_id']}/counter", instalment_minor=80_000, due_day_of_month=20
    )
    other = await open_offer(api)
    assert (done["id"], done["changed"]) == (other["offer_id"], True)
    assert other["offer_id"] != offer["offer_id"]
    (plan,) = other["plans"]
    assert max(sum(one["amounts"].values()) for one in plan["instalments"]) <= 80_000
    assert {one["due_on"][-2:] for one in plan["instalments"]} == {"20"}
    assert [one["reason"] for one in await api.events("offer-closed")] == ["countered"]


async def test_a_wish_that_no_plan_can_meet_is_refused_with_the_rule(api: DunningApi) -> None:
    offer = await open_offer(api)
    response = await api.client.post(
        f"{AT}/offers/{offer['offer_id']}/counter", {"instalment_minor": 100, "reason": "x"}
    )
    problem = problem_of(response, 422, "no-plan")
    assert (problem["field"], problem["value"]) == ("instalment_minor", 100)
    assert (await open_offer(api))["offer_id"] == offer["offer_id"]


async def test_an_offer_is_made_by_hand_and_again_after_it_was_declined(api: DunningApi) -> None:
    await punctual_borrower(api, "borrower-2")
    at = "/v1/borrowers/borrower-2/offers"
    first = await api.client.command(at, "first", loan_id="borrower-2:loan")
    assert [one["offer_id"] for one in first["case"]["offers"]] == [first["id"]]
    await api.client.command(f"{at}/{first['id']}/decline", "decline")
    second = await api.client.command(at, "second", loan_id="borrower-2:loan")
    assert second["id"] != first["id"]
    made = [one["offer_id"] for one in await api.events("offer-made")]
    assert made[-2:] == [first["id"], second["id"]]


async def test_possible_plans_are_those_that_are_offered_and_nothing_is_kept(api: DunningApi) -> None:
    await punctual_borrower(api, "borrower-2")
    at = "/v1/borrowers/borrower-2"
    possible = await api.client.get(f"{at}/loans/borrower-2:loan/possible-plans")
    assert (await api.client.get(f"{at}/offers"))["offers"] == []
    await api.client.command(f"{at}/offers", loan_id="borrower-2:loan")
    (offer,) = (await api.client.get(f"{at}/offers"))["offers"]
    assert agreements(offer["plans"]) == agreements(possible["plans"])
    assert all(one["reason"] for one in possible["rejected"])


async def test_an_offer_beside_an_open_one_is_refused(api: DunningApi) -> None:
    problem = problem_of(await api.client.post(f"{AT}/offers", {"loan_id": LOAN, "reason": "x"}), 422, "refused")
    assert (problem["field"], problem["value"]) == ("loan_id", LOAN)


async def test_an_offer_cannot_be_accepted_after_its_last_day(api: DunningApi) -> None:
    offer = await open_offer(api)
    await api.dunning.complete(date(2024, 4, 4), looks=False)
    body = {"plan_id": offer["plans"][0]["plan_id"], "reason": "x"}
    problem = problem_of(await api.client.post(f"{AT}/offers/{offer['offer_id']}/accept", body), 422, "offer-expired")
    assert (problem["value"], offer["expires_on"] in problem["detail"]) == (offer["offer_id"], True)


async def test_an_offer_to_somebody_else_is_none(api: DunningApi) -> None:
    await punctual_borrower(api, "borrower-2")
    offer = await open_offer(api)
    body: dict[str, Any] = {"plan_id": offer["plans"][0]["plan_id"], "reason": "x"}
    for answer, given in (("accept", body), ("decline", {"reason": "x"}), ("withdraw", {"reason": "x"}),
                          ("counter", {"instalment_minor": 1, "reason": "x"})):  # fmt: skip
        response = await api.client.post(f"/v1/borrowers/borrower-2/offers/{offer['offer_id']}/{answer}", given)
        assert problem_of(response, 404, "unknown-offer")["value"] == offer["offer_id"]
    assert (await open_offer(api))["status"] == "open"


async def test_a_plan_of_another_offer_is_none(api: DunningApi) -> None:
    offer = await open_offer(api)
    response = await api.client.post(f"{AT}/offers/{offer['offer_id']}/accept", {"plan_id": "other", "reason": "x"})
    assert problem_of(response, 404, "unknown-plan")["value"] == "other"


def agreements(plans: list[dict[str, Any]]) -> list[object]:
    """What the ledger would be told."""
    return [plan["agreement"] for plan in plans]
