"""The real notifier process: who a borrower is comes in by Kafka and goes out to who may see it, and nowhere else."""

import asyncio
import json
from pathlib import Path

import httpx
from aiokafka import AIOKafkaProducer

from amends.commands.migrate import migrate_everything
from amends.demo.flow import until
from amends.processes import ServiceProcesses
from amends.publishing import Publisher
from schemas import lending
from schemas.lending import BorrowerRegistered
from services.eventing.api_keys import new_key
from services.eventing.settings import Settings
from tests.builders import headers_of, publication
from tests.ledger_api.scene import write_keys
from tests.notifier.archive.kept import ADA, BORROWER, SECRETS
from tests.notifier_api.scene import AT, EVERY_SCOPE
from tests.real_pair import RealPair

REGISTERED = BorrowerRegistered(
    borrower_id=BORROWER, name=ADA.name, email=ADA.email, phone=ADA.phone, date_of_birth=ADA.date_of_birth,
    identity_ending=ADA.identity_ending, time_zone="Asia/Shanghai",
)  # fmt: skip
MALFORMED = json.dumps({**json.loads(REGISTERED.model_dump_json()), "email": "Lovelace"}).encode()


async def test_neither_log_nor_metrics_of_the_process_tell_who_a_borrower_is(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    key, token = new_key("console", EVERY_SCOPE)
    settings = Settings(kafka_bootstrap=real_pair.kafka_bootstrap, database_url=fresh_database,
                        topic_prefix=topic_prefix, topic_partitions=1)  # fmt: skip
    await migrate_everything(settings)
    processes = ServiceProcesses(tmp_path, {
        "AMENDS_KAFKA_BOOTSTRAP": real_pair.kafka_bootstrap, "AMENDS_DATABASE_URL": fresh_database,
        "AMENDS_TOPIC_PREFIX": topic_prefix, "AMENDS_TOPIC_PARTITIONS": "1", "AMENDS_LOG_LEVEL": "DEBUG",
        "AMENDS_API_KEYS_FILE": str(write_keys(tmp_path / "keys.yaml", [key])),
    })  # fmt: skip
    producer = AIOKafkaProducer(bootstrap_servers=real_pair.kafka_bootstrap)
    await producer.start()
    try:
        notifier = processes.start("notifier")
        await asyncio.to_thread(processes.wait_ready, notifier)
        topic = settings.topic(lending.TOPIC)
        await producer.send_and_wait(
            topic, MALFORMED, key=BORROWER.encode(), headers=headers_of(REGISTERED), partition=0
        )
        async with Publisher(settings) as publisher:
            await publisher.publish([publication(REGISTERED)])
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "key-1"}
        async with httpx.AsyncClient(base_url=notifier.url, headers=headers, trust_env=False) as http:

            async def is_registered() -> bool:
                return (await http.get(f"{AT}/contact")).status_code == 200

            await until(is_registered, 30)
            assert (await http.get(f"{AT}/contact")).json()["name"] == ADA.name
            search = {"by": "email", "value": "ada@lovelace.example"}
            assert (await http.post("/v1/borrowers/search", json=search)).json()["borrower_ids"] == [BORROWER]
            assert (await http.get(f"{AT}/export")).status_code == 200
            told = {"reason": "asked by letter"}
            assert (await http.post(f"{AT}/opt-outs", json=told)).status_code == 201
            metrics = (await http.get("/metrics")).text
        log = await asyncio.to_thread(notifier.log.read_text)
    finally:
        await producer.stop()
        await asyncio.to_thread(processes.stop)
    assert 'amends_dead_letters_total{code="invalid-data"' in metrics
    assert "service_started" in log
    assert [secret for secret in SECRETS if secret in log + metrics] == []
    assert token.rpartition("_")[2] not in log
