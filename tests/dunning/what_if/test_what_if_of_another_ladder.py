"""Another ladder over a record that dunning made on a real PostgreSQL: what differs, and that nothing is touched."""

import asyncio
import csv
import json
import os
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from amends.command_line import app
from services.dunning.ladder.choice import Ladders
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.what_if.differences import CaseDifference
from services.dunning.what_if.report import WhatIfReport
from services.dunning.what_if.run import NoHistory, NotReplayable, WhatIfRequest, what_if_of
from services.eventing.database import Connection, migrate
from tests.dunning.cases import ladder, step
from tests.dunning.what_if.live_dunning import all_sent, document_of, live_dunning
from tests.dunning.what_if.told_loans import INSTALMENT_MINOR, told_loan

DUE = date(2024, 1, 10)
LAST = DUE + timedelta(days=40)
IN_FORCE = ladder(step("first", 5), step("firm", 20, when_not_done={"attempts": 2, "retry_after_days": 2}))


def changed(*steps: Any, **rules: Any) -> LadderPolicy:
    """A ladder with a version of its own."""
    return ladder(*steps, **{"version": "new-1", **rules})


def on(days: int) -> date:
    return DUE + timedelta(days=days)


async def live_story(connection: Connection) -> None:
    """Ann and Bob fall due on the same day: Ann pays after 12 days, Bob does not; every notice is sent."""
    live = live_dunning(connection, Ladders.of_one(IN_FORCE), all_sent)
    loans = {name: told_loan(name, f"{name}-1", DUE, instalments=1) for name in ("ann", "bob")}
    await live.tell(*(loan.opens(on(-5)) for loan in loans.values()))
    for days in range(-5, 41):
        if days == 12:
            await live.tell(loans["ann"].pays(on(days), INSTALMENT_MINOR))
        await live.complete(on(days))
        await live.answer()


@pytest.fixture
async def recorded(fresh_database: str) -> AsyncIterator[Connection]:
    await migrate(fresh_database, "dunning")
    connection = await asyncpg.connect(fresh_database, server_settings={"search_path": "dunning"})
    try:
        await live_story(connection)
        yield connection
    finally:
        await connection.close()


async def what_if(connection: Connection, policy: LadderPolicy, **wanted: Any) -> WhatIfReport:
    differing: list[CaseDifference] = []
    return await what_if_of(connection, WhatIfRequest(policy, **wanted), LAST, differing.append)


def told(report: WhatIfReport) -> list[tuple[str, str, int, str, str]]:
    """Notices that only one ladder asks for: borrower, ladder, days from the due date, step, bucket."""
    both = [
        (difference.borrower_id, side, (one.on - DUE).days, one.step_id, one.bucket)
        for difference in report.shown
        for side, decided in (("live", difference.only_live), ("what-if", difference.only_what_if))
        for one in decided
        if one.kind == "notice"
    ]
    return sorted(both)


async def test_the_ladder_in_force_changes_nothing(recorded: Connection) -> None:
    report = await what_if(recorded, IN_FORCE)
    assert (report.cases, report.cases_that_differ, report.loans_past_due_unaffected) == (2, 0, 2)
    assert report.live == report.what_if != {}


async def test_a_step_that_is_moved_is_asked_for_on_its_own_day(recorded: Connection) -> None:
    report = await what_if(recorded, changed(step("first", 8), *IN_FORCE.steps[1:]))
    assert told(report) == [
        ("ann", "live", 5, "first", "b2"), ("ann", "what-if", 8, "first", "b2"),
        ("bob", "live", 5, "first", "b2"), ("bob", "what-if", 8, "first", "b2"),
    ]  # fmt: skip


async def test_a_step_after_a_payment_is_not_asked_of_who_paid(recorded: Connection) -> None:
    report = await what_if(recorded, changed(*IN_FORCE.steps, step("final", 35)))
    assert told(report) == [("bob", "what-if", 35, "final", "b3")]
    assert report.loans_past_due_unaffected == 1


