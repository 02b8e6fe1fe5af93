"""`amends notifier` on keys, retention, export and erasure, against a real database."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from amends.command_line import app
from services.eventing.database import migrate
from services.notifier.sealing.key_ring import KeyRing
from tests.notifier.archive.kept import BORROWER, SECRETS, KeptBorrower

OLD: Final = f"old:{base64.b64encode(bytes(32)).decode()}"
NEW: Final = f"new:{base64.b64encode(b'n' * 32).decode()}"
INDEX_KEY: Final = base64.b64encode(bytes(range(32))).decode()


@dataclass(frozen=True)
class Program:
    """`amends notifier` on one database."""

    database_url: str
    kept: KeptBorrower

    async def run(self, *arguments: str, keys: str = OLD) -> Result:
        """What the program does with these keys in its settings."""
        environment = {
            "AMENDS_DATABASE_URL": self.database_url,
            "AMENDS_NOTIFIER_CONTACT_KEYS": keys,
            "AMENDS_NOTIFIER_CONTACT_INDEX_KEY": INDEX_KEY,
        }
        return await asyncio.to_thread(CliRunner().invoke, app, ["notifier", *arguments], env=environment)


@pytest.fixture
async def program(fresh_database: str) -> AsyncIterator[Program]:
    await migrate(fresh_database, "notifier")
    async with asyncpg.create_pool(fresh_database, min_size=1, server_settings={"search_path": "notifier"}) as pool:
        yield Program(fresh_database, KeptBorrower(pool, KeyRing.parse(OLD, INDEX_KEY)))


def test_a_new_key_is_made_as_the_setting_wants_it() -> None:
    made = CliRunner().invoke(app, ["notifier", "new-key", "--id", "spring"])
    assert made.exit_code == 0
    assert KeyRing.parse(made.stdout.strip(), INDEX_KEY).current == "spring"


def test_a_bare_key_is_made_for_the_index() -> None:
    made = CliRunner().invoke(app, ["notifier", "new-key", "--bare"])
    assert KeyRing.parse(OLD, made.stdout.strip()).current == "old"


def test_a_key_of_an_unfit_id_is_not_made() -> None:
    made = CliRunner().invoke(app, ["notifier", "new-key", "--id", "no spaces"])
    assert made.exit_code == 2
    assert made.stdout == ""


async def test_keys_tell_which_are_needed_and_which_may_be_dropped(program: Program) -> None:
    await program.kept.contact()
    await program.kept.sent()
    result = await program.run("keys", "--json", keys=f"{NEW},{OLD},spare:{NEW.partition(':')[2]}")
    assert [(row["key"], row["state"], row["values"]) for row in json.loads(result.stdout)] == [
        ("new", "seals", 0), ("old", "needed", 2), ("spare", "may be dropped", 0),
    ]  # fmt: skip


async def test_a_key_that_values_need_and_the_setting_lacks_is_told(program: Program) -> None:
    await program.kept.contact()
    result = await program.run("keys", "--json", keys=NEW)
    assert [(row["key"], row["state"]) for row in json.loads(result.stdout)] == [("new", "seals"), ("old", "MISSING")]


async def test_retention_tells_what_would_be_erased(program: Program) -> None:
    result = await program.run("retention", "--dry-run")
    assert "borrowers to erase whole: 0" in result.stdout
    assert (await program.run("retention")).exit_code == 1


async def test_an_export_is_written_for_its_owner_alone_and_audited(program: Program, tmp_path: Path) -> None:
    await program.kept.everything()
    file = tmp_path / "export.json"
    arguments = ("export", BORROWER, "--reason", "letter of 3 March", "--actor", "op-3", "--output", str(file))
    assert (await program.run(*arguments)).exit_code == 0
    text = file.read_text()
    assert json.loads(text)["contact"]["name"] == "Ada Lovelace"
    assert file.stat().st_mode & 0o077 == 0
    row = await program.kept.pool.fetchrow("select action, caller, operator, what ->> 'reason' from audit")
    assert row is not None
    assert tuple(row) == ("exported", "command-line", "op-3", "letter of 3 March")
    assert (await program.run(*arguments)).exit_code == 1


async def test_erasing_is_refused_with_the_reason_and_done_by_force(program: Program) -> None:
    await program.kept.everything()
    refused = await program.run("erase", BORROWER, "--reason", "asked for")
    assert (refused.exit_code, "loans are open: loan-1" in refused.stderr) == (1, True)
    done = await program.run("erase", BORROWER, "--reason", "asked for", "--force")
    assert done.exit_code == 0
    assert "is erased (forced)" in done.stdout
    kept = await program.kept.everything_kept()
    assert [secret for secret in SECRETS if secret in kept] == []


@pytest.mark.parametrize("command", ["export", "erase"])
async def test_a_borrower_not_known_is_told(program: Program, command: str) -> None:
    result = await program.run(command, "nobody", "--reason", "x")
    assert (result.exit_code, "knows no borrower 'nobody'" in result.stderr) == (1, True)


async def test_a_value_that_does_not_open_ends_the_export(program: Program) -> None:
    await program.kept.contact()
    result = await program.run("export", BORROWER, "--reason", "x", keys=NEW)
    assert (result.exit_code, "the key old is not given" in result.stderr) == (1, True)
    assert await program.kept.pool.fetchval("select count(*) from audit") == 0
