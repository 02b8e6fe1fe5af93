"""The `amends` program: every command, composed."""

import sys

import typer
from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError

from amends.commands.api_key import api_key_app
from amends.commands.dead_letters import dead_letters_app
from amends.commands.demo import demo_app
from amends.commands.dunning import dunning_app
from amends.commands.ledger import ledger_app
from amends.commands.migrate import migrate
from amends.commands.notifier import notifier_app
from amends.commands.publish import publish
from amends.commands.risk import risk_app
from amends.commands.run import run
from amends.commands.service import service
from amends.commands.stack import stack_app
from amends.commands.tail import tail
from amends.settings_faults import settings_fault_text, unreadable_setting_text

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Event-driven loan collections.")
app.add_typer(stack_app, name="stack")
app.add_typer(dead_letters_app, name="dead-letters")
app.add_typer(ledger_app, name="ledger")
app.add_typer(dunning_app, name="dunning")
app.add_typer(notifier_app, name="notifier")
app.add_typer(risk_app, name="risk")
app.add_typer(api_key_app, name="api-key")
app.command()(service)
app.command()(migrate)
app.command()(publish)
app.command()(tail)
app.command()(run)
app.add_typer(demo_app, name="demo")


def main() -> None:
    """Entry point of the `amends` program."""
    try:
        app()
    except ValidationError as error:
        fault = settings_fault_text(error)
        if fault is None:
            raise
        typer.echo(fault, err=True)
        sys.exit(2)
    except SettingsError as error:
        typer.echo(unreadable_setting_text(error), err=True)
        sys.exit(2)