async def test_a_notice_never_asked_for_counts_as_sent_so_that_what_follows_it_is_due(recorded: Connection) -> None:
    follow_up = step("call", 10, "call", after={"step": "extra", "days": 2})
    policy = changed(*IN_FORCE.steps, step("extra", 9), follow_up)
    assert {one.step for one in (await what_if(recorded, policy)).what_if if one.measure == "calls"} == {"call"}
    unheard = await what_if(recorded, policy, unheard="open")
    assert not {one for one in unheard.what_if if one.measure == "calls"}


async def test_before_the_day_cases_move_everything_is_as_it_was(recorded: Connection) -> None:
    report = await what_if(recorded, changed(step("first", 3), step("second", 8)), from_on=on(7))
    assert told(report) == [
        ("ann", "what-if", 8, "second", "b2"),
        ("bob", "live", 20, "firm", "b2"), ("bob", "what-if", 8, "second", "b2"),
    ]  # fmt: skip
    assert report.cases_moved_under_way == 2


async def test_nothing_counts_after_the_last_day(recorded: Connection) -> None:
    report = await what_if(recorded, changed(*IN_FORCE.steps, step("final", 35)), to_on=on(34))
    assert report.cases_that_differ == 0


async def test_a_first_day_after_the_last_is_refused(recorded: Connection) -> None:
    with pytest.raises(NotReplayable, match="--from 2024-01-15: is after --to 2024-01-14"):
        WhatIfRequest(IN_FORCE, on(5), on(4))


async def test_days_that_are_not_completed_cannot_be_replayed(recorded: Connection) -> None:
    with pytest.raises(NotReplayable, match="is after the last business date"):
        await what_if(recorded, IN_FORCE, to_on=on(41))


async def test_a_period_before_the_record_has_nothing_to_replay(recorded: Connection) -> None:
    with pytest.raises(NoHistory, match="no case was evaluated up to 2024-01-04"):
        await what_if(recorded, IN_FORCE, to_on=on(-6))


async def test_a_step_that_is_kept_back_counts_as_a_hold_with_its_rule(recorded: Connection) -> None:
    report = await what_if(recorded, changed(*IN_FORCE.steps, contact_budget={"contacts": 1, "days": 30}))
    held = {(one.step, one.measure): count for one, count in report.what_if.items() if one.measure.startswith("holds")}
    assert held == {("firm", "holds"): 1, ("firm", "holds:contact-budget"): 1}


async def test_a_changed_ladder_needs_a_version_of_its_own(recorded: Connection) -> None:
    with pytest.raises(NotReplayable, match="was in force with other rules"):
        await what_if(recorded, changed(step("first", 8), version=IN_FORCE.version))


async def test_without_history_there_is_nothing_to_replay(fresh_database: str) -> None:
    await migrate(fresh_database, "dunning")
    connection = await asyncpg.connect(fresh_database, server_settings={"search_path": "dunning"})
    try:
        with pytest.raises(NoHistory):
            await what_if(connection, IN_FORCE)
    finally:
        await connection.close()


async def test_nothing_in_the_database_changes_and_a_role_that_only_reads_suffices(recorded: Connection) -> None:
    before = await checksums(recorded)
    await recorded.execute(
        "create role what_if_reader; grant usage on schema dunning to what_if_reader;"
        "grant select on all tables in schema dunning to what_if_reader; set role what_if_reader"
    )
    try:
        assert (await what_if(recorded, changed(step("first", 8)))).cases_that_differ == 2
    finally:
        await recorded.execute("reset role; drop owned by what_if_reader; drop role what_if_reader")
    assert await checksums(recorded) == before


async def checksums(connection: Connection) -> dict[str, tuple[int, str]]:
    """Rows and their checksum of each table."""
    tables = await connection.fetch("select tablename from pg_tables where schemaname = 'dunning' order by 1")
    return {
        name: tuple(await connection.fetchrow(
            f"select count(*), md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {name} t"
        ))
        for (name,) in tables
    }  # fmt: skip


