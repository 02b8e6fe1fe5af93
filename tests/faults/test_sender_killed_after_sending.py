"""The notifier is killed when messages have left and that is not recorded: the moment at which mail could double."""

import random
from datetime import date

from amends.demo.flow import FlowWatch
from amends.demo.story import date_opened
from tests.faults import messages
from tests.faults.hanging import hanging
from tests.faults.scene import come_to_rest, scene, story, tell_surely

DUE_DATE = date(2024, 2, 1)


async def test_what_left_and_was_not_recorded_does_not_leave_twice() -> None:
    told = story(random.Random(13), loans=60, payments=1, days=10)
    async with scene() as here, FlowWatch(here.settings) as watch:
        database_url, notifier = here.settings.database_url_of("notifier"), watch.connections["notifier"]
        recorded = "update on message for each row when (new.status = 'sent')"
        async with hanging(database_url, notifier, recorded) as recording:
            await tell_surely(here.settings, [*told.opening, date_opened(DUE_DATE)])
            await recording.until_asked_for()
            here.services.kill("notifier")
            await recording.cut_off()
            found_leaving = await messages.left_leaving(here.settings)
            left_before = {one.reference for one in messages.read_arrivals(here.stack.data_dir)}
        await come_to_rest(watch, here.services, DUE_DATE, 60)
        notified = await messages.read_told(notifier, messages.keys_of(here.stack.addresses))
        arrivals = messages.read_arrivals(here.stack.data_dir)
        messages.assert_one_reference_is_one_message(arrivals)
        messages.assert_what_was_sent_arrived_as_recorded(notified, arrivals)
        messages.assert_nothing_came_twice(arrivals)
        messages.assert_each_message_has_an_end(notified)
        messages.assert_unknown_ends_are_accounted_for(notified, messages.Deaths(found_leaving, 0))
        unknown = [one for one in notified if one.status == "unknown"]
        assert {one.notification_id for one in unknown} == {
            one.notification_id for one in notified if one.channel == "email" and one.notification_id in found_leaving
        }
        assert {one.reference for one in unknown} & left_before
