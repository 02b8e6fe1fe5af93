"""Reminders without a database: contact-rule decisions, and messages decided and worded, on one core."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Final

from pydantic import SecretStr

from schemas.dunning import Channel
from schemas.values import ComponentAmounts
from services.notifier.borrowers.borrower import Borrower, Contact, Language, Standing
from services.notifier.borrowers.rule_facts import facts_of
from services.notifier.contact_rules.decision import decide
from services.notifier.contact_rules.local_time import zone_named
from services.notifier.contact_rules.rule_sets import shipped_rule_sets
from services.notifier.pages.links import LinkMaker
from services.notifier.pages.page_settings import PageSettings
from services.notifier.sending.borrower_plan import Planner
from services.notifier.sending.lender import Lender
from services.notifier.sending.message import MessageRequest, WaitingMessage, notification_id
from services.notifier.sending.room import Room
from services.notifier.sending.wording import Links, Writer
from services.notifier.words import SHIPPED

NOON: Final = datetime(2026, 3, 6, 17, tzinfo=UTC)
"""Friday, noon in New York."""
DUE_ON: Final = date(2026, 3, 5)
LENDER: Final = Lender(
    "Example Lender", "+1 555 0100", "https://lender.example/pay", "https://lender.example/help", "plain"
)
LINKS: Final = LinkMaker.of(PageSettings(page_key=SecretStr("k" * 32), pages_url="https://pages.lender.example"))
_ROUNDS: Final = 3
_RULES: Final = "US"
_NEW_YORK: Final = zone_named("America/New_York")


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something could be done in a second, on one core."""

    what: str
    per_second: float


def rates(count: int) -> Iterator[Rate]:
    """Each rate, the best of some rounds of `count`."""
    rules = shipped_rule_sets().in_force(_RULES, NOON)
    borrowers = [borrower(number) for number in range(count)]

    def decisions() -> None:
        for number, one in enumerate(borrowers):
            decide(rules, facts_of(one, "email", "collection", f"loan-{number}"), NOON)

    yield Rate("contact rules: facts, decision", count / _best_seconds(decisions))
    for channel in ("email", "sms"):
        yield Rate(f"{channel}: facts, decision, words", count / _best_seconds(lambda: _word(borrowers, channel)))  # noqa: B023


def _word(borrowers: list[Borrower], channel: Channel) -> None:
    planner = Planner(shipped_rule_sets().in_force(_RULES, NOON), NOON, (channel,), Room({channel: len(borrowers)}))
    for number, one in enumerate(borrowers):
        planner.add(one, [WaitingMessage(reminder(number, channel), NOON, NOON)])
    writer = Writer(LENDER, SHIPPED)
    for dispatch, one in zip(planner.plan.dispatches, borrowers, strict=True):
        writer.word(dispatch, one, Links(LINKS.opt_out_url(one.borrower_id, channel)))


def _best_seconds(work: Callable[[], None]) -> float:
    return min(_seconds(work) for _ in range(_ROUNDS))


def _seconds(work: Callable[[], None]) -> float:
    """Of a core's time: what other processes take of it does not count."""
    started = time.process_time()
    work()
    return time.process_time() - started


def borrower(number: int) -> Borrower:
    """One of many borrowers, every second of whom reads Chinese, with an instalment unpaid."""
    return Borrower(
        borrower_id(number), contact(number), (_NEW_YORK,), {f"loan-{number}": Standing(DUE_ON, settled=False)}
    )


def borrower_id(number: int) -> str:
    """The id of one of many borrowers."""
    return f"borrower-{number:07}"


def contact(number: int) -> Contact:
    """How one of many borrowers is reached."""
    language: Language = "zh-CN" if number % 2 else "en"
    return Contact(f"Ada Example {number}", f"ada{number}@example.com", f"+1212555{number % 10_000:04}", language)


def reminder(number: int, channel: Channel = "email") -> MessageRequest:
    """A reminder of an amount that no other borrower owes."""
    reminder_id = f"loan-{number}:20260305:overdue"
    return MessageRequest(
        borrower_id(number), notification_id(reminder_id), reminder_id, f"loan-{number}", "overdue", "overdue_soft",
        (channel,), "USD", DUE_ON, 1, ComponentAmounts(principal_minor=20_000 + number, interest_minor=1_500 + number),
    )  # fmt: skip


def batches(count: int, size: int) -> Iterator[list[int]]:
    """The numbers of many borrowers, so many at a time."""
    numbers = iter(range(count))
    while batch := list(islice(numbers, size)):
        yield batch
