"""From the reminder in the mailbox to the cured loan: a borrower takes a plan on their phone, and on a desk."""

import asyncio
import os
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from amends.demo.flow import FlowWatch, until
from amends.demo.story import date_opened
from amends.publishing import Publisher
from deploy.embedded.mailbox import Channel, Message
from schemas.lending import BorrowerRegistered, LoanDisbursed
from schemas.values import EventData
from services.notifier.words import Language
from tests.browser import browser
from tests.builders import loan_disbursed, payment_captured, publication
from tests.faults.messages import read_arrivals
from tests.faults.scene import Scene, scene

FIRST_DUE_ON = date(2024, 2, 1)
OFFERED_ON = FIRST_DUE_ON + timedelta(days=30)
PATIENCE_SECONDS = 90
ENDING = "042X"


@dataclass(frozen=True)
class Visitor:
    """A borrower, their device, and the words they look for."""

    loan: LoanDisbursed
    language: Language
    width: int
    height: int
    plans: str
    in_place: str

    @property
    def registered(self) -> BorrowerRegistered:
        """The visitor as the lender knows them."""
        borrower_id = self.loan.borrower_id
        return BorrowerRegistered(
            borrower_id=borrower_id, name="Lin Daiyu", email=f"{borrower_id}@example.com", language=self.language,
            time_zone="America/New_York", identity_ending=ENDING,
        )  # fmt: skip


ON_A_PHONE = Visitor(loan_disbursed("loan-1", borrower_id="borrower-1"), "zh-CN", 390, 844, "查看方案", "新方案")
AT_A_DESK = Visitor(
    loan_disbursed("loan-2", borrower_id="borrower-2"), "en", 1280, 800, "See the plans", "Your new plan is in place"
)


@dataclass(frozen=True)
class Lender:
    """The running services, told of events and watched from outside."""

    scene: Scene
    watch: FlowWatch
    publisher: Publisher

    async def tell(self, *told: EventData) -> None:
        """Publish events, and wait until every service has done with them and every message has left."""
        await self.publisher.publish([publication(one) for one in told])
        await until(self._is_still, PATIENCE_SECONDS)

    async def open_day(self, day: date) -> None:
        """Open a business date, and wait until it is completed everywhere."""
        await self.publisher.publish([date_opened(day)])

        async def is_done() -> bool:
            return await self.watch.at_rest(day)

        await until(is_done, PATIENCE_SECONDS)

    async def mail(self, visitor: Visitor, containing: str) -> Message:
        """The newest e-mail to a visitor with some words in it, once it is there."""
        found: list[Message] = []

        async def has_arrived() -> bool:
            found[:] = [
                one
                for one in await asyncio.to_thread(read_arrivals, self.scene.stack.data_dir)
                if one.channel is Channel.EMAIL and one.to == visitor.registered.email
                and containing in one.subject + one.body
            ]  # fmt: skip
            return bool(found)

        await until(has_arrived, PATIENCE_SECONDS)
        return found[-1]

    async def _is_still(self) -> bool:
        return (await self.watch.on_its_way()).total == 0


@pytest.mark.parametrize("visitor", [ON_A_PHONE, AT_A_DESK], ids=["phone, zh-CN", "desk, en"])
async def test_a_reminder_leads_to_an_accepted_plan_and_a_cured_loan(visitor: Visitor, tmp_path: Path) -> None:
    async with scene() as running, FlowWatch(running.settings) as watch, Publisher(running.settings) as publisher:
        lender = Lender(running, watch, publisher)
        await lender.tell(visitor.registered)
        await lender.tell(visitor.loan)
        await lender.open_day(FIRST_DUE_ON + timedelta(days=5))
        await lender.open_day(OFFERED_ON)
        invitation = await lender.mail(visitor, visitor.plans)
        async with browser() as chromium:
            await _take_the_first_plan(chromium, visitor, _link_in(invitation), tmp_path)
        confirmation = await lender.mail(visitor, visitor.in_place)
        assert visitor.loan.loan_id in confirmation.body
        first_due_on, first_minor = await _first_new_instalment(lender)
        await lender.open_day(first_due_on)
        await lender.tell(payment_captured(loan=visitor.loan, amount_minor=first_minor, value_date=first_due_on))
        await lender.open_day(first_due_on + timedelta(days=6))
        level = await watch.connections["dunning"].fetchrow(
            "select state, flags from level_record order by evaluation desc limit 1"
        )
        assert level is not None
        assert level["state"] == "current"
        assert "restructured" in level["flags"]


async def _take_the_first_plan(chromium: Browser, visitor: Visitor, link: str, tmp_path: Path) -> None:
    """What the borrower does; nothing of the debt is on the page before they said who they are."""
    pictures = Path(os.environ.get("AMENDS_TEST_PICTURES") or tmp_path)
    context = await chromium.new_context(viewport={"width": visitor.width, "height": visitor.height})
    page = await context.new_page()

    async def keep(name: str) -> None:
        await page.screenshot(path=pictures / f"{visitor.language}-{visitor.width}-{name}.png", full_page=True)

    await page.goto(link)
    await keep("1-question")
    before = await page.content()
    assert visitor.loan.loan_id not in before
    assert "Lin Daiyu" not in before
    await page.locator("[name=answer]").fill(ENDING)
    await _press(page)
    await keep("2-plans")
    assert visitor.loan.loan_id in await page.locator("main").inner_text()
    await page.locator("main a.button[href='/plans/1']").click()
    await keep("3-plan")
    await page.locator("main a.button").last.click()
    await keep("4-accept")
    await page.locator("[name=understood]").check()
    await _press(page)
    await keep("5-accepted")
    await context.close()


async def _press(page: Page) -> None:
    await page.locator("main button[type=submit]").first.click()
    await page.wait_for_load_state()


async def _first_new_instalment(lender: Lender) -> tuple[date, int]:
    """When the first unpaid instalment is due in the ledger, and its amount: after the plan, none is overdue."""
    row = await lender.watch.connections["ledger"].fetchrow(
        "select due_on, principal_minor + interest_minor + fee_minor + penalty_minor as amount_minor from instalment"
        " where paid_on is null order by due_on limit 1"
    )
    assert row is not None
    assert row["due_on"] > OFFERED_ON
    return row["due_on"], row["amount_minor"]


def _link_in(message: Message) -> str:
    found = re.search(r"https?://\S+/o/[^\s\"<>]+", message.body)
    assert found is not None, message.body
    return found.group()
