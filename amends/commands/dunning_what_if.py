"""`amends dunning what-if`: the record replayed under another ladder. Nothing is written."""

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from amends.service_connection import with_service
from services.dunning.ladder.choice import UnknownLadder
from services.dunning.ladder.policy import LadderPolicy, parse_ladder
from services.dunning.what_if.differences import CaseDifference, effects_in_order
from services.dunning.what_if.facts import UnknownFact
from services.dunning.what_if.outcomes import Unheard
from services.dunning.what_if.report import CASES_SHOWN, CSV_COLUMNS, WhatIfReport, csv_rows
from services.dunning.what_if.run import NoHistory, NotReplayable, WhatIfRequest, what_if_of
from services.eventing.database import Connection
from services.eventing.settings import Settings
from services.eventing.store import business_date_of
from services.yaml_documents import DocumentError


def what_if(
    policy: Annotated[Path, typer.Option(help="The ladder to replay under, a YAML file.")],
    from_on: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The day cases move to it; the beginning without."),
    ] = None,
    to_on: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="The last day; the last business date without."),
    ] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write every decision that differs here.")] = None,
    unheard: Annotated[
        Unheard, typer.Option(help="What a notice that was never asked for is taken as: done the same day, or open.")
    ] = "done",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay the record under another ladder, and report what it would have decided otherwise.

    Counts contacts, calls, offers, escalations and steps kept back by step and bucket, as they were and as they would
    have been, and lists the decisions that differ. Facts stay as recorded, and nothing in the database is touched.
    Exit code 2: the ladder or the days are wrong. Exit code 1: there is no history, or the database cannot be asked.
    """
    try:
        request = WhatIfRequest(_policy(policy), _day(from_on), _day(to_on), unheard)
        with _csv_of(csv_file) as on_difference:
            report = with_service(
                "dunning", lambda connection: _report(connection, request, on_difference),
                NoHistory, UnknownFact, UnknownLadder,
            )  # fmt: skip
    except (DocumentError, NotReplayable) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(report.values(), indent=1))
    else:
        _print(report, Console())


async def _report(
    connection: Connection, request: WhatIfRequest, on_difference: Callable[[CaseDifference], None]
) -> WhatIfReport:  # fmt: skip
    settings = Settings()
    completed_on = await business_date_of(connection, settings.calendar_id, settings.topic_partitions)
    return await what_if_of(connection, request, completed_on, on_difference)


def _policy(file: Path) -> LadderPolicy:
    try:
        return parse_ladder(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise NotReplayable("--policy", file, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error


@contextmanager
def _csv_of(file: Path | None) -> Iterator[Callable[[CaseDifference], None]]:
    """Gives what writes the decisions of a case that differ into a file, which is there when all are written."""
    if file is None:
        yield lambda difference: None
        return
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as output:
            writer = csv.writer(output)
            writer.writerow(CSV_COLUMNS)

            def write(difference: CaseDifference) -> None:
                try:
                    writer.writerows(csv_rows(difference))
                except OSError as error:
                    raise _unwritable(file, error) from error

            yield write
        unfinished.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _unwritable(file: Path, error: OSError) -> NotReplayable:
    return NotReplayable("--csv", file, f"cannot be written: {error.strerror or error}")


def _print(report: WhatIfReport, console: Console) -> None:
    scenario = report.scenario
    version = "" if scenario.policy is None else scenario.policy.version
    period = f"{scenario.from_on or 'the beginning'} to {scenario.to_on}"
    if report.decides_nothing:
        console.print(f"{period}: nothing was decided by the ladder in force, nor would be by {version}.")
    else:
        console.print(_effects(report, f"Under ladder {version}, {period}"))
    if report.shown:
        console.print(_differences(report))
    for sentence in (*_sums(report), *report.notes):
        console.print(sentence, highlight=False)


def _sums(report: WhatIfReport) -> list[str]:
    return [
        f"{report.cases_that_differ} of {report.cases} cases differ; "
        f"{report.cases_moved_under_way} were under way when they moved.",
        f"Of {report.loans_past_due} loans past due, {report.loans_past_due_unaffected} are not affected.",
    ]


def _effects(report: WhatIfReport, title: str) -> Table:
    table = Table("Measure", "Step", "Bucket", title=title)
    for heading in ("As it was", "What if", "Difference"):
        table.add_column(heading, justify="right")
    for effect, live, what_if in effects_in_order(report.live, report.what_if):
        difference = f"{what_if - live:+d}" if what_if != live else ""
        table.add_row(effect.measure, effect.step, effect.bucket, str(live), str(what_if), difference)
    return table


def _differences(report: WhatIfReport) -> Table:
    title = f"Decisions that differ, of the first {min(CASES_SHOWN, report.cases_that_differ)} cases"
    table = Table(*(column.replace("_", " ").capitalize() for column in CSV_COLUMNS), title=title)
    for difference in report.shown:
        for row in csv_rows(difference):
            table.add_row(*row)
    return table


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
