"""`amends dunning figures` on a real database."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from amends.command_line import app
from services.eventing.database import Connection
from tests.dunning.figures.history import History, day

COMMANDS = ["buckets", "roll-rates", "cures", "vintages", "promises", "offers", "plans", "contacts", "arms"]


@pytest.fixture
async def told(dunning: Connection, fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database, to which commands connect, with two loans in M1, of which one is cured."""
    monkeypatch.setenv("AMENDS_DATABASE_URL", fresh_database)
    monkeypatch.setenv("COLUMNS", "200")
    history = History()
    for number in (1, 2):
        history.opened(f"L-{number}", day(1, 1), overdue=1_234_50)
        history.moved(f"L-{number}", day(2, 10), "M1")
    history.cured("L-1", day(3, 5), "M1")
    await history.write(dunning)


async def figures(*arguments: str) -> Result:
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["dunning", "figures", *arguments]))


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("command", COMMANDS)
async def test_every_figure_prints_a_table_and_csv(command: str) -> None:
    table = await figures(command, "--as-of", "2018-03-31")
    assert (table.exit_code, table.stderr) == (0, "")
    csv = await figures(command, "--as-of", "2018-03-31", "--csv", "-")
    assert (csv.exit_code, csv.stderr) == (0, "")
    assert "," in csv.stdout.splitlines()[0]


@pytest.mark.usefixtures("told")
async def test_amounts_of_a_table_are_in_the_currencys_own_unit() -> None:
    assert "1,234.50" in (await figures("buckets", "--as-of", "2018-03-31")).stdout


@pytest.mark.usefixtures("told")
async def test_roll_rates_go_from_the_end_of_the_month_before_as_a_matrix() -> None:
    printed = (await figures("roll-rates", "--as-of", "2018-03-31")).stdout
    assert "from 2018-02-28 to 2018-03-31" in printed
    assert printed.count("1 (50.00%)") == 2


@pytest.mark.usefixtures("told")
async def test_csv_goes_into_a_file(tmp_path: Path) -> None:
    file = tmp_path / "buckets.csv"
    await figures("buckets", "--as-of", "2018-02-28", "--csv", str(file))
    assert file.read_bytes().splitlines()[1] == b"M1,early,USD,2,246900,200000"


@pytest.mark.usefixtures("told")
async def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    result = await figures("buckets", "--as-of", "2018-02-28", "--csv", str(tmp_path / "no" / "file.csv"))
    assert result.exit_code == 1
    assert "cannot write" in result.stderr


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("cures", "to_on 2018-03-31: is before from_on 2018-04-01"),
        ("roll-rates", "to_on 2018-03-31: is not after from_on 2018-04-01"),
    ],
)
async def test_a_period_that_ends_before_it_begins_is_refused(command: str, message: str) -> None:
    result = await figures(command, "--as-of", "2018-03-31", "--from", "2018-04-01")
    assert (result.exit_code, result.stderr.strip()) == (1, message)
