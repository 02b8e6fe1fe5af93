"""Everybody of a region or product is looked at, a few at a time, however many there are."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.dunning import store
from services.dunning.aging.holds import HoldScope
from services.dunning.cases import area_store
from services.dunning.cases.case_file import CaseFacts
from services.eventing.database import Connection, migrate
from tests.dunning.cases import case, day, ladder, upcoming

THERE = [f"there-{number}" for number in range(7)]


@pytest.fixture
async def dunning(fresh_database: str) -> AsyncIterator[Connection]:
    """Seven borrowers of the region and product, and one of others."""
    await migrate(fresh_database, "dunning")
    connection = await asyncpg.connect(fresh_database, server_settings={"search_path": "dunning"})
    try:
        for borrower_id in THERE:
            await _keep(connection, borrower_id, "CN-44", "cn-consumer@1")
        await _keep(connection, "elsewhere", "CN-11", "standard@1")
        yield connection
    finally:
        await connection.close()


@pytest.mark.parametrize(("scope", "value"), [("region", "CN-44"), ("product", "cn-consumer@1")])
async def test_all_of_an_area_are_looked_at_after_some_rounds(
    dunning: Connection, scope: HoldScope, value: str
) -> None:
    await area_store.look_at_area(dunning, scope, value, day(0))
    assert await store.looks_due(dunning, day(0)) == 1
    assert await _spread(dunning, at_once=3) == [3, 6, 7]
    looked_at = await store.cases_to_look_at(dunning, day(0), 100)
    assert sorted(looked_at) == THERE


async def test_a_case_that_is_to_be_looked_at_earlier_stays_so(dunning: Connection) -> None:
    await dunning.execute("update borrower_case set next_look_on = $1 where borrower_id = 'there-3'", day(-1))
    await area_store.look_at_area(dunning, "region", "CN-44", day(0))
    await _spread(dunning, at_once=100)
    assert list(await store.cases_to_look_at(dunning, day(-1), 100)) == ["there-3"]


async def _spread(dunning: Connection, at_once: int) -> list[int]:
    """How many are to be looked at after each round."""
    counts: list[int] = []
    while await area_store.spread_area_look(dunning, at_once):
        counts.append(await dunning.fetchval("select count(*) from borrower_case where next_look_on is not null"))
    return counts


async def _keep(connection: Connection, borrower_id: str, region: str, product: str) -> None:
    kept = (await store.load_cases(connection, {borrower_id}))[borrower_id]
    kept.facts = CaseFacts(region=region)
    kept.loans = case(ladder(), upcoming(product=product)).loans
    await store.save_cases(connection, [kept], None)
