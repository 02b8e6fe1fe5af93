"""What is open, on a telephone in a real Chromium."""

import pytest

from services.notifier.words.languages import Language
from tests.notifier.borrowers.telling import opened
from tests.notifier.pages.chromium import PHONE, Reader, Scheme, reading, wcag_faults
from tests.notifier.pages.offers import BORROWER
from tests.notifier.pages.scene import registered
from tests.notifier.sending.post_office import Counter, PostOffice
from tests.notifier.sending.waiting import asked_for

OTHER_BORROWER = "borrower-1"


async def told_of_an_unpaid_instalment(reader: Reader, borrower_id: str, language: Language) -> None:
    """A loan without an offer has an unpaid instalment that a reminder told of."""
    scene = reader.scene
    office = PostOffice(scene.pool, {"email": Counter()}, links=scene.parts.links, clock=scene.clock)
    await scene.take(registered(borrower_id, language=language))
    await office.notifier.take(opened("loan-1", borrower_id))
    await office.ask(asked_for(borrower_id=borrower_id))


@pytest.mark.parametrize(
    ("language", "title", "scheme"), [("en", "What is open", "light"), ("zh-CN", "待还款项", "dark")]
)
async def test_without_an_offer_the_page_begins_with_what_is_open(
    fresh_database: str, language: Language, title: str, scheme: Scheme
) -> None:
    async with reading(fresh_database, PHONE, language, scheme=scheme) as reader:
        await told_of_an_unpaid_instalment(reader, OTHER_BORROWER, language)
        await reader.open(await reader.scene.link(borrower_id=OTHER_BORROWER, loan_id="loan-1", offer_id=None))
        await reader.answer_question()
        assert await reader.page.locator("main h2").first.inner_text() == title
        assert await wcag_faults(reader.page) == []


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("zh-CN", "light")])
async def test_above_an_offer_what_is_open_keeps_to_wcag(
    fresh_database: str, language: Language, scheme: Scheme
) -> None:
    async with reading(fresh_database, PHONE, language, scheme=scheme) as reader:
        await told_of_an_unpaid_instalment(reader, BORROWER, language)
        await reader.scene.pool.execute("update message set loan_id = 'loan-7-secret' where template = 'overdue_soft'")
        await reader.open(await reader.scene.link())
        await reader.answer_question()
        await reader.page.locator("summary").first.click()
        assert await wcag_faults(reader.page) == []
