"""The card book through real Kafka, PostgreSQL, ledger and dunning: how late each customer is, month by month."""

import csv
import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from amends.demo.cards import DATA_PATH, STATEMENT_DAYS, CardCustomer, read_card_book
from amends.demo.cards_drive import MonthsBehind, drive_cards
from tests.demo.card_months import expected_months_behind
from tests.end_to_end.ledger_and_dunning import ledger_and_dunning
from tests.real_pair import RealPair

SAMPLE = 300


class Told(NamedTuple):
    """The book, what dunning recorded of it, and how many messages were refused."""

    book: list[CardCustomer]
    recorded: MonthsBehind
    refused: int


@pytest.fixture
async def told(real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Told]:
    book = read_card_book(SAMPLE)
    async with ledger_and_dunning(real_pair, fresh_database, topic_prefix, tmp_path) as services:
        recorded = await drive_cards(services.watch, book)
        ends = await services.watch.ends()
        refused = sum(end for partition, end in ends.items() if partition.topic.endswith(".dead-letters"))
        yield Told(book, recorded, refused)


async def test_dunning_has_every_customer_as_late_as_the_files_bills_and_payments_make_them(told: Told) -> None:
    with gzip.open(DATA_PATH, "rt", encoding="utf-8", newline="") as stream:
        rows = {f"C-{int(row['id']):05d}": row for row in csv.DictReader(stream)}
    expected = {
        one.borrower_id: expected_months_behind(rows[one.borrower_id], _arrears(one)) for one in told.book
    }  # fmt: skip
    assert told.recorded == expected
    assert {months for history in expected.values() for months in history} >= {0, 1, 2, 3}
    assert told.refused == 0


def _arrears(one: CardCustomer) -> int:
    return sum(asked.stated_on < STATEMENT_DAYS[0] for asked in one.minimum_payments)
