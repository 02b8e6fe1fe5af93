"""A real Chromium at the pages of a real listener."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from services.notifier.pages.server import PagesServer
from services.notifier.words.languages import Language
from tests.browser import browser
from tests.notifier.pages.offers import offer_made
from tests.notifier.pages.scene import PageScene, page_scene, registered

PHONE = (390, 844)
DESKTOP = (1280, 800)
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
Scheme = Literal["light", "dark"]


async def wcag_faults(page: Page) -> list[str]:
    """What axe finds on a page: the rule, and where."""
    found = await Axe().run(page, options=WCAG)
    return [
        f"{violation['id']} {[node['target'] for node in violation['nodes']][:3]}"
        for violation in found.response["violations"]
    ]


@dataclass
class Reader:
    """A borrower in front of Chromium; `asked_for` are the addresses asked for, `complaints` what its console told."""

    page: Page
    base_url: str
    scene: PageScene
    asked_for: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        """Go to a page."""
        await self.page.goto(self.base_url + path)

    async def answer_question(self) -> None:
        """Type the day of birth and go on."""
        for part, typed in (("day", "27"), ("month", "3"), ("year", "1990")):
            await self.page.locator(f"[name={part}]").fill(typed)
        await self.press()

    async def press(self) -> None:
        """Press the button of the page's form."""
        await self.page.locator("main form button").last.click()

    async def heading(self) -> str:
        """The page's heading."""
        return await self.page.locator("h1").inner_text()


@asynccontextmanager
async def reading(
    database_url: str,
    size: tuple[int, int],
    language: Language,
    *,
    has_scripts: bool = True,
    scheme: Scheme = "light",
) -> AsyncIterator[Reader]:
    """A borrower who was made an offer, with a browser of a size; the offer's link is the scene's to make."""
    async with page_scene(database_url, pages_url="http://pages.example") as scene, browser() as chromium:
        await scene.take(registered(language=language), offer_made())
        server = PagesServer(scene.parts)
        await server.start()
        try:
            context = await chromium.new_context(
                viewport={"width": size[0], "height": size[1]}, java_script_enabled=has_scripts, locale=language,
                color_scheme=scheme,
            )  # fmt: skip
            reader = Reader(await context.new_page(), f"http://127.0.0.1:{server.port}", scene)
            reader.page.on("request", lambda request: reader.asked_for.append(request.url))
            reader.page.on("console", lambda message: _note(reader, message))
            yield reader
        finally:
            await server.stop()


def _note(reader: Reader, message: Any) -> None:
    """Answers such as 404 are told as errors too; those are asked for here."""
    if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
        reader.complaints.append(message.text)
