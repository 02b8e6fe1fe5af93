"""A refused registration tells nobody who the borrower is: not the log, not metrics, not listings or reasons."""

import asyncio
import json
from pathlib import Path

import httpx
from typer.testing import CliRunner

from amends.command_line import app
from schemas import lending
from schemas.lending import BorrowerRegistered
from services.eventing import store
from tests.builders import headers_of
from tests.end_to_end.ledger_alone import LedgerAlone, ledger_alone
from tests.real_pair import RealPair

PERSON = {
    "borrower_id": "borrower-1", "name": "Ada Lovelace", "email": "ada@lovelace.example", "phone": "+8613800138000",
    "date_of_birth": "1985-12-10", "identity_ending": "281X",
}  # fmt: skip
SECRETS = ("Ada", "ovelace", "13800138000", "1985-12-10", "281X")
MALFORMED = (
    json.dumps(PERSON | {"phone": "13800138000"}),
    json.dumps(PERSON | {"name": ["Ada Lovelace"]}),
    json.dumps(PERSON | {"date_of_birth": "1985-12-10 or so"}),
    json.dumps("Ada Lovelace"),
    '{"name": "Ada Lovelace"',
)


def secrets_in(text: str) -> list[str]:
    """What a text tells of the person."""
    return [secret for secret in SECRETS if secret in text]


def listed(ledger: LedgerAlone) -> str:
    """What the commands print of all dead letters."""
    environment = {"AMENDS_DATABASE_URL": ledger.settings.database_url}
    commands = [["list", "--status", "all"], *(["show", str(one)] for one in range(1, len(MALFORMED) + 1))]
    results = [CliRunner().invoke(app, ["dead-letters", *command], env=environment) for command in commands]
    assert [result.exit_code for result in results] == [0] * len(results)
    return "".join(result.output for result in results)


async def test_a_refused_registration_is_told_without_the_person(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    headers = headers_of(BorrowerRegistered(borrower_id="borrower-1", name="x"))
    async with ledger_alone(real_pair, fresh_database, topic_prefix, tmp_path, {"AMENDS_LOG_LEVEL": "DEBUG"}) as ledger:
        for value in MALFORMED:
            offset = await ledger.tell_raw(lending.TOPIC, b"borrower-1", value.encode(), headers)
        await ledger.until_read(lending.TOPIC, offset)
        letters = await store.list_dead_letters(ledger.connection, "open", 100)
        assert len(letters) == len(MALFORMED)
        assert secrets_in(await asyncio.to_thread(listed, ledger)) == []
        assert [secrets_in(f"{one.reason}") for one in letters] == [[]] * len(MALFORMED)
        copies = await ledger.records_on(f"{lending.TOPIC}.dead-letters", at_least=len(MALFORMED))
        assert [secrets_in(str(copy.headers)) for copy in copies] == [[]] * len(MALFORMED)
        async with httpx.AsyncClient(trust_env=False) as http:
            assert secrets_in((await http.get(f"{ledger.service.url}/metrics")).text) == []
        log = await asyncio.to_thread(ledger.service.log.read_text)
    assert "service_started" in log
    assert secrets_in(log) == []
