"""A record that breaks a rule goes to the dead letters with its reason, and those behind it are processed."""

import asyncio
from datetime import date
from pathlib import Path

from aiokafka import ConsumerRecord

from schemas import lending, payments
from services.eventing import dead_letters, store
from services.eventing.dead_letters import Actor
from services.eventing.store import DeadLetter
from tests.builders import headers_of, loan_disbursed, payment_captured
from tests.end_to_end.ledger_alone import LedgerAlone, ledger_alone
from tests.real_pair import RealPair

LOAN = loan_disbursed()
GOOD = payment_captured("good", amount_minor=500)
POSTED = payment_captured("posted", amount_minor=700)
WRONG_CURRENCY = payment_captured("wrong-currency", currency="USD")
ELSEWHERE = payment_captured("elsewhere", loan=loan_disbursed("loan-nobody-knows"))
REUSED = payment_captured("posted", amount_minor=701)
TOO_EARLY = payment_captured("too-early", value_date=date(2023, 12, 31))
MALFORMED = b'{"borrower_id": "borrower-1", '
# code -> field, and the value that the reason must name
REASONS = {
    "invalid-data": ("data", ""),
    "missing-header": ("ce_type", ""),
    "wrong-currency": ("currency", "USD"),
    "unknown-loan": ("loan_id", "loan-nobody-knows"),
    "payment-id-reused": ("amount_minor", "701"),
    "before-disbursal": ("value_date", "2023-12-31"),
}


async def test_every_kind_of_bad_payment_is_told_with_its_reason_and_the_next_one_is_posted(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with ledger_alone(real_pair, fresh_database, topic_prefix, tmp_path) as ledger:
        await _tell_all(ledger)
        letters = {one.reason.code: one for one in await store.list_dead_letters(ledger.connection, "open", 100)}
        assert {code: (one.reason.field, one.reason.value) for code, one in letters.items()} == REASONS
        for field, value in REASONS.values():
            assert any(one.reason.message.count(field) and value in one.reason.message for one in letters.values())
        posted = await ledger.connection.fetch("select payment_id, amount_minor from payment order by payment_id")
        assert [tuple(row) for row in posted] == [("good", 500), ("posted", 700)]
        originals = {one.offset: one for one in await ledger.records_on(payments.TOPIC, at_least=8)}
        copies = await ledger.records_on(f"{payments.TOPIC}.dead-letters", at_least=6)
        assert len(copies) == 6
        for copy in copies:
            _assert_is_the_original_with_a_reason(copy, originals, letters)


async def test_a_dead_letter_is_posted_after_its_value_was_edited(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with ledger_alone(real_pair, fresh_database, topic_prefix, tmp_path) as ledger:
        await ledger.until_read(lending.TOPIC, await ledger.tell(LOAN))
        refused_at = await ledger.tell(WRONG_CURRENCY)
        await ledger.until_read(payments.TOPIC, refused_at)
        [letter] = await store.list_dead_letters(ledger.connection, "open", 10)
        edited = payment_captured("wrong-currency").model_dump_json().encode()
        await dead_letters.replay(ledger.connection, letter.id, Actor("ops", "the bank corrected it"), edited)
        await ledger.until_read(payments.TOPIC, refused_at + 1)
        assert await ledger.connection.fetchval("select array_agg(payment_id) from payment") == ["wrong-currency"]
        [closed] = await store.list_dead_letters(ledger.connection, None, 10)
        assert closed.status == "replayed"
        done = await ledger.connection.fetchrow("select action, actor, note, edited_value from dead_letter_action")
        assert tuple(done) == ("edit-and-replay", "ops", "the bank corrected it", edited)


async def test_a_partition_of_mostly_bad_records_is_halted_and_not_drained(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with ledger_alone(real_pair, fresh_database, topic_prefix, tmp_path) as ledger:
        await ledger.until_read(lending.TOPIC, await ledger.tell(LOAN))
        for _ in range(300):
            await ledger.tell_raw(payments.TOPIC, GOOD.key.encode(), MALFORMED, headers_of(GOOD))
        last = await ledger.tell(GOOD)
        async with asyncio.timeout(20):
            while await asyncio.to_thread(ledger.service.ready):
                await asyncio.sleep(0.1)
        assert len(await store.list_dead_letters(ledger.connection, "open", 500)) < 60
        positions = await store.group_positions(ledger.connection, "amends-ledger")
        reached = {one.topic: offset for one, offset in positions.items()}[ledger.settings.topic(payments.TOPIC)]
        assert reached <= last
        assert await ledger.connection.fetchval("select count(*) from payment") == 0


async def _tell_all(ledger: LedgerAlone) -> None:
    await ledger.until_read(lending.TOPIC, await ledger.tell(LOAN))
    await ledger.tell(POSTED)
    await ledger.tell_raw(payments.TOPIC, b"borrower-1", MALFORMED, headers_of(GOOD))
    without_type = [one for one in headers_of(GOOD) if one[0] != "ce_type"]
    await ledger.tell(payment_captured("no-type"), headers=without_type)
    for payment in (WRONG_CURRENCY, ELSEWHERE, REUSED, TOO_EARLY):
        await ledger.tell(payment)
    await ledger.until_read(payments.TOPIC, await ledger.tell(GOOD))


def _assert_is_the_original_with_a_reason(
    copy: ConsumerRecord, originals: dict[int, ConsumerRecord], letters: dict[str, DeadLetter]
) -> None:
    told = {name: value.decode() for name, value in copy.headers if name.startswith("amends-")}
    original = originals[int(told["amends-offset"])]
    assert (copy.key, copy.value) == (original.key, original.value)
    assert [one for one in copy.headers if not one[0].startswith("amends-")] == list(original.headers)
    letter = letters[told["amends-code"]]
    assert told == {
        "amends-group": "amends-ledger",
        "amends-topic": original.topic,
        "amends-partition": "0",
        "amends-offset": str(letter.position.offset),
        "amends-code": letter.reason.code,
        "amends-field": letter.reason.field,
        "amends-reason": letter.reason.message,
    }
