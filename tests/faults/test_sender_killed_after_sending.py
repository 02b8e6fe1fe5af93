"""The notifier is killed when messages have left and that is not recorded: the one moment at which mail is doubled."""

import random
from collections import Counter
from datetime import date

from amends.demo.flow import FlowWatch
from amends.demo.story import date_opened
from tests.faults import messages
from tests.faults.hanging import hanging
from tests.faults.scene import come_to_rest, scene, story, tell_surely

DUE_DATE = date(2024, 2, 1)


async def test_what_left_and_was_not_recorded_leaves_again_under_the_same_key_and_nothing_else_does() -> None:
    told = story(random.Random(13), loans=60, payments=1, days=10)
    async with scene() as here, FlowWatch(here.settings) as watch:
        database_url, notifier = here.settings.database_url_of("notifier"), watch.connections["notifier"]
        recorded = "update on message for each row when (new.status = 'sent')"
        async with hanging(database_url, notifier, recorded) as recording:
            await tell_surely(here.settings, [*told.opening, date_opened(DUE_DATE)])
            await recording.until_asked_for()
            here.services.kill("notifier")
            await recording.cut_off()
            found_sending = Counter(await messages.left_as_sending(here.settings))
        await come_to_rest(watch, here.services, DUE_DATE, 60)
        notified = await messages.read_told(notifier)
        arrivals = messages.read_arrivals(here.stack.data_dir)
        messages.assert_one_reference_is_one_message(arrivals)
        messages.assert_what_was_sent_arrived_as_recorded(notified, arrivals)
        messages.assert_repeats_are_accounted_for(notified, arrivals, messages.Deaths(found_sending, 0))
        times = Counter(one.reference for one in arrivals)
        doubled = {one.notification_id for one in notified if times[messages.reference(one, "email")] == 2}
        assert doubled == {one.notification_id for one in notified if one.attempts == 2 and one.channel == "email"}
        assert doubled
