"""A relay is killed when Kafka has acknowledged its rows and they are not deleted: they go out again as they were."""

import random
from datetime import date

from amends.demo.flow import FlowWatch
from amends.demo.story import date_opened
from tests.builders import publication
from tests.faults import books
from tests.faults.hanging import hanging
from tests.faults.scene import come_to_rest, scene, story, tell_surely

FIRST_DATE, LAST_DATE = date(2024, 1, 1), date(2024, 4, 15)


async def test_what_a_relay_sent_and_did_not_delete_is_sent_again_with_the_same_ids_bytes_and_order() -> None:
    told = story(random.Random(11), loans=60, payments=2_000, days=100)
    async with scene() as here, FlowWatch(here.settings) as watch:
        await tell_surely(here.settings, [*told.opening, date_opened(FIRST_DATE)])
        await come_to_rest(watch, here.services, FIRST_DATE, 60)
        database_url, ledger = here.settings.database_url_of("ledger"), watch.connections["ledger"]
        async with hanging(database_url, ledger, "delete on outbox for each statement") as delete:
            payments = [publication(payment) for payment in told.payments]
            await tell_surely(here.settings, [*payments, date_opened(LAST_DATE)])
            await delete.until_asked_for()
            here.services.kill("ledger")
            await delete.cut_off()
            sent_and_kept = await _sent_and_kept(watch)
        assert sent_and_kept > 0
        await come_to_rest(watch, here.services, LAST_DATE, 60)
        reading = await books.read_ledger_events(watch)
        assert reading.repeated == sent_and_kept
        books.assert_sequences_are_whole(reading)
        books.assert_each_payment_is_told(reading, told.payments)
        assert (await watch.on_its_way()).outbox_rows == {"ledger": 0, "dunning": 0, "notifier": 0}
        await books.assert_books_hold(ledger, told.payments)
        await books.assert_no_dead_letters(watch)


async def _sent_and_kept(watch: FlowWatch) -> int:
    """How many of the ledger's events are on Kafka and have their row still."""
    on_kafka = {dict(one.headers)["ce_id"].decode() for one in (await books.read_ledger_events(watch)).events}
    kept = {str(row[0]) for row in await watch.connections["ledger"].fetch("select event_id from outbox")}
    return len(on_kafka & kept)
