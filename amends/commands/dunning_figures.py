"""`amends dunning figures`: what operators watch, for any date, as tables or CSV."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from amends.ledger_reports import money
from amends.service_connection import ended, with_service
from services.dunning.figures import outcomes_store, standing_store
from services.dunning.figures.csv_lines import COLUMNS, write_csv
from services.dunning.figures.outcomes import ArmLine, ContactLine, CureLine, OfferLine, PlanLine, PromiseLine
from services.dunning.figures.standing import (
    BucketLine,
    InvalidPeriod,
    Period,
    RollRate,
    Selection,
    VintagePoint,
    end_buckets,
    month_end_before,
    year_until,
)
from services.dunning.ladder.choice import UnknownLadder
from services.dunning.ladder.files import load_ladders
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.settings import DunningSettings
from services.eventing.database import Connection
from services.schedules.money import UnknownCurrency
from services.yaml_documents import DocumentError

figures_app = typer.Typer(no_args_is_help=True, help="Figures of any date: docs/figures.md says what each counts.")

Line = TypeVar("Line")
InPeriod = Callable[[Connection, Period, date, Selection], Awaitable[tuple[Line, ...]]]
_DAY: Final = ["%Y-%m-%d"]
_MINOR: Final = "_minor"

AsOf = Annotated[datetime, typer.Option("--as-of", formats=_DAY, help="The date at whose end figures are taken.")]
From = Annotated[
    datetime | None,
    typer.Option("--from", formats=_DAY, help="First day of the period; twelve months up to its end without it."),
]
To = Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="Its last day; --as-of without it.")]
Currency = Annotated[str | None, typer.Option(help="Only loans in this currency.")]
Product = Annotated[str | None, typer.Option(help="Only loans of this product.")]
Arm = Annotated[str | None, typer.Option(help="Only borrowers of this arm.")]
CsvFile = Annotated[Path | None, typer.Option("--csv", help="Write CSV into this file; `-` is standard output.")]


@figures_app.command("buckets")
def buckets(
    as_of: AsOf, currency: Currency = None, product: Product = None, arm: Arm = None, csv_file: CsvFile = None
) -> None:  # fmt: skip
    """Count loans, what is overdue and the principal outstanding by bucket, state and currency."""
    day, selection = as_of.date(), _selection(currency, product, arm)
    lines = with_service("dunning", lambda connection: standing_store.buckets(connection, day, selection))
    _show(BucketLine, lines, f"Buckets as of {day}", csv_file)


@figures_app.command("roll-rates")
def roll_rates(
    as_of: AsOf, from_: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="Start; the end of the month before without it.")
    ] = None, currency: Currency = None, product: Product = None, arm: Arm = None, csv_file: CsvFile = None,
) -> None:  # fmt: skip
    """Show where the loans of each bucket went from one date to another, month to month without `--from`."""
    day, selection = as_of.date(), _selection(currency, product, arm)
    start = month_end_before(day) if from_ is None else from_.date()
    rates = with_service(
        "dunning", lambda connection: standing_store.roll_rates(connection, start, day, selection), InvalidPeriod
    )
    if csv_file is None:
        Console().print(_matrix(rates, f"Roll rates from {start} to {day}"))
    else:
        _show(RollRate, rates, "", csv_file)


@figures_app.command("vintages")
def vintages(
    as_of: AsOf,
    from_: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="Only loans disbursed from this day on.")
    ] = None,
    currency: Currency = None, product: Product = None, arm: Arm = None, csv_file: CsvFile = None,
) -> None:  # fmt: skip
    """Show which share of each month's new loans was ever 30, 60 or 90 days past due, by months on book."""
    day, selection = as_of.date(), _selection(currency, product, arm)
    disbursed = None if from_ is None else _period(from_, None, day)
    points = with_service(
        "dunning", lambda connection: standing_store.vintages(connection, day, selection, disbursed)
    )  # fmt: skip
    _show(VintagePoint, points, f"Vintage curves as of {day}", csv_file)


