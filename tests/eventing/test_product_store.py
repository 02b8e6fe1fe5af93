"""The product documents that loans were made under."""

import asyncpg

from services.ledger.product_catalogue import shipped_products
from services.ledger.product_store import ProductStore
from tests.eventing.partition import ledger_pool


async def test_a_product_whose_recording_was_rolled_back_is_recorded_the_next_time(fresh_database: str) -> None:
    standard = shipped_products().named(None)
    async with ledger_pool(fresh_database) as pool, pool.acquire() as connection:
        products = ProductStore()
        undone = connection.transaction()
        await undone.start()
        await products.keep(connection, [standard])
        await undone.rollback()
        async with connection.transaction():
            await products.keep(connection, [standard])
        assert await _recorded(connection) == [standard.reference]


async def test_a_loan_older_than_the_record_is_under_the_shipped_product(fresh_database: str) -> None:
    async with ledger_pool(fresh_database) as pool, pool.acquire() as connection:
        products = ProductStore()
        await products.load(connection, ["standard@1"])
        assert products.product("standard@1") == shipped_products().named("standard@1")


async def _recorded(connection: asyncpg.pool.PoolConnectionProxy) -> list[str]:
    return [row[0] for row in await connection.fetch("select reference from product_version")]
