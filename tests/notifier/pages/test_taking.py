"""What dunning and the ledger tell of offers becomes pages and messages."""

from datetime import date
from typing import Any

from schemas.ledger import LoanRestructured, ScheduledInstalment
from schemas.values import ComponentAmounts, LoanStanding
from tests.notifier.pages.offers import BORROWER, LOAN, OFFER, offer_made
from tests.notifier.pages.scene import PageScene


async def messages(scene: PageScene) -> list[dict[str, Any]]:
    rows = await scene.pool.fetch(
        "select reminder_id, template, channels, currency, due_on, principal_minor, about from message order by 1"
    )
    return [dict(row) for row in rows]


def restructured() -> LoanRestructured:
    def line(number: int) -> ScheduledInstalment:
        return ScheduledInstalment(
            instalment_number=number,
            due_on=date(2026, 3 + number, 10),
            amounts=ComponentAmounts(principal_minor=50_000),
        )

    standing = LoanStanding(
        as_of=date(2026, 3, 6), principal_outstanding_minor=150_000, overdue=ComponentAmounts(),
        oldest_unpaid_due_on=date(2026, 4, 10), next_due_on=date(2026, 4, 10), next_due=ComponentAmounts(),
        credit_minor=0, settled=False,
    )  # fmt: skip
    return LoanRestructured(
        borrower_id=BORROWER, loan_id=LOAN, currency="CNY", standing=standing, restructuring_id=OFFER,
        restructured_on=date(2026, 3, 5), instalments=tuple(line(number) for number in (1, 2, 3)),
    )  # fmt: skip


async def test_an_offer_is_told_to_the_borrower_without_an_amount(scene: PageScene) -> None:
    [message] = await messages(scene)
    assert (message["reminder_id"], message["template"]) == (f"offer:{OFFER}", "offer")
    assert (message["principal_minor"], message["channels"]) == (0, ["email", "sms"])
    assert OFFER in message["about"]


async def test_an_offer_told_again_is_one_message(scene: PageScene) -> None:
    await scene.take(offer_made())
    assert len(await messages(scene)) == 1


async def test_what_was_offered_lies_sealed(scene: PageScene) -> None:
    assert LOAN.encode() not in await scene.pool.fetchval("select sealed from kept_offer")


async def test_a_new_schedule_that_is_in_place_is_confirmed_once(scene: PageScene) -> None:
    await scene.take(restructured())
    await scene.take(restructured())
    [_, message] = await messages(scene)
    assert (message["reminder_id"], message["template"]) == (f"restructured:{OFFER}", "restructured")
    assert (message["due_on"], message["principal_minor"]) == (date(2026, 4, 10), 50_000)
    assert '"instalments":3' in message["about"].replace(" ", "")
