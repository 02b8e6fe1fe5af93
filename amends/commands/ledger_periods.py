"""`amends ledger close-period`: close the books through a day, or prove that closed periods are unchanged."""

import getpass
from datetime import datetime
from typing import Annotated

import typer

from amends.ledger_connection import ended, with_ledger
from amends.ledger_reports import checked_period_text, closed_period_text
from services.eventing.database import Connection
from services.eventing.settings import Settings
from services.ledger import period_close
from services.ledger.closed_periods import CheckedPeriod, PeriodNotClosed


def close_period(
    through: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day of the period, as 2018-06-30.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Close nothing: seal all closed periods anew.")] = False,
    actor: Annotated[str, typer.Option(help="In whose name; the system user without it.")] = "",
) -> None:
    """Close the books: what is recorded later for these days is booked on the first day after them.

    Refused when business date `--through` is not completed, or a period closed before is not as it was sealed.
    `--check` ends with code 1 when one is not.
    """
    if check == (through is not None):
        raise typer.BadParameter("give either --through or --check")
    if through is None:
        _check()
        return
    closed_by, calendar_id, day = actor or getpass.getuser(), Settings().calendar_id, through.date()
    try:
        period = with_ledger(lambda connection: period_close.close_period(connection, calendar_id, day, closed_by))
    except PeriodNotClosed as error:
        raise ended(str(error)) from None
    typer.echo(closed_period_text(period))


def _check() -> None:
    periods = with_ledger(_checked)
    for checked in periods:
        typer.echo(checked_period_text(checked))
    if not periods:
        typer.echo("no period is closed")
    if not all(checked.is_unchanged for checked in periods):
        raise typer.Exit(1)


async def _checked(connection: Connection) -> list[CheckedPeriod]:
    return [checked async for checked in period_close.check_periods(connection)]
