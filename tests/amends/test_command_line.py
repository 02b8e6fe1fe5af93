"""Every command explains itself."""

import pytest
from typer.testing import CliRunner

from amends.command_line import app

COMMANDS = [
    ["service"],
    ["migrate"],
    ["publish"],
    ["tail"],
    ["run"],
    ["stack", "up"],
    ["stack", "down"],
    ["stack", "status"],
    ["dead-letters", "list"],
    ["dead-letters", "show"],
    ["dead-letters", "replay"],
    ["dead-letters", "discard"],
    ["dead-letters", "erase"],
    ["notifier", "new-key"],
    ["notifier", "keys"],
    ["notifier", "retention"],
    ["notifier", "export"],
    ["notifier", "erase"],
    ["ledger", "schedule"],
    ["demo", "cards"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_has_a_help_text(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output
