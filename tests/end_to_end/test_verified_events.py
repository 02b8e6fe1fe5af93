"""`amends ledger verify --events`: every event on Kafka is one that the books account for."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from amends.command_line import app
from schemas import calendar, ledger, lending, payments
from schemas.calendar import BusinessDateOpened
from services.eventing.envelope import event_id
from tests.builders import loan_disbursed, payment_captured, payment_reversed
from tests.end_to_end.ledger_alone import LedgerAlone, ledger_alone
from tests.real_pair import RealPair

LOAN = loan_disbursed()
LATE = payment_captured("payment-1", amount_minor=10_662, value_date=date(2024, 2, 10))
EARLIER = payment_captured("payment-2", amount_minor=5_000, value_date=date(2024, 2, 5))
RECEIVED = "amends.ledger.payment-received.v1"


async def verified(exit_code: int) -> list[dict[str, Any]]:
    """What differs."""
    result = await asyncio.to_thread(CliRunner().invoke, app, ["ledger", "verify", "--events", "--json"])
    assert result.exit_code == exit_code, result.output
    document = json.loads(result.stdout)
    assert document["events"] >= 7
    differences: list[dict[str, Any]] = document["differences"]
    return differences


async def live(told: LedgerAlone) -> None:
    """A payment, one before it that comes later, a date closed, a reversal."""
    await told.until_read(lending.TOPIC, await told.tell(LOAN))
    await told.until_read(payments.TOPIC, await told.tell(LATE))
    await told.until_read(payments.TOPIC, await told.tell(EARLIER))
    await told.until_read(calendar.TOPIC, await told.tell(BusinessDateOpened(business_date=date(2024, 3, 2))))
    await told.records_on(ledger.TOPIC, at_least=6)
    await told.until_read(payments.TOPIC, await told.tell(payment_reversed(EARLIER, date(2024, 3, 2))))


async def forge(told: LedgerAlone, number: int, identity: str) -> None:
    """Put an event on the ledger's topic that the ledger has not told."""
    headers = {"ce_id": identity, "ce_type": RECEIVED, "ce_subject": LOAN.loan_id, "ce_sequence": str(number)}
    raw = [(name, value.encode()) for name, value in headers.items()]
    await told.tell_raw(ledger.TOPIC, LOAN.borrower_id.encode(), b"{}", raw)


async def test_events_are_those_that_the_books_account_for(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENDS_KAFKA_BOOTSTRAP", real_pair.kafka_bootstrap)
    monkeypatch.setenv("AMENDS_DATABASE_URL", fresh_database)
    monkeypatch.setenv("AMENDS_TOPIC_PREFIX", topic_prefix)
    monkeypatch.setenv("AMENDS_TOPIC_PARTITIONS", "1")
    async with ledger_alone(real_pair, fresh_database, topic_prefix, tmp_path) as told:
        await live(told)
        assert await verified(exit_code=0) == []
        emitted = await told.connection.fetchval("select sequence from loan")
        await forge(told, emitted + 1, event_id(RECEIVED, LOAN.loan_id, emitted + 1))
        await forge(told, 1, "made-up")
        by_what = {one["what"]: one for one in await verified(exit_code=1)}
        assert by_what.pop("numbers of its events") == {
            "borrower_id": "borrower-1", "loan_id": "loan-1", "what": "numbers of its events",
            "booked": f"1-{emitted + 1}", "right": f"1-{emitted}",
        }  # fmt: skip
        (forged,) = by_what.values()
        assert (forged["booked"], forged["right"]) == ("made-up", event_id(RECEIVED, LOAN.loan_id, 1))


async def test_kafka_that_does_not_answer_is_a_message(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ledger_alone(real_pair, fresh_database, topic_prefix, tmp_path):
        monkeypatch.setenv("AMENDS_KAFKA_BOOTSTRAP", "127.0.0.1:1")
        monkeypatch.setenv("AMENDS_DATABASE_URL", fresh_database)
        result = await asyncio.to_thread(CliRunner().invoke, app, ["ledger", "verify", "--events"])
    assert result.exit_code == 1
    assert result.stderr.startswith("events: ")
