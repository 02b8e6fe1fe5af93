"""A real Chromium for tests: the machine's own, or the one that Playwright installed."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

_NAMES = ("chromium", "google-chrome", "chromium-browser")


def chromium_path() -> str | None:
    """The program to start; None: Playwright's own build. `AMENDS_TEST_CHROMIUM` names another."""
    return os.environ.get("AMENDS_TEST_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A browser without a window; tests may run as root, where Chromium's own sandbox cannot."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        try:
            yield chromium
        finally:
            await chromium.close()
