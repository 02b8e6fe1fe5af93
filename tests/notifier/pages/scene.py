"""The pages over a notifier's database, and browsers without a screen that look at them."""

import base64
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from schemas.dunning import Channel
from schemas.lending import BorrowerRegistered
from schemas.values import EventData
from services.eventing.api_connections import ApiConnections
from services.eventing.batch import Outcome
from services.eventing.clock import FixedClock
from services.eventing.database import Pool
from services.eventing.envelope import read_record
from services.notifier.borrowers.taking import take_borrowers
from services.notifier.pages.links import LinkMaker, LinkWanted
from services.notifier.pages.page_app import page_app
from services.notifier.pages.page_parts import PageParts
from services.notifier.pages.page_settings import PageSettings
from services.notifier.pages.taking import OfferTaking, take_offers
from services.notifier.settings import NotifierSettings
from tests.notifier.borrowers.telling import BY_THE_CLOCK, KEYS, notifier_pool, numbered
from tests.notifier.pages.offers import BORROWER, LOAN, OFFER

NOON = datetime(2026, 3, 6, 4, tzinfo=UTC)
"""Friday, 12:00 in Shanghai, a day after the offer was made."""
NAME = "Lin Daiyu"
BORN_ON = date(1990, 3, 27)
PAGE_KEY = "page-secret-of-the-tests-long-enough"
RIGHT: Mapping[str, str] = {"year": "1990", "month": "3", "day": "27"}
WRONG: Mapping[str, str] = {"year": "1990", "month": "3", "day": "28"}
_FORM_TOKEN = re.compile(r'name="form" value="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def page_settings(**changes: Any) -> PageSettings:
    """The settings of the tests, which do not come from the environment; limits that are not tested are wide."""
    given: dict[str, Any] = {
        "page_key": SecretStr(PAGE_KEY), "pages_url": "https://pages.example", "answers_a_minute": 10_000,
        "requests_a_minute": 100_000,
    }  # fmt: skip
    return PageSettings(**(given | changes))


def lender() -> NotifierSettings:
    """What the pages tell of the lender."""
    return NotifierSettings(
        contact_keys=SecretStr("k1:" + base64.b64encode(bytes(32)).decode()),
        contact_index_key=SecretStr(base64.b64encode(bytes(range(32))).decode()),
        lender_name="Example Lender",
    )


def registered(borrower_id: str = BORROWER, **changes: Any) -> BorrowerRegistered:
    """A borrower of whom the day of birth is known."""
    given: dict[str, Any] = {
        "borrower_id": borrower_id, "name": NAME, "email": "lin@example.com", "phone": "+8613800001234",
        "language": "en", "date_of_birth": BORN_ON, "time_zone": "Asia/Shanghai",
    }  # fmt: skip
    return BorrowerRegistered(**(given | changes))


@dataclass
class Browser:
    """Keeps cookies, follows no redirects by itself, and sends the forms that pages give it."""

    client: httpx.AsyncClient
    at: httpx.Response = field(init=False)

    async def get(self, path: str) -> httpx.Response:
        """Look at a page, following redirects."""
        self.at = await self.client.get(path, headers={"accept": "text/html"})
        while self.at.is_redirect:
            self.at = await self.client.get(self.at.headers["location"], headers={"accept": "text/html"})
        return self.at

    async def send(self, path: str, fields: Mapping[str, str], *, with_hidden: bool = True) -> httpx.Response:
        """Send the form of the page that is looked at, with its hidden fields; the answer is not followed."""
        hidden = {name: unescape(value) for name, value in _HIDDEN.findall(self.at.text)} if with_hidden else {}
        return await self.client.post(path, data={**hidden, **fields}, headers={"accept": "text/html"})

    async def send_and_follow(self, path: str, fields: Mapping[str, str]) -> httpx.Response:
        """Send the form and look at the page it leads to."""
        answer = await self.send(path, fields)
        if answer.is_redirect:
            return await self.get(answer.headers["location"])
        self.at = answer
        return answer

    async def enter(self, path: str) -> httpx.Response:
        """Open a link and answer its question rightly."""
        await self.get(path)
        return await self.send_and_follow(path, RIGHT)


@dataclass
class PageScene:
    """The pages and what is behind them."""

    pool: Pool
    parts: PageParts
    clock: FixedClock
    app: FastAPI
    told: int = 0

    async def take(self, *events: EventData) -> None:
        """Tell events in one batch, numbered in the order in which they are told."""
        async with self.pool.acquire() as connection, connection.transaction():
            received = []
            for event in events:
                self.told += 1
                received.append(read_record(numbered(event, self.told, self.told)))
            await take_borrowers(connection, received, Outcome(), KEYS, self.clock.now())
            await take_offers(connection, received, OfferTaking(KEYS, self.clock))

    async def link(
        self,
        *,
        borrower_id: str = BORROWER,
        loan_id: str = LOAN,
        offer_id: str | None = OFFER,
        channel: Channel = "email",
        valid_for: timedelta = timedelta(days=14),
    ) -> str:
        """The path of a new link."""
        wanted = LinkWanted(borrower_id, loan_id, offer_id, channel, self.clock.now() + valid_for)
        async with self.pool.acquire() as connection:
            [url] = await self.parts.links.offer_links(connection, [wanted])
        return urlsplit(url).path

    def browser(self, address: str = "203.0.113.7", **headers: str) -> Browser:
        """A new browser at a network address."""
        transport = httpx.ASGITransport(self.app, client=(address, 40_000), raise_app_exceptions=False)
        return Browser(
            httpx.AsyncClient(
                transport=transport,
                base_url="https://pages.example",
                headers={"accept-language": "en", **headers},
                trust_env=False,
                timeout=30,
            )
        )

    async def visiting(self) -> Browser:
        """A browser whose borrower has proved who they are."""
        browser = self.browser()
        await browser.enter(await self.link())
        return browser

    async def events(self, name: str) -> list[dict[str, Any]]:
        """The data of the events of one type that wait for the relay, in order."""
        rows = await self.pool.fetch(
            "select value from outbox where event_type = $1 order by id", f"amends.notifier.{name}.v1"
        )
        return [json.loads(row[0]) for row in rows]


@asynccontextmanager
async def page_scene(database_url: str, **changes: Any) -> AsyncIterator[PageScene]:
    """The pages of a new notifier that nobody was told to; `changes` are of the page settings."""
    settings = page_settings(**changes)
    clock = FixedClock(NOON)
    async with notifier_pool(database_url) as pool:
        parts = PageParts(
            ApiConnections(pool, 20), KEYS, LinkMaker.of(settings), settings, lender(), clock, BY_THE_CLOCK
        )
        yield PageScene(pool, parts, clock, page_app(parts))
