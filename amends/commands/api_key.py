"""`amends api-key`: make keys for the services' HTTP APIs."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer
from pydantic import ValidationError

from services.eventing import api_keys
from services.eventing.clock import SystemClock

api_key_app = typer.Typer(no_args_is_help=True, help="Keys for the services' HTTP APIs.")


class KeyScope(StrEnum):
    """What a key may do."""

    LEDGER_READ = "ledger:read"
    LEDGER_COMMAND = "ledger:command"
    LEDGER_ADMIN = "ledger:admin"
    DUNNING_READ = "dunning:read"
    DUNNING_COMMAND = "dunning:command"
    DUNNING_ADMIN = "dunning:admin"
    NOTIFIER_READ = "notifier:read"
    NOTIFIER_COMMAND = "notifier:command"
    NOTIFIER_CONTACT_DATA = "notifier:contact-data"
    NOTIFIER_ADMIN = "notifier:admin"


@api_key_app.callback()
def keys() -> None:
    """Keys for the services' HTTP APIs."""


@api_key_app.command("create")
def create(
    name: Annotated[str, typer.Option(help="Who calls: stands in logs and audit, and stays when the key is replaced.")],
    scope: Annotated[list[KeyScope], typer.Option(help="What the key may do; may be given several times.")],
    valid_days: Annotated[
        int | None, typer.Option(min=1, max=3_650, help="For so many days; without it for ever.")
    ] = None,
) -> None:
    """Make a key. It is shown this once and kept nowhere; standard output has the line for AMENDS_API_KEYS_FILE."""
    not_after = None if valid_days is None else _now() + timedelta(days=valid_days)
    scopes: list[api_keys.Scope] = [one.value for one in scope]
    try:
        key, token = api_keys.new_key(name, scopes, not_after)
    except ValidationError as error:
        fault = error.errors()[0]
        raise typer.BadParameter(f"{fault['input']!r}: {fault['msg']}", param_hint=f"--{fault['loc'][0]}") from None
    typer.echo(f"The key, for the caller alone:\n{token}\nThe line for the file of keys:", err=True)
    typer.echo(_line(key))


def _line(key: api_keys.ApiKey) -> str:
    """The key as an item of the YAML list."""
    until = "" if key.not_after is None else f", not_after: {key.not_after.isoformat().replace('+00:00', 'Z')}"
    scopes = ", ".join(f'"{scope}"' for scope in sorted(key.scopes))
    return f'- {{id: "{key.id}", name: "{key.name}", sha256: "{key.sha256}", scopes: [{scopes}]{until}}}'


def _now() -> datetime:
    return SystemClock().now().astimezone(UTC).replace(microsecond=0)
