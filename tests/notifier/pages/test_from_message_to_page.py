"""From a text message that tells no debt to the page that tells its borrower what is open."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from tests.notifier.borrowers.telling import hold_began, opened, paid
from tests.notifier.pages.offers import offer_made
from tests.notifier.pages.scene import Browser, PageScene, page_scene, registered
from tests.notifier.sending.post_office import Counter, PostOffice
from tests.notifier.sending.waiting import asked_for

_LINK = re.compile(r"https://pages\.example(/o/\S+)")


class Way:
    """A post office whose links lead to the pages of a scene."""

    def __init__(self, scene: PageScene) -> None:
        self.scene = scene
        counters = {name: Counter(name, honours_key=True) for name in ("sms", "email")}
        self.office = PostOffice(scene.pool, counters, links=scene.parts.links, clock=scene.clock)

    async def link_of_a_text_message(self) -> str:
        """The path of the link in the text message that the instalment is overdue."""
        await self.office.ask(asked_for(2, channels=("sms",)))
        await self.office.send()
        [path] = _LINK.findall(self.office.counters["sms"].given[-1].text)
        return str(path)

    async def follow(self, path: str) -> Browser:
        """The page that the link leads to, after the right answer."""
        browser = self.scene.browser()
        await browser.enter(path)
        return browser


@pytest.fixture
async def way(fresh_database: str) -> AsyncIterator[Way]:
    """A borrower with an unpaid instalment of 5 March on loan-1."""
    async with page_scene(fresh_database) as scene:
        way = Way(scene)
        await way.office.notifier.take(registered("borrower-1"), opened())
        yield way


async def test_the_page_tells_what_the_text_message_did_not(way: Way) -> None:
    path = await way.link_of_a_text_message()
    [given] = way.office.counters["sms"].given
    page = (await way.follow(path)).at.text
    assert "105" not in given.text
    assert "What is open" in page
    assert all(told in page for told in ("March 5, 2026", "€100.00", "€5.00", "€105.00", "As of March 6, 2026"))


async def test_once_the_payment_is_known_the_page_asks_for_nothing(way: Way) -> None:
    path = await way.link_of_a_text_message()
    await way.office.notifier.take(paid())
    page = (await way.follow(path)).at.text
    assert "Nothing is known to be overdue on your loan loan-1. The next payment is due on April 5, 2026." in page
    assert "105.00" not in page


async def test_an_open_offer_stands_below_what_is_open(way: Way) -> None:
    path = await way.link_of_a_text_message()
    await way.scene.take(offer_made(borrower_id="borrower-1", loan_id="loan-1"))
    page = (await way.follow(path)).at.text
    assert 0 < page.index("€105.00") < page.index("Our suggestion")


async def test_the_newest_reminder_is_told(way: Way) -> None:
    await way.office.ask(asked_for(1, "upcoming", channels=("sms",)))
    await way.scene.pool.execute("update message set principal_minor = 77700, asked_at = asked_at - interval '3 days'")
    page = (await way.follow(await way.link_of_a_text_message())).at.text
    assert ("€105.00" in page, "777" in page) == (True, False)


async def test_reminders_of_other_loans_are_not_told(way: Way) -> None:
    path = await way.link_of_a_text_message()
    await way.office.notifier.take(opened("loan-2"))
    await way.office.ask(asked_for(loan_id="loan-2"))
    await way.scene.pool.execute("update message set principal_minor = 77700 where loan_id = 'loan-2'")
    assert "777" not in (await way.follow(path)).at.text


async def test_while_contact_is_held_the_page_does_not_ask_for_the_payment(way: Way) -> None:
    path = await way.link_of_a_text_message()
    await way.office.notifier.take(hold_began())
    page = (await way.follow(path)).at.text
    assert "We do not ask you for this payment at present." in page
    assert 'class="button" href="https://lender.example/pay"' not in page


async def test_a_promise_begins_with_all_that_is_open(way: Way) -> None:
    browser = await way.follow(await way.link_of_a_text_message())
    assert 'value="105.00"' in (await browser.get("/promise")).text


async def test_what_was_typed_into_a_promise_stays_in_place_of_what_is_open(way: Way) -> None:
    browser = await way.follow(await way.link_of_a_text_message())
    await browser.get("/promise")
    page = await browser.send_and_follow("/promise", {"amount": ""})
    assert (page.status_code, 'value="105.00"' in page.text) == (422, False)


async def test_a_new_link_in_place_of_one_about_what_is_not_due_yet_is_sent(way: Way) -> None:
    await way.office.notifier.take(paid())
    upcoming = asked_for(3, "upcoming", channels=("sms",))
    await way.office.ask(upcoming)
    await way.scene.pool.execute("update message set due_on = $1", date(2026, 4, 5))
    await way.office.send()
    [path] = _LINK.findall(way.office.counters["sms"].given[-1].text)
    await way.follow(path)
    browser = way.scene.browser()
    await browser.get(path)
    await browser.send(f"{path}/new-link", {})
    way.scene.clock.moment += timedelta(minutes=1)
    await way.office.send()
    assert await way.office.statuses() == ["sent", "sent"]


async def test_what_is_open_can_be_paid_from_the_page(way: Way) -> None:
    page = (await way.follow(await way.link_of_a_text_message())).at.text
    assert 'class="button" href="https://lender.example/pay"' in page
