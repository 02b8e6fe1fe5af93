"""Which messages have a link to the borrower's own page."""

import re
from collections.abc import AsyncIterator
from datetime import date

import pytest

from schemas.dunning import Channel
from schemas.templates import Template
from tests.notifier.borrowers.telling import notifier_pool, opened, registered
from tests.notifier.sending.post_office import Counter, PostOffice
from tests.notifier.sending.waiting import asked_for

LOANS = ("loan-1", "loan-2", "loan-3")
_LINK = re.compile(r"https://pages\.lender\.example/o/[\w.-]+")


@pytest.fixture
async def office(fresh_database: str) -> AsyncIterator[PostOffice]:
    """All channels; nobody is known."""
    async with notifier_pool(fresh_database) as pool:
        yield PostOffice(pool, {name: Counter(name) for name in ("email", "sms", "app", "call")})


async def know_ada(office: PostOffice, born_on: date | None = date(1990, 3, 27)) -> None:
    """Ada has an unpaid instalment on each loan."""
    ada = registered(email="ada@example.com", phone="+8613800138000", time_zone="Asia/Shanghai", date_of_birth=born_on)
    await office.notifier.take(ada, *map(opened, LOANS))


async def links_by(office: PostOffice, channel: Channel, template: Template) -> list[str]:
    """The links in the one message of a kind that leaves by a channel."""
    await office.ask(asked_for(template=template, channels=(channel,)))
    await office.send()
    [given] = office.counters[channel].given
    return _LINK.findall(given.text)


@pytest.mark.parametrize("channel", ["email", "sms", "app"])
@pytest.mark.parametrize("template", ["overdue_soft", "restructured", "regional_relief", "offer"])
async def test_every_kind_leads_to_the_page_by_what_can_be_pressed(
    office: PostOffice, template: Template, channel: Channel
) -> None:
    await know_ada(office)
    assert len(await links_by(office, channel, template)) == 1


@pytest.mark.parametrize(("template", "links"), [("overdue_firm", 0), ("offer_help", 1)])
async def test_a_call_has_a_link_only_if_it_speaks_of_plans(office: PostOffice, template: Template, links: int) -> None:
    await know_ada(office)
    assert len(await links_by(office, "call", template)) == links


async def test_whoever_could_not_open_the_page_is_led_to_the_help_page(office: PostOffice) -> None:
    await know_ada(office, born_on=None)
    assert await links_by(office, "sms", "overdue_soft") == []
    assert "https://lender.example/help" in office.counters["sms"].given[0].text


@pytest.mark.parametrize("channel", ["email", "sms", "app"])
async def test_a_message_over_several_loans_has_one_link_to_the_first(office: PostOffice, channel: Channel) -> None:
    await know_ada(office)
    await office.ask(*(asked_for(loan_id=loan, channels=(channel,)) for loan in LOANS))
    await office.send()
    [given] = office.counters[channel].given
    assert len(set(_LINK.findall(given.text))) == 1
    assert [tuple(row) for row in await office.pool.fetch("select loan_id, channel from page_link")] == [
        ("loan-1", channel)
    ]
