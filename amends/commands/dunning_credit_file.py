"""`amends dunning credit-file`: what is to be told to the credit register."""

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from amends.service_connection import ended, with_service
from services.dunning.credit_file_store import credit_records, write_csv, write_json


class FileFormat(StrEnum):
    """Forms of the file."""

    CSV = "csv"
    JSON = "json"


def credit_file(
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first business date.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last business date.")],
    file_format: Annotated[FileFormat, typer.Option("--format", help="The form.")] = FileFormat.CSV,
    output: Annotated[Path | None, typer.Option(help="The file; standard output without it.")] = None,
) -> None:
    """Write the credit reports, corrections and withdrawals that were decided between two days.

    docs/credit-reports.md describes the fields. The same days give the same file, whenever it is written.
    """
    if last < first:
        raise ended(f"--to {last.date()}: is before --from {first.date()}")
    records = with_service("dunning", lambda connection: credit_records(connection, first.date(), last.date()))
    write = write_csv if file_format is FileFormat.CSV else write_json
    if output is None:
        write(records, sys.stdout)
        return
    with output.open("w", encoding="utf-8", newline="") as file:
        write(records, file)