class TestCommand:
    """`amends dunning what-if`."""

    @pytest.fixture
    def environment(self, recorded: Connection, fresh_database: str) -> dict[str, str]:
        return {"AMENDS_DATABASE_URL": fresh_database, "AMENDS_TOPIC_PARTITIONS": "1", "COLUMNS": "200"}

    @staticmethod
    def document(tmp_path: Path, policy: LadderPolicy) -> str:
        file = tmp_path / "new.yaml"
        file.write_text(document_of(policy))
        return str(file)

    async def test_it_prints_json_and_writes_the_decisions_that_differ(
        self, environment: dict[str, str], tmp_path: Path
    ) -> None:
        file = self.document(tmp_path, changed(step("first", 8), *IN_FORCE.steps[1:]))
        output = tmp_path / "differences.csv"
        result = await run(environment, "--policy", file, "--json", "--csv", str(output))
        values = json.loads(result.stdout)
        assert (values["cases"], values["cases_that_differ"], values["to"]) == (2, 2, str(LAST))
        assert len(list(csv.DictReader(output.open()))) == len(values["differences"]) > 0

    async def test_a_wrong_ladder_is_refused_with_its_place(
        self, environment: dict[str, str], tmp_path: Path
    ) -> None:  # fmt: skip
        (tmp_path / "wrong.yaml").write_text("version: x\nsteps: 3\n")
        result = await run(environment, "--policy", str(tmp_path / "wrong.yaml"))
        assert (result.exit_code, "wrong.yaml:2 steps" in result.stderr) == (2, True)

    async def test_a_first_day_after_the_last_ends_with_code_2(
        self, environment: dict[str, str], tmp_path: Path
    ) -> None:  # fmt: skip
        days = ("--from", "2024-01-15", "--to", "2024-01-14")
        result = await run(environment, "--policy", self.document(tmp_path, IN_FORCE), *days)
        assert (result.exit_code, result.stderr) == (2, "--from 2024-01-15: is after --to 2024-01-14\n")

    async def test_a_ladder_that_is_not_there_ends_with_code_2(
        self, environment: dict[str, str], tmp_path: Path
    ) -> None:  # fmt: skip
        file = tmp_path / "none.yaml"
        result = await run(environment, "--policy", str(file))
        message = f"--policy {file}: cannot be read: No such file or directory\n"
        assert (result.exit_code, result.stderr) == (2, message)

    async def test_a_csv_file_that_cannot_be_written_ends_with_code_2(
        self, environment: dict[str, str], tmp_path: Path
    ) -> None:
        output = tmp_path / "no-folder" / "differences.csv"
        result = await run(environment, "--policy", self.document(tmp_path, IN_FORCE), "--csv", str(output))
        message = f"--csv {output}: cannot be written: No such file or directory\n"
        assert (result.exit_code, result.stderr) == (2, message)

    async def test_a_run_that_fails_leaves_no_csv_file(self, environment: dict[str, str], tmp_path: Path) -> None:
        output = tmp_path / "differences.csv"
        period = ("--to", "2024-01-01", "--csv", str(output))
        result = await run(environment, "--policy", self.document(tmp_path, IN_FORCE), *period)
        assert (result.exit_code, result.stderr) == (1, "no history: no case was evaluated up to 2024-01-01\n")
        assert os.listdir(tmp_path) == ["new.yaml"]

    async def test_an_unknown_database_ends_with_code_1(self, environment: dict[str, str], tmp_path: Path) -> None:
        unknown = {**environment, "AMENDS_DATABASE_URL": environment["AMENDS_DATABASE_URL"] + "-x"}
        result = await run(unknown, "--policy", self.document(tmp_path, IN_FORCE))
        assert (result.exit_code, 'database: database "test_' in result.stderr) == (1, True)

    async def test_days_without_a_decision_are_said_to_be(self, environment: dict[str, str], tmp_path: Path) -> None:
        days = ("--from", "2024-01-07", "--to", "2024-01-08")
        result = await run(environment, "--policy", self.document(tmp_path, IN_FORCE), *days)
        assert "2024-01-07 to 2024-01-08: nothing was decided" in result.stdout

    async def test_it_says_what_the_figures_rest_on(self, environment: dict[str, str], tmp_path: Path) -> None:
        result = await run(environment, "--policy", self.document(tmp_path, IN_FORCE), "--from", "2024-01-20")
        assert result.exit_code == 0
        assert "Facts are as recorded" in result.stdout
        assert "Cases move to the other ladder on 2024-01-20" in result.stdout


async def run(environment: dict[str, str], *arguments: str) -> Any:
    return await asyncio.to_thread(CliRunner().invoke, app, ["dunning", "what-if", *arguments], env=environment)