def _add_period_command(name: str, kind: type[Line], ask: InPeriod[Line], title: str, text: str) -> None:
    def command(
        as_of: AsOf, from_: From = None, to: To = None, currency: Currency = None, product: Product = None,
        arm: Arm = None, csv_file: CsvFile = None,
    ) -> None:  # fmt: skip
        day, selection = as_of.date(), _selection(currency, product, arm)
        period = _period(from_, to, day)
        lines = with_service("dunning", lambda connection: ask(connection, period, day, selection))
        _show(kind, lines, f"{title} from {period.from_on} to {period.to_on}, as of {day}", csv_file)

    figures_app.command(name, help=text)(command)


_add_period_command(
    "cures", CureLine, outcomes_store.cures, "Cures of loans that entered a bucket",
    "Of loans that entered each bucket in a period, show which were cured, and past due again.",
)  # fmt: skip
_add_period_command(
    "promises", PromiseLine, outcomes_store.promises, "Promises due",
    "Show which promises due in a period were kept, partly kept, broken, or are open.",
)  # fmt: skip
_add_period_command(
    "offers", OfferLine, outcomes_store.offers, "Offers made",
    "Show what became of the offers made in a period.",
)  # fmt: skip
_add_period_command(
    "plans", PlanLine, outcomes_store.plans, "Accepted plans of offers made",
    "Show by kind what became of the plans that were accepted of offers made in a period.",
)  # fmt: skip
_add_period_command(
    "contacts", ContactLine, outcomes_store.contacts, "Contacts asked for",
    "Count the notices and calls asked for in a period, by step and arm.",
)  # fmt: skip
_add_period_command(
    "arms", ArmLine, outcomes_store.arms, "Cures of loans that fell past due",
    "Compare the cure rates of champion, challengers and hold-out group, of loans that fell past due in a period.",
)  # fmt: skip


def _selection(currency: str | None, product: str | None, arm: str | None) -> Selection:
    return Selection(currency, product, arm, _ladder().buckets[0].name)


def _ladder() -> LadderPolicy:
    """The ladder in use."""
    settings = DunningSettings()
    try:
        return load_ladders(settings.ladder_file, settings.ladders_dir).ladders.first
    except (DocumentError, UnknownLadder, OSError) as error:
        raise ended(str(error)) from None


def _period(from_: datetime | None, to: datetime | None, as_of: date) -> Period:
    to_on = as_of if to is None else to.date()
    try:
        return year_until(to_on) if from_ is None else Period(from_.date(), to_on)
    except InvalidPeriod as error:
        raise ended(str(error)) from None


def _show(kind: type[Line], lines: Sequence[Line], title: str, csv_file: Path | None) -> None:
    if csv_file is None:
        Console().print(_table(kind, lines, title))
    elif str(csv_file) == "-":
        write_csv(sys.stdout, kind, lines)
    else:
        try:
            with csv_file.open("w", encoding="utf-8", newline="") as file:
                write_csv(file, kind, lines)
        except OSError as error:
            raise ended(f"cannot write {csv_file}: {error.strerror}") from None


def _table(kind: type[Line], lines: Sequence[Line], title: str) -> Table:
    """The columns of the CSV but for details, amounts in the currency's own unit."""
    table = Table(title=title, caption=None if lines else "nothing")
    columns = [column for column in COLUMNS[kind] if not column.is_detail]
    for column in columns:
        table.add_column(column.name.removesuffix(_MINOR).replace("_", " "), overflow="fold")
    for line in lines:
        values = {column.name: column.value(line) for column in columns}
        table.add_row(*(_text(name, value, values.get("currency")) for name, value in values.items()))
    return table


def _text(name: str, value: object, currency: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    if isinstance(value, int) and name.endswith(_MINOR):
        try:
            return money(value, str(currency))
        except UnknownCurrency:
            return f"{value:,} minor"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _matrix(rates: Sequence[RollRate], title: str) -> Table:
    """A row for each currency and bucket at the start, a column for each place at the end: loans and their share."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for rate in rates:
        row = rows.setdefault((rate.count.currency, rate.count.from_bucket), {})
        row[rate.count.to_bucket] = f"{rate.count.loans:,} ({rate.loans_percent}%)"
    columns = end_buckets(rates, [bucket.name for bucket in _ladder().buckets])
    table = Table(title=title, caption="loans, and their share of the row" if rates else "nothing")
    for heading in ("currency", "from", *columns):
        table.add_column(heading, overflow="fold")
    for (currency, bucket), row in rows.items():
        table.add_row(currency, bucket, *(row.get(column, "") for column in columns))
    return table
