"""The notifier's HTTP API over a notifier in this process on a real PostgreSQL, with a clock that stands still."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg
import httpx

from services.eventing.api_connections import ApiConnections, open_api_pool
from services.eventing.api_keys import KeyFile, Scope, new_key
from services.eventing.clock import FixedClock, SystemClock
from services.eventing.database import Pool, migrate
from services.eventing.health import Health, http_face
from services.eventing.settings import Settings
from services.notifier.api.routers import notifier_routers
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.contact_rules.rule_sets import shipped_rule_sets
from services.notifier.sealing.key_ring import KeyRing
from tests.ledger_api.scene import Client, write_keys
from tests.notifier.archive.kept import BORROWER, KeptBorrower

EVERY_SCOPE: Final[tuple[Scope, ...]] = (
    "notifier:read", "notifier:command", "notifier:contact-data", "notifier:admin",
)  # fmt: skip
TIMEOUT_SECONDS: Final = 8.0
AT: Final = f"/v1/borrowers/{BORROWER}"
NOON: Final = datetime(2026, 3, 5, 4, tzinfo=UTC)
"""Thursday, 12:00 in Shanghai."""
TODAY: Final = date(2026, 3, 5)
KEYS: Final = KeyRing.parse(f"k1:{base64.b64encode(bytes(32)).decode()}", base64.b64encode(bytes(range(32))).decode())
CALENDAR: Final = LenderCalendar("default", ZoneInfo("Asia/Shanghai"), False, (ZoneInfo("Asia/Shanghai"),))


@dataclass(frozen=True)
class NotifierApi:
    """The API and what is kept behind it."""

    pool: Pool
    clock: FixedClock
    kept: KeptBorrower
    client: Client
    clients: dict[Scope, Client]
    anonymous: httpx.AsyncClient

    async def events(self, name: str) -> list[dict[str, Any]]:
        """The data of the events of one type that wait for the relay, in order."""
        rows = await self.pool.fetch(
            "select value from outbox where event_type = $1 order by id", f"amends.notifier.{name}.v1"
        )
        return [json.loads(row[0]) for row in rows]

    async def audited(self) -> list[tuple[str, str | None, str | None]]:
        """The audit in order: what was done, with which borrower, by which operator."""
        rows = await self.pool.fetch("select action, nullif(borrower_id, ''), operator from audit order by audit_id")
        return [tuple(row) for row in rows]


@asynccontextmanager
async def notifier_api(database_url: str, folder: Path, preset: str = "CN") -> AsyncIterator[NotifierApi]:
    """The API of a new notifier in an empty database, with a key of every scope and one key for each."""
    settings = Settings(database_url=database_url, api_statement_timeout_seconds=TIMEOUT_SECONDS)
    everything, tokens = new_key("console", EVERY_SCOPE)
    other, other_token = new_key("other", ["dunning:read", "dunning:command", "dunning:admin"])
    single = {scope: new_key(scope.replace(":", "-"), [scope]) for scope in EVERY_SCOPE}
    keys_file = write_keys(folder / "keys.yaml", [everything, other, *(key for key, _ in single.values())])
    clock = FixedClock(NOON)
    await migrate(database_url, "notifier")
    async with (
        asyncpg.create_pool(database_url, min_size=1, server_settings={"search_path": "notifier"}) as pool,
        await open_api_pool(settings, "notifier") as api_pool,
    ):
        routers = notifier_routers(
            ApiConnections(api_pool, TIMEOUT_SECONDS), keys=KEYS, calendar=CALENDAR,
            rule_sets=shipped_rule_sets(), rules_name=preset, clock=clock,
        )  # fmt: skip
        face = http_face("notifier", Health(lambda: True, lambda: True, lambda: True),
                         KeyFile(keys_file, SystemClock()), routers)  # fmt: skip

        def asking(token: str | None) -> httpx.AsyncClient:
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            return httpx.AsyncClient(
                transport=httpx.ASGITransport(face), base_url="http://notifier", headers=headers, trust_env=False
            )

        yield NotifierApi(
            pool,
            clock,
            KeptBorrower(pool, KEYS),
            Client(asking(tokens), everything),
            {scope: Client(asking(token), key) for scope, (key, token) in single.items()}
            | {"dunning:read": Client(asking(other_token), other)},
            asking(None),
        )
