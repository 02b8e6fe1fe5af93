"""Dunning's HTTP API over a dunning in this process on a real PostgreSQL."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from schemas.lending import BorrowerRegistered
from services.dunning.app import dunning
from services.dunning.cases.case_work import CaseWork
from services.dunning.ladder.files import load_ladders
from services.dunning.ladder.store import LadderKeeper
from services.dunning.offer_desk import OfferDesk
from services.dunning.settings import load_offer_policy
from services.eventing.api_connections import ApiConnections, open_api_pool
from services.eventing.api_keys import KeyFile, Scope, new_key
from services.eventing.clock import SystemClock
from services.eventing.database import Pool, migrate
from services.eventing.health import Health, http_face
from services.eventing.settings import Settings
from tests.dunning.what_if.live_dunning import CALENDAR, LiveDunning, all_sent
from tests.dunning_api.loans import BORROWER, LOAN, opened, told_again
from tests.ledger_api.scene import Client, write_keys

EVERY_SCOPE: tuple[Scope, ...] = ("dunning:read", "dunning:command", "dunning:admin")
TIMEOUT_SECONDS = 8.0
AT = f"/v1/borrowers/{BORROWER}"
DISBURSED_ON = date(2024, 1, 10)
TODAY = date(2024, 3, 20)
"""The loan of the late borrower is 39 days past due, and plans were offered."""


@dataclass(frozen=True)
class DunningApi:
    """The API and the dunning behind it."""

    dunning: LiveDunning
    pool: Pool
    client: Client
    clients: dict[Scope, Client]
    anonymous: httpx.AsyncClient

    async def events(self, name: str) -> list[dict[str, Any]]:
        """The data of the events of one type that wait for the relay, in order."""
        rows = await self.pool.fetch(
            "select value from outbox where event_type = $1 order by id", f"amends.dunning.{name}.v1"
        )
        return [json.loads(row[0]) for row in rows]

    async def facts(self) -> list[tuple[str, dict[str, Any]]]:
        """What the record has of things told of borrowers: kind and content."""
        rows = await self.pool.fetch("select kind, fact::text from fact_record order by borrower_id, number")
        return [(row[0], json.loads(row[1])) for row in rows]


@asynccontextmanager
async def dunning_api(database_url: str, folder: Path) -> AsyncIterator[DunningApi]:
    """The API of a new dunning in an empty database, with a key of every scope and one key for each."""
    settings = Settings(database_url=database_url, clock="events", topic_partitions=1,
                        api_statement_timeout_seconds=TIMEOUT_SECONDS)  # fmt: skip
    everything, tokens = new_key("console", EVERY_SCOPE)
    other, other_token = new_key("other", ["ledger:read", "ledger:command", "ledger:admin"])
    single = {scope: new_key(scope.replace(":", "-"), [scope]) for scope in EVERY_SCOPE}
    keys = [everything, other, *(key for key, _ in single.values())]
    keys_file = write_keys(folder / "keys.yaml", keys)
    await migrate(database_url, "dunning")
    async with (
        asyncpg.create_pool(database_url, min_size=1, server_settings={"search_path": "dunning"}) as pool,
        pool.acquire() as connection,
        await open_api_pool(settings, "dunning") as api_pool,
    ):
        routers = dunning(settings).api(ApiConnections(api_pool, TIMEOUT_SECONDS))
        face = http_face("dunning", Health(lambda: True, lambda: True, lambda: True),
                         KeyFile(keys_file, SystemClock()), routers)  # fmt: skip

        def asking(token: str | None) -> httpx.AsyncClient:
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            return httpx.AsyncClient(
                transport=httpx.ASGITransport(face), base_url="http://dunning", headers=headers, trust_env=False
            )

        work = CaseWork(LadderKeeper(load_ladders()), OfferDesk(load_offer_policy(None)), CALENDAR, 1)
        yield DunningApi(
            LiveDunning(connection, work, all_sent),
            pool,
            Client(asking(tokens), everything),
            {scope: Client(asking(token), key) for scope, (key, token) in single.items()}
            | {"ledger:read": Client(asking(other_token), other)},
            asking(None),
        )


async def late_borrower(api: DunningApi, today: date = TODAY) -> None:
    """A borrower of region R-1 with one loan of which nothing was paid, and the business date completed."""
    await api.dunning.tell(BorrowerRegistered(borrower_id=BORROWER, name="Ada Example", region="R-1"))
    await api.dunning.tell(opened(DISBURSED_ON), told_again(DISBURSED_ON, today))
    await api.dunning.complete(today)


async def punctual_borrower(api: DunningApi, borrower_id: str, today: date = TODAY) -> None:
    """Another borrower, whose loan is `<borrower id>:loan` and five days past due."""
    disbursed_on = date(2024, 2, 15)
    loan_id = f"{borrower_id}:loan"
    await api.dunning.tell(
        opened(disbursed_on, loan_id, borrower_id), told_again(disbursed_on, today, loan_id, borrower_id)
    )
    await api.dunning.look()


async def open_offer(api: DunningApi) -> dict[str, Any]:
    """The open offer to the late borrower."""
    found = (await api.client.get(f"{AT}/offers"))["offers"]
    offer: dict[str, Any] = next(one for one in found if one["status"] == "open")
    assert offer["loan_id"] == LOAN
    return offer
