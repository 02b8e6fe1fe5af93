"""What borrowers answer to offers on their pages: it counts from when it was given, and is never lost."""

from datetime import date
from typing import Any, Final

import pytest

from schemas.offers import OfferAcceptedByBorrower, OfferCounteredByBorrower, OfferDeclinedByBorrower
from tests.dunning_api.loans import BORROWER, LOAN, paid
from tests.dunning_api.scene import AT, DISBURSED_ON, DunningApi, late_borrower, open_offer

AFTER_EXPIRY: Final = date(2024, 4, 20)


@pytest.fixture(autouse=True)
async def borrower(api: DunningApi) -> None:
    await late_borrower(api)


def accepts(offer: dict[str, Any], on: str, plan: int = 0) -> OfferAcceptedByBorrower:
    return OfferAcceptedByBorrower(
        borrower_id=BORROWER, loan_id=LOAN, offer_id=offer["offer_id"], plan_id=offer["plans"][plan]["plan_id"],
        accepted_on=date.fromisoformat(on),
    )  # fmt: skip


def counters(offer: dict[str, Any], instalment_minor: int) -> OfferCounteredByBorrower:
    return OfferCounteredByBorrower(
        borrower_id=BORROWER, loan_id=LOAN, offer_id=offer["offer_id"],
        countered_on=date.fromisoformat(offer["made_on"]), instalment_minor=instalment_minor,
    )  # fmt: skip


async def tasks(api: DunningApi) -> list[tuple[str, str]]:
    """Tasks by kind and loan."""
    return [(one["kind"], one["loan_id"]) for one in await api.events("task-requested") if one["kind"] != "call"]


async def status(api: DunningApi, offer: dict[str, Any]) -> str:
    found = (await api.client.get(f"{AT}/offers"))["offers"]
    return str(next(one["status"] for one in found if one["offer_id"] == offer["offer_id"]))


async def sequences(api: DunningApi, offer: dict[str, Any]) -> list[int]:
    """The counters of what was told of an offer, in order."""
    rows = await api.pool.fetch(
        "select sequence from outbox where subject = $1 and event_type like 'amends.dunning.offer%' order by id",
        offer["offer_id"],
    )
    return [row[0] for row in rows]


async def test_an_offer_tells_what_is_paid_without_a_plan(api: DunningApi) -> None:
    offer = await open_offer(api)
    [made] = await api.events("offer-made")
    assert made["current_instalments"] == offer["current_instalments"]
    assert made["current_total_cost_minor"] == offer["current_total_cost_minor"]
    total_minor = sum(sum(one["amounts"].values()) for one in offer["current_instalments"])
    assert (total_minor, len(offer["current_instalments"])) == (offer["current_total_cost_minor"], 12)


async def test_an_acceptance_read_after_the_offer_expired_counts_from_when_it_was_given(api: DunningApi) -> None:
    offer = await open_offer(api)
    await api.dunning.complete(AFTER_EXPIRY)
    assert await status(api, offer) == "expired"
    await api.dunning.tell(accepts(offer, offer["expires_on"]))
    assert (await status(api, offer), len(await api.events("restructure-agreed"))) == ("accepted", 1)
    assert await sequences(api, offer) == [1, 2, 3]
    assert (await tasks(api), api.dunning.refused) == ([], [])


async def test_what_was_offered_in_the_place_of_an_offer_accepted_in_time_is_withdrawn(api: DunningApi) -> None:
    offer = await open_offer(api)
    await api.dunning.complete(AFTER_EXPIRY)
    other = await api.client.command(f"{AT}/offers", "again", loan_id=LOAN)
    await api.dunning.tell(accepts(offer, offer["expires_on"]))
    assert await status(api, {"offer_id": other["id"]}) == "withdrawn"


async def test_an_acceptance_given_after_the_last_day_asks_a_person_once(api: DunningApi) -> None:
    offer = await open_offer(api)
    await api.dunning.complete(AFTER_EXPIRY)
    late = accepts(offer, str(AFTER_EXPIRY))
    await api.dunning.tell(late)
    await api.dunning.tell(late)
    assert await tasks(api) == [("review-acceptance", LOAN)]
    assert (await api.events("restructure-agreed"), api.dunning.refused) == ([], [])
    kinds = [one["kind"] for one in (await api.client.get(AT))["tasks"]]
    assert "review-acceptance" in kinds


async def test_an_acceptance_of_an_offer_withdrawn_for_a_cure_asks_a_person(api: DunningApi) -> None:
    offer = await open_offer(api)
    await api.dunning.tell(paid(DISBURSED_ON, date.fromisoformat(offer["made_on"]), instalments=5))
    assert await status(api, offer) == "withdrawn"
    await api.dunning.tell(accepts(offer, offer["made_on"]))
    assert (await tasks(api), api.dunning.refused) == ([("review-acceptance", LOAN)], [])


async def test_a_plan_that_never_was_is_refused(api: DunningApi) -> None:
    offer = await open_offer(api)
    await api.dunning.tell(accepts({**offer, "plans": [{"plan_id": "other"}]}, offer["made_on"]))
    assert (await tasks(api), api.dunning.refused) == ([], ["unknown-plan"])


async def test_a_wish_that_no_plan_can_meet_asks_a_person_and_tells_that_the_offer_holds(api: DunningApi) -> None:
    offer = await open_offer(api)
    await api.dunning.tell(counters(offer, 100))
    first, again = await api.events("offer-made")
    assert first == again
    assert (await sequences(api, offer), await status(api, offer)) == ([1, 2], "open")
    assert (await tasks(api), api.dunning.refused) == ([("find-plan", LOAN)], [])
    await api.dunning.tell(accepts(offer, offer["made_on"]))
    assert await sequences(api, offer) == [1, 2, 3]


async def test_an_offer_declined_after_it_expired_stays_expired_and_nobody_is_troubled(api: DunningApi) -> None:
    offer = await open_offer(api)
    await api.dunning.complete(AFTER_EXPIRY)
    await api.dunning.tell(OfferDeclinedByBorrower(
        borrower_id=BORROWER, loan_id=LOAN, offer_id=offer["offer_id"], declined_on=AFTER_EXPIRY
    ))  # fmt: skip
    assert (await status(api, offer), await tasks(api), api.dunning.refused) == ("expired", [], [])


async def test_a_step_that_offers_asks_for_no_words_of_help_beside_the_offer(api: DunningApi) -> None:
    await open_offer(api)
    asked = {one["template"] for one in await api.events("reminder-requested")}
    assert "offer_help" not in asked
    rows = await api.pool.fetch("select sequence from outbox where subject = $1 order by id", LOAN)
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
