"""`amends service NAME`: run one service in the foreground."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from services.dunning.app import dunning
from services.eventing.database import SchemaOutdated
from services.eventing.service import ServiceDied, ServiceParts, run_service
from services.eventing.settings import Settings
from services.ledger.app import ledger
from services.notifier.app import NotifierMisconfigured, notifier
from services.yaml_documents import DocumentError


class Service(StrEnum):
    """The services that this program can run."""

    LEDGER = "ledger"
    DUNNING = "dunning"
    NOTIFIER = "notifier"


def _parts(name: Service, settings: Settings) -> ServiceParts:
    if name is Service.LEDGER:
        return ledger(settings)
    if name is Service.DUNNING:
        return dunning(settings)
    return notifier(settings)


def service(
    name: Annotated[Service, typer.Argument(help="Which service to run.")],
    port_file: Annotated[Path | None, typer.Option(help="Write the HTTP port here once the service works.")] = None,
) -> None:
    """Run one service until SIGTERM or Ctrl-C; settings come from AMENDS_* variables."""
    settings = Settings()

    def started(port: int) -> None:
        if port_file is not None:
            port_file.write_text(str(port), encoding="ascii")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(run_service(_parts(name, settings), settings, started))
        except (SchemaOutdated, ServiceDied, DocumentError, NotifierMisconfigured) as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
