"""The ledger's HTTP API over a ledger in this process on a real PostgreSQL."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import yaml
from typer.testing import CliRunner

from amends.commands.ledger_books import books_app
from schemas.lending import LoanDisbursed
from services.eventing.api_connections import ApiConnections, open_api_pool
from services.eventing.api_keys import ApiKey, KeyFile, Scope, new_key
from services.eventing.clock import SystemClock
from services.eventing.database import Pool
from services.eventing.health import Health, http_face
from services.eventing.settings import Settings
from services.ledger.app import ledger
from tests.books.scene import LedgerInProcess, ledger_in_process
from tests.builders import loan_disbursed

EVERY_SCOPE: tuple[Scope, ...] = ("ledger:read", "ledger:command", "ledger:admin")
LOAN = loan_disbursed()
LATE_LOAN = loan_disbursed("loan-late").model_copy(update={"product": "cn-consumer@1", "currency": "CNY"})
"""Its product charges penalty interest, and caps it."""
TIMEOUT_SECONDS = 3.0
AT = "/v1/borrowers/borrower-1/loans/loan-1"
LATE_AT = "/v1/borrowers/borrower-1/loans/loan-late"


@dataclass(frozen=True)
class Client:
    """Asks the API with one key; `name` is the key's."""

    http: httpx.AsyncClient
    key: ApiKey

    async def get(self, path: str, **parameters: object) -> Any:
        """The answer, which must be one."""
        given = {name: str(value) for name, value in parameters.items() if value is not None}
        response = await self.http.get(path, params=given)
        assert response.status_code == 200, response.text
        return response.json()

    async def post(self, path: str, body: object, idempotency_key: str = "key-1", **headers: str) -> httpx.Response:
        """What a command is answered."""
        return await self.http.post(path, json=body, headers={"Idempotency-Key": idempotency_key, **headers})

    async def command(self, path: str, idempotency_key: str = "key-1", **body: Any) -> Any:
        """The answer to a command that is done."""
        response = await self.post(path, {"reason": "as agreed", **body}, idempotency_key)
        assert response.status_code == 201, response.text
        return response.json()


@dataclass(frozen=True)
class LedgerApi:
    """The API and the ledger behind it."""

    database_url: str
    ledger: LedgerInProcess
    api_pool: Pool
    client: Client
    clients: dict[Scope, Client]
    anonymous: httpx.AsyncClient


@asynccontextmanager
async def ledger_api(database_url: str, folder: Path) -> AsyncIterator[LedgerApi]:
    """The API of a new ledger in an empty database, with a key of every scope and one key for each."""
    settings = Settings(database_url=database_url, clock="events", topic_partitions=1,
                        api_statement_timeout_seconds=TIMEOUT_SECONDS)  # fmt: skip
    everything, tokens = new_key("console", EVERY_SCOPE)
    single = {scope: new_key(scope.replace(":", "-"), [scope]) for scope in EVERY_SCOPE}
    keys_file = write_keys(folder / "keys.yaml", [everything, *(key for key, _ in single.values())])
    async with (
        ledger_in_process(database_url) as in_process,
        await open_api_pool(settings, "ledger") as api_pool,
    ):
        routers = ledger(settings).api(ApiConnections(api_pool, TIMEOUT_SECONDS))
        face = http_face("ledger", Health(lambda: True, lambda: True, lambda: True),
                         KeyFile(keys_file, SystemClock()), routers)  # fmt: skip

        def asking(token: str | None) -> httpx.AsyncClient:
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            return httpx.AsyncClient(
                transport=httpx.ASGITransport(face), base_url="http://ledger", headers=headers, trust_env=False
            )

        yield LedgerApi(
            database_url,
            in_process,
            api_pool,
            Client(asking(tokens), everything),
            {scope: Client(asking(token), key) for scope, (key, token) in single.items()},
            asking(None),
        )


def write_keys(file: Path, keys: Sequence[ApiKey]) -> Path:
    """A file of keys."""
    file.write_text(yaml.safe_dump([key.model_dump(mode="json", exclude_none=True) for key in keys]))
    return file


def differences(database_url: str) -> list[Any]:
    """What `amends ledger verify` finds: how the books differ from a replay of all facts. Blocks."""
    environment = {"AMENDS_DATABASE_URL": database_url}
    result = CliRunner().invoke(books_app, ["verify", "--json"], env=environment)
    assert result.stdout, f"not verified: {result.output} {result.exception!r}"
    found: list[Any] = json.loads(result.stdout)["differences"]
    return found


async def two_loans(api: LedgerApi, today: date) -> None:
    """A loan without and one with penalties, and the business date completed."""
    await api.ledger.tell(LOAN, LATE_LOAN)
    await api.ledger.complete(today)


def many_loans(number: int, borrower_id: str) -> list[LoanDisbursed]:
    """Loans of one borrower, ids in order."""
    return [loan_disbursed(f"{borrower_id}:loan-{index:04}", borrower_id=borrower_id) for index in range(number)]
