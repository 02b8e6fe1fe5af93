"""The embedded stack as its users meet it: real servers, really used, killed and found again."""

import asyncio
import os
import signal
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import asyncpg
import httpx
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from typer.testing import CliRunner

from amends.commands.stack import stack_app
from deploy.embedded.ephemeral import EphemeralStack, ephemeral_stack
from deploy.embedded.faults import restart_postgres, start_kafka, stop_kafka
from deploy.embedded.stack import StackAddresses, down, status, up

TOPIC = "promises"


@pytest.fixture(scope="module")
def stack() -> Iterator[EphemeralStack]:
    with ephemeral_stack() as running:
        yield running


@pytest.fixture
def addresses(stack: EphemeralStack) -> StackAddresses:
    return up(stack.data_dir)


async def create_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        if TOPIC not in await admin.list_topics():
            await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def produce(bootstrap: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(TOPIC, value)
    finally:
        await producer.stop()


async def consume_until(bootstrap: str, value: bytes) -> bool:
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(10):
            async for record in consumer:
                if record.value == value:
                    return True
    finally:
        await consumer.stop()
    return False


async def query(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_kafka_takes_and_gives_a_record_and_creates_no_topic_by_itself(addresses: StackAddresses) -> None:
    await create_topic(addresses.kafka_bootstrap)
    await produce(addresses.kafka_bootstrap, b"first")
    assert await consume_until(addresses.kafka_bootstrap, b"first")
    admin = AIOKafkaAdminClient(bootstrap_servers=addresses.kafka_bootstrap)
    await admin.start()
    try:
        await admin.describe_topics(["unheard-of"])
        assert "unheard-of" not in await admin.list_topics()
    finally:
        await admin.close()


async def test_postgres_is_durable_and_knows_its_settings(addresses: StackAddresses) -> None:
    assert await query(addresses.database_url, "select current_database()") == "amends"
    for setting, value in {"fsync": "on", "synchronous_commit": "on", "jit": "off", "max_connections": "200"}.items():
        assert await query(addresses.database_url, f"show {setting}") == value


async def test_postgres_refuses_a_wrong_password(addresses: StackAddresses) -> None:
    wrong = addresses.database_url.replace("postgres:", "postgres:not", 1)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


def test_a_mail_and_an_sms_are_seen_on_the_page(addresses: StackAddresses) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "amends@example.com", "li@example.com", "付款提醒 <due>"
    mail.set_content("您好，您的贷款已逾期。 <b>not bold</b>")
    with smtplib.SMTP(addresses.smtp_host, addresses.smtp_port) as smtp:
        smtp.send_message(mail)
    sms = {"to": "+14155550100", "text": "Your payment is due", "idempotency_key": "notice-1"}
    first = httpx.post(addresses.sms_gateway_url, json=sms)
    again = httpx.post(addresses.sms_gateway_url, json=sms)
    other = httpx.post(addresses.sms_gateway_url, json=sms | {"text": "Another text"})
    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 409)
    assert first.json() == again.json()
    page = httpx.get(addresses.sink_page_url).text
    assert "付款提醒 &lt;due&gt;" in page
    assert "您好，您的贷款已逾期。 &lt;b&gt;not bold&lt;/b&gt;" in page
    assert "Your payment is due" in page
    assert httpx.get(addresses.sink_page_url + "counts").json() == {"email": 1, "sms": 1}
    found = httpx.get(addresses.sink_page_url, params={"query": "逾期"}).text
    assert "li@example.com" in found
    assert "+14155550100" not in found


def test_a_second_up_reuses_what_runs(stack: EphemeralStack) -> None:
    assert up(stack.data_dir) == stack.addresses
    shown = CliRunner().invoke(stack_app, ["status", "--data", str(stack.data_dir)])
    assert shown.exit_code == 0
    assert stack.addresses.kafka_bootstrap in shown.output


async def test_kafka_killed_comes_back_on_the_same_port_with_its_data(stack: EphemeralStack) -> None:
    before = up(stack.data_dir)
    await create_topic(before.kafka_bootstrap)
    await produce(before.kafka_bootstrap, b"kept")
    os.kill(before.pids["kafka"], signal.SIGKILL)
    after = await asyncio.to_thread(up, stack.data_dir)
    assert after.kafka_bootstrap == before.kafka_bootstrap
    assert after.pids["kafka"] != before.pids["kafka"]
    assert after.pids["postgres"] == before.pids["postgres"]
    assert await consume_until(after.kafka_bootstrap, b"kept")


async def test_postgres_crashed_keeps_what_was_committed(stack: EphemeralStack) -> None:
    url = stack.addresses.database_url
    await query(url, "create table kept as select 7 as figure")
    await asyncio.to_thread(restart_postgres, stack.data_dir, immediate=True)
    assert await query(url, "select figure from kept") == 7


def test_one_server_can_be_stopped_and_started(stack: EphemeralStack) -> None:
    stop_kafka(stack.data_dir)
    ready = {server.name: server.ready for server in status(stack.data_dir)}
    assert ready == {"kafka": False, "postgres": True, "sink": True}
    start_kafka(stack.data_dir)
    assert all(server.ready for server in status(stack.data_dir))


def test_down_stops_all_and_the_next_up_finds_the_data(stack: EphemeralStack) -> None:
    before = up(stack.data_dir)
    counts = httpx.get(before.sink_page_url + "counts").json()
    down(stack.data_dir)
    assert not any(psutil.pid_exists(pid) for pid in before.pids.values())
    assert [server.ready for server in status(stack.data_dir)] == [False, False, False]
    after = up(stack.data_dir)
    assert after.database_url == before.database_url
    assert after.sink_page_url == before.sink_page_url
    assert httpx.get(after.sink_page_url + "counts").json() == counts
