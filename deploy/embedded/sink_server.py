"""The message sink as one of the stack's servers (the sink itself is `sink.py`)."""

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import httpx

from deploy.embedded.processes import LOCALHOST, RunningProcess, port_answers, start_detached

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class SinkServer:
    """The SMTP and SMS sink, with its record of messages under `folder`."""

    name: ClassVar[str] = "sink"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    immediate_signal: ClassVar[signal.Signals] = signal.SIGKILL

    folder: Path
    log: Path
    smtp_port: int
    http_port: int

    @property
    def ports(self) -> tuple[int, ...]:
        """The SMTP and the HTTP port."""
        return (self.smtp_port, self.http_port)

    @property
    def page_url(self) -> str:
        """The page that shows what arrived."""
        return f"http://{LOCALHOST}:{self.http_port}/"

    @property
    def sms_url(self) -> str:
        """The recording SMS gateway."""
        return f"http://{LOCALHOST}:{self.http_port}/sms"

    @property
    def address(self) -> str:
        """Both addresses."""
        return f"{self.page_url} smtp://{LOCALHOST}:{self.smtp_port}"

    def prepare(self) -> None:
        """Make the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def launch(self) -> RunningProcess:
        """Start the sink with the Python that runs us."""
        command: list[str | Path] = [sys.executable, "-m", "deploy.embedded.sink", "--folder", self.folder]
        command += ["--smtp-port", str(self.smtp_port), "--http-port", str(self.http_port)]
        paths = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
        return start_detached(command, self.log, os.environ | {"PYTHONPATH": os.pathsep.join(paths)})

    def answers(self) -> bool:
        """Whether both of its servers answer."""
        if not (port_answers(self.smtp_port) and port_answers(self.http_port)):
            return False
        try:
            return httpx.get(f"{self.page_url}counts", timeout=5, trust_env=False).is_success
        except httpx.HTTPError:
            return False
