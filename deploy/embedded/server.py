"""What the stack needs to know about each of its servers."""

import signal
from pathlib import Path
from typing import Protocol

from deploy.embedded.processes import RunningProcess


class Server(Protocol):
    """One server of the stack: how it is prepared, launched, asked and stopped."""

    @property
    def name(self) -> str:
        """Its name in the state, in messages and in the log's file name."""

    @property
    def address(self) -> str:
        """Where it is reached, fit to be shown."""

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports it listens on."""

    @property
    def log(self) -> Path:
        """The file its output goes to."""

    @property
    def stop_signal(self) -> signal.Signals:
        """The signal that ends it in good order."""

    @property
    def immediate_signal(self) -> signal.Signals:
        """The signal that ends it as a crash would."""

    def prepare(self) -> None:
        """Do what must come before the launch; safe to repeat."""

    def launch(self) -> RunningProcess:
        """Start the process, without waiting until it is ready."""

    def answers(self) -> bool:
        """Whether it really does its work now."""
