"""The API of the real service process: a plan accepted over HTTP is carried out by the ledger, through Kafka."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import httpx

from amends.commands.migrate import migrate_everything
from amends.demo.flow import FlowWatch
from amends.processes import ServiceProcesses
from amends.publishing import Publisher
from schemas.dunning import RestructureAgreed
from schemas.ledger import LoanRestructured
from services.eventing.api_keys import new_key
from services.eventing.settings import Settings
from tests.builders import loan_disbursed
from tests.dunning_api.scene import AT, EVERY_SCOPE
from tests.end_to_end.ledger_and_dunning import LedgerAndDunning
from tests.ledger_api.scene import write_keys
from tests.real_pair import RealPair

LOAN = loan_disbursed()


async def test_a_plan_accepted_over_http_is_carried_out_by_the_ledger(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    key, token = new_key("console", EVERY_SCOPE)
    keys_file = write_keys(tmp_path / "keys.yaml", [key])
    settings = Settings(kafka_bootstrap=real_pair.kafka_bootstrap, database_url=fresh_database,
                        topic_prefix=topic_prefix, topic_partitions=1, clock="events")  # fmt: skip
    await migrate_everything(settings)
    processes = ServiceProcesses(tmp_path, {
        "AMENDS_KAFKA_BOOTSTRAP": real_pair.kafka_bootstrap, "AMENDS_DATABASE_URL": fresh_database,
        "AMENDS_TOPIC_PREFIX": topic_prefix, "AMENDS_TOPIC_PARTITIONS": "1", "AMENDS_CLOCK": "events",
        "AMENDS_API_KEYS_FILE": str(keys_file),
    })  # fmt: skip
    try:
        ledger, dunning = processes.start("ledger"), processes.start("dunning")
        for service in (ledger, dunning):
            await asyncio.to_thread(processes.wait_ready, service)
        async with FlowWatch(settings) as watch, Publisher(settings) as publisher:
            services = LedgerAndDunning(settings, watch, publisher)
            await services.tell(LOAN)
            await services.open_day(LOAN.disbursed_on + timedelta(days=62))
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "key-1"}
            async with httpx.AsyncClient(base_url=dunning.url, headers=headers, trust_env=False) as http:
                case = (await http.get(AT)).json()
                (offer,) = case["offers"]
                body = {"plan_id": offer["plans"][0]["plan_id"], "reason": "signed"}
                accepted = await http.post(f"{AT}/offers/{offer['offer_id']}/accept", json=body)
                assert accepted.status_code == 201, accepted.text
            await services.tell()
            (agreed,) = await services.said(RestructureAgreed)
            (restructured,) = await services.said(LoanRestructured)
            assert agreed.restructuring_id == restructured.restructuring_id == offer["offer_id"]
        requests = [json.loads(line) for line in dunning.log.read_text().splitlines() if '"event": "request"' in line]
        assert [(one["method"], one["status"], one["caller"]) for one in requests] == [
            ("GET", 200, "console"), ("POST", 201, "console"),
        ]  # fmt: skip
        assert token.rpartition("_")[2] not in dunning.log.read_text()
    finally:
        await asyncio.to_thread(processes.stop)
