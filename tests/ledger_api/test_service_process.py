"""The API of the real service process: what it is told over HTTP comes out on Kafka."""

import json
from pathlib import Path

import httpx

from schemas import ledger, lending
from services.eventing.api_keys import new_key
from tests.builders import loan_disbursed
from tests.end_to_end.ledger_alone import ledger_alone
from tests.ledger_api.scene import AT, EVERY_SCOPE, write_keys
from tests.real_pair import RealPair

LOAN = loan_disbursed()


async def test_a_waiver_posted_to_the_service_is_an_event_on_kafka(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    key, token = new_key("console", EVERY_SCOPE)
    keys_file = write_keys(tmp_path / "keys.yaml", [key])
    environment = {"AMENDS_API_KEYS_FILE": str(keys_file)}
    async with ledger_alone(real_pair, fresh_database, topic_prefix, tmp_path, environment) as running:
        await running.until_read(lending.TOPIC, await running.tell(LOAN))
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=running.service.url, headers=headers, trust_env=False) as http:
            loan = await http.get(AT)
            assert (loan.status_code, loan.json()["status"]) == (200, "active")
            assert "server" not in loan.headers
            waiver = {"component": "interest", "amount_minor": 700, "on": "2024-01-20", "reason": "goodwill"}
            posted = await http.post(f"{AT}/waivers", json=waiver, headers={"Idempotency-Key": "key-1"})
            assert posted.status_code == 201, posted.text
            assert (await http.get("/health/ready")).status_code == 200
            assert 'route="/v1/borrowers/{borrower_id}/loans/{loan_id}/waivers"' in (await http.get("/metrics")).text
        _, record = await running.records_on(ledger.TOPIC, at_least=2)
        event = json.loads(record.value or b"")
        assert dict(record.headers)["ce_type"] == b"amends.ledger.charge-waived.v1"
        assert record.key == b"borrower-1"
        assert (event["waiver_id"], event["amount_minor"]) == (posted.json()["fact_id"], 700)
        log = running.service.log.read_text()
        assert token.rpartition("_")[2] not in log
        requests = [json.loads(line) for line in log.splitlines() if '"event": "request"' in line]
        assert [(one["method"], one["status"], one["caller"]) for one in requests] == [
            ("GET", 200, "console"), ("POST", 201, "console"),
        ]  # fmt: skip


async def test_a_service_without_keys_answers_nobody(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    _, token = new_key("console", EVERY_SCOPE)
    async with (
        ledger_alone(real_pair, fresh_database, topic_prefix, tmp_path) as running,
        httpx.AsyncClient(base_url=running.service.url, trust_env=False) as http,
    ):
        response = await http.get("/v1/loans", headers={"Authorization": f"Bearer {token}"})
        assert (response.status_code, response.headers["content-type"]) == (401, "application/problem+json")
        assert (await http.get("/openapi.json")).status_code == 200
