"""A service that could go on only by skipping records ends with an error, and loses nothing by it."""

import asyncio
from pathlib import Path

from schemas import lending
from tests.builders import loan_disbursed
from tests.end_to_end.ledger_alone import PATIENCE_SECONDS, ledger_alone
from tests.real_pair import RealPair


async def test_it_ends_with_exit_code_1_and_goes_on_where_it_stood(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with ledger_alone(real_pair, fresh_database, topic_prefix, tmp_path) as ledger:
        await ledger.connection.execute("alter table consumer_position rename to taken_away")
        offset = await ledger.tell(loan_disbursed())
        assert await asyncio.to_thread(ledger.service.process.wait, PATIENCE_SECONDS) == 1
        await ledger.connection.execute("alter table taken_away rename to consumer_position")
    async with ledger_alone(real_pair, fresh_database, topic_prefix, tmp_path) as ledger:
        await ledger.until_read(lending.TOPIC, offset)
        assert await ledger.connection.fetchval("select count(*) from loan") == 1
