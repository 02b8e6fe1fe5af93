"""However the same facts are cut into batches, repeated, delivered again and interleaved, the books end the same."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.payments import PaymentReversed
from schemas.values import EventData
from services.eventing.database import Pool
from tests.eventing import facts as told
from tests.eventing.partition import LedgerPartitions, forget_everything, ledger_pool

EXAMPLES = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@EXAMPLES
@given(facts=told.payments_and_reversals(), data=st.data())
def test_batches_repeats_redelivery_and_interleaving_change_nothing(
    fresh_database: str, facts: list[EventData], data: st.DataObject
) -> None:
    async def example() -> None:
        async with ledger_pool(fresh_database) as pool:
            await told.straightforward(await _opened(pool), told.by_partition(facts))
            expected = await told.tables_of(pool)
            await told.interleaved(await _opened(pool), told.by_partition(facts), data)
            assert await told.tables_of(pool) == expected
            assert await pool.fetchval("select count(*) from dead_letter") == 0

    asyncio.run(example())


@EXAMPLES
@given(facts=told.payments_and_reversals(), data=st.data())
def test_any_order_of_arrival_ends_in_the_same_instalments_and_balances(
    fresh_database: str, facts: list[EventData], data: st.DataObject
) -> None:
    async def example() -> None:
        async with ledger_pool(fresh_database) as pool:
            await told.straightforward(await _opened(pool), told.by_partition(facts))
            expected = await told.tables_of(pool, "instalment", "balance")
            shuffled = _reversals_behind_their_payments(data.draw(st.permutations(facts)))
            await told.interleaved(await _opened(pool), told.by_partition(shuffled), data)
            assert await told.tables_of(pool, "instalment", "balance") == expected
            assert await pool.fetchval("select count(*) from dead_letter") == 0

    asyncio.run(example())


async def _opened(pool: Pool) -> LedgerPartitions:
    """An emptied ledger in which the loans are open."""
    await forget_everything(pool)
    partitions = LedgerPartitions(pool)
    await told.open_loans(partitions)
    return partitions


def _reversals_behind_their_payments(facts: list[EventData]) -> list[EventData]:
    """Each reversal moved behind its payment where it comes before."""
    waiting: dict[str, EventData] = {}
    seen: set[str] = set()
    ordered: list[EventData] = []
    for fact in facts:
        if isinstance(fact, PaymentReversed) and fact.payment_id not in seen:
            waiting[fact.payment_id] = fact
            continue
        ordered.append(fact)
        seen.add(fact.subject)
        if fact.subject in waiting:
            ordered.append(waiting.pop(fact.subject))
    return ordered
