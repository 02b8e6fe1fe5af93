"""The pages in a real Chromium: the whole way, with and without scripts, on telephones and desktops, for everybody."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest

from services.notifier.words.languages import Language
from tests.notifier.pages.chromium import DESKTOP, PHONE, Reader, Scheme, reading, wcag_faults
from tests.notifier.pages.offers import BORROWER, EXTENDED

VISITED = (
    "/plans", "/plans/1", "/plans/1/accept", "/decline", "/counter", "/promise", "/hardship", "/dispute", "/opt-out",
    "/tips", "/nothing",
)  # fmt: skip
NARROW = (320, 640)
"""1280 wide at 400 %, as WCAG 1.4.10 asks; narrower than 390 at 120 %."""


async def faults(reader: Reader, name: str) -> list[str]:
    """What axe finds on the page, with the page's name."""
    return [f"{name}: {fault}" for fault in await wcag_faults(reader.page)]


async def walk(reader: Reader, paths: Sequence[str] = VISITED) -> list[str]:
    """What axe finds on every page of a visit, those before and after it and those with faults too."""
    link = await reader.scene.link()
    await reader.open(link)
    found = await faults(reader, "question")
    await reader.press()
    found += await faults(reader, "question with a fault")
    await reader.answer_question()
    for path in paths:
        await reader.open(path)
        found += await faults(reader, path)
    for path in ("/counter", "/promise", "/hardship", "/plans/1/accept"):
        await reader.open(path)
        await reader.press()
        found += await faults(reader, f"{path} with a fault")
    await reader.open("/opt-out")
    for name, value in (("channel", "sms"), ("purpose", "any")):
        await reader.page.locator(f"[name={name}][value={value}]").check()
    await reader.press()
    found += await faults(reader, "/done/opt-out")
    await reader.open("/opt-out")
    found += await faults(reader, "/opt-out with one")
    await reader.open("/plans/1/accept")
    await reader.page.locator("[name=understood]").check()
    await reader.press()
    found += await faults(reader, "/accepted")
    await reader.page.context.clear_cookies()
    await reader.open(link)
    found += await faults(reader, "gone")
    await reader.press()
    found += await faults(reader, "sent")
    await reader.open(urlsplit(reader.scene.parts.links.opt_out_url(BORROWER, "email")).path)
    return found + await faults(reader, "one click")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize(("language", "accepted"), [("en", "You have accepted the plan"), ("zh-CN", "您已接受方案")])
async def test_a_plan_is_accepted_without_scripts(
    fresh_database: str, size: tuple[int, int], language: Language, accepted: str
) -> None:
    async with reading(fresh_database, size, language, has_scripts=False) as reader:
        await reader.open(await reader.scene.link())
        await reader.answer_question()
        await reader.page.locator(".button").first.click()
        await reader.page.locator("main .next .button").click()
        await reader.page.locator("[name=understood]").check()
        await reader.press()
        assert await reader.heading() == accepted
        [event] = await reader.scene.events("offer-accepted")
        assert event["plan_id"] == EXTENDED.plan_id


@pytest.mark.parametrize(
    ("size", "language", "scheme"),
    [(PHONE, "en", "light"), (PHONE, "zh-CN", "dark"), (DESKTOP, "en", "dark"), (DESKTOP, "zh-CN", "light")],
)
async def test_every_page_keeps_to_wcag(
    fresh_database: str, size: tuple[int, int], language: Language, scheme: Scheme
) -> None:
    async with reading(fresh_database, size, language, scheme=scheme) as reader:
        assert await walk(reader) == []


async def test_nothing_is_loaded_from_elsewhere_and_nothing_breaks_the_policy(fresh_database: str) -> None:
    async with reading(fresh_database, PHONE, "en") as reader:
        await walk(reader, ("/plans", "/plans/1"))
        assert {urlsplit(url).netloc for url in reader.asked_for} == {urlsplit(reader.base_url).netloc}
        assert reader.complaints == []


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_no_page_has_to_be_scrolled_sideways_at_400_percent(fresh_database: str, language: Language) -> None:
    async with reading(fresh_database, NARROW, language) as reader:
        await reader.open(await reader.scene.link())
        await reader.answer_question()
        too_wide = []
        for path in VISITED:
            await reader.open(path)
            if await reader.page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth"):
                too_wide.append(path)
        assert too_wide == []


async def test_the_keyboard_alone_is_enough(fresh_database: str) -> None:
    async with reading(fresh_database, DESKTOP, "en") as reader:
        await reader.open(await reader.scene.link())
        keyboard = reader.page.keyboard
        await reader.page.locator("[name=day]").focus()
        for typed in ("27", "3", "1990"):
            await keyboard.type(typed)
            await keyboard.press("Tab")
        await keyboard.press("Enter")
        await reader.page.wait_for_url("**/plans")
        await keyboard.press("Tab")
        await keyboard.press("Enter")
        assert reader.page.url.endswith("/plans#main")
        outline = await reader.page.evaluate(
            "(() => { const link = document.querySelector('.button'); link.focus({focusVisible: true});"
            " return getComputedStyle(link).outlineStyle })()"
        )
        assert outline == "solid"


async def test_the_other_language_is_one_press_away_and_stays(fresh_database: str) -> None:
    async with reading(fresh_database, PHONE, "en", has_scripts=False) as reader:
        await reader.open(await reader.scene.link())
        await reader.page.locator("nav a[lang=zh-CN]").click()
        await reader.answer_question()
        assert await reader.heading() == "也许更适合您的方案"


async def test_on_paper_a_page_has_its_terms_and_no_buttons(fresh_database: str) -> None:
    async with reading(fresh_database, DESKTOP, "en") as reader:
        await reader.open(await reader.scene.link())
        await reader.answer_question()
        await reader.open("/plans/1/accept")
        await reader.page.emulate_media(media="print")
        assert await reader.page.locator(".terms").is_visible()
        assert not await reader.page.locator("footer button").is_visible()
        assert not await reader.page.locator("main .next button").is_visible()
