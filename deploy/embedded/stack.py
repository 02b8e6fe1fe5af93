"""The embedded stack: bring it up, take it down, ask how it is, and break single servers in tests of faults.

All functions are plain ones; from async code call them with `asyncio.to_thread`.
"""

import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.errors import ServerDidNotStart, StackNotCreated
from deploy.embedded.kafka import KafkaServer
from deploy.embedded.postgres import PostgresServer
from deploy.embedded.processes import (
    LOCALHOST,
    RunningProcess,
    free_ports,
    is_alive,
    port_is_free,
    stop_process,
    wait_until,
)
from deploy.embedded.server import Server
from deploy.embedded.sink_server import SinkServer
from deploy.embedded.state import Ports, StackState, load_state, locked, new_state, save_state

READY_SECONDS = 90.0
STILL_STARTING_SECONDS = 15.0
PORT_RELEASE_SECONDS = 5.0
START_ATTEMPTS = 3
STOP_ORDER = ("sink", "kafka", "postgres")
PORTS_OF = {"kafka": ("kafka", "kafka_controller"), "postgres": ("postgres",), "sink": ("smtp", "http")}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StackAddresses:
    """Where everything is reached, and the processes behind it."""

    kafka_bootstrap: str
    database_url: str
    smtp_host: str
    smtp_port: int
    sms_gateway_url: str
    sink_page_url: str
    pages_port: int
    pids: dict[str, int]


@dataclass(frozen=True)
class ServerStatus:
    """One server's state now."""

    name: str
    address: str
    pid: int | None
    ready: bool
    log: Path


@dataclass
class Stack:
    """The stack of one data folder."""

    folder: Path
    _saving: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()

    def up(self) -> StackAddresses:
        """Start what does not run and answer, all at once, and wait until everything is ready."""
        with self._locked():
            state = load_state(self.folder) or new_state(self.folder)
            save_state(self.folder, state)
            with ThreadPoolExecutor(len(PORTS_OF)) as threads:
                list(threads.map(lambda name: self._ensure_running(state, name), PORTS_OF))
            return self._addresses(state)

    def down(self) -> None:
        """Stop everything in good order; the data stay."""
        if not self.folder.is_dir():
            return
        with self._locked():
            state = load_state(self.folder)
            if state is None:
                return
            with ThreadPoolExecutor(len(STOP_ORDER)) as threads:
                list(threads.map(lambda name: self._stop(state, name), STOP_ORDER))

    def status(self) -> list[ServerStatus]:
        """How each server is; empty when there is no stack in the folder."""
        state = load_state(self.folder)
        if state is None:
            return []
        with ThreadPoolExecutor(len(PORTS_OF)) as threads:
            return list(threads.map(lambda name: self._status_of(state, name), PORTS_OF))

    def addresses(self) -> StackAddresses:
        """The addresses of an existing stack, whether it runs or not."""
        return self._addresses(self._existing())

    def start(self, name: str) -> None:
        """Start one server again, on the same ports and data."""
        with self._locked():
            self._ensure_running(self._existing(), name)

    def stop(self, name: str, *, immediate: bool = False) -> None:
        """Stop one server, in good order or as a crash would."""
        with self._locked():
            self._stop(self._existing(), name, immediate=immediate)

    def restart(self, name: str, *, immediate: bool = False) -> None:
        """Stop one server and start it again, on the same ports and data."""
        with self._locked():
            state = self._existing()
            self._stop(state, name, immediate=immediate)
            self._ensure_running(state, name)

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self.folder)

    def _existing(self) -> StackState:
        state = load_state(self.folder)
        if state is None:
            raise StackNotCreated(self.folder)
        return state

    def _server(self, state: StackState, name: str) -> Server:
        log = self.folder / "logs" / f"{name}.log"
        ports = state.ports
        if name == KafkaServer.name:
            return KafkaServer(self.folder / "kafka", log, ports.kafka, ports.kafka_controller)
        if name == PostgresServer.name:
            return PostgresServer(state.postgres_folder, log, ports.postgres, state.password)
        return SinkServer(self.folder / "sink", log, ports.smtp, ports.http)

    def _ensure_running(self, state: StackState, name: str) -> None:
        if self._answers_or_ends(self._server(state, name), state.processes.get(name), STILL_STARTING_SECONDS):
            return
        self._stop(state, name, immediate=True)
        for attempt in range(1, START_ATTEMPTS + 1):
            self._settle_ports(state, name)
            try:
                self._start(state, self._server(state, name))
            except ServerDidNotStart as error:
                if attempt == START_ATTEMPTS:
                    raise
                logger.warning("%s did not start (%s); trying again", name, error.reason)
                time.sleep(1)
            else:
                return

    def _start(self, state: StackState, server: Server) -> None:
        """Launch a prepared server and wait until it answers; note its process before the waiting."""
        server.prepare()
        process = server.launch()
        self._note(state, server.name, process)
        if self._answers_or_ends(server, process, READY_SECONDS):
            return
        if not is_alive(process):
            raise ServerDidNotStart(server.name, "it ended", server.log)
        stop_process(process, server.immediate_signal)
        raise ServerDidNotStart(server.name, f"no answer within {READY_SECONDS:.0f} s", server.log)

    def _answers_or_ends(self, server: Server, process: RunningProcess | None, seconds: float) -> bool:
        """Wait until the server answers; tells at once when its process is no more."""
        wait_until(lambda: not is_alive(process) or server.answers(), seconds)
        return is_alive(process) and server.answers()

    def _stop(self, state: StackState, name: str, *, immediate: bool = False) -> None:
        server = self._server(state, name)
        how = server.immediate_signal if immediate else server.stop_signal
        stop_process(state.processes.get(name), how)
        self._note(state, name, None)

    def _settle_ports(self, state: StackState, name: str) -> None:
        """Keep the server's ports, unless somebody else took one of them in the meantime."""
        ports = self._server(state, name).ports
        if wait_until(lambda: all(map(port_is_free, ports)), PORT_RELEASE_SECONDS):
            return
        with self._saving:
            fields = PORTS_OF[name]
            changed = dict(zip(fields, free_ports(len(fields)), strict=True))
            logger.warning("%s's ports %s are taken; using %s", name, ports, changed)
            state.ports = Ports.model_validate(state.ports.model_dump() | changed)
            save_state(self.folder, state)

    def _note(self, state: StackState, name: str, process: RunningProcess | None) -> None:
        with self._saving:
            state.processes.pop(name, None)
            if process is not None:
                state.processes[name] = process
            save_state(self.folder, state)

    def _status_of(self, state: StackState, name: str) -> ServerStatus:
        server = self._server(state, name)
        process = state.processes.get(name)
        pid = process.pid if process and is_alive(process) else None
        return ServerStatus(name, server.address, pid, pid is not None and server.answers(), server.log)

    def _addresses(self, state: StackState) -> StackAddresses:
        kafka = KafkaServer(self.folder, self.folder, state.ports.kafka, state.ports.kafka_controller)
        postgres = PostgresServer(state.postgres_folder, self.folder, state.ports.postgres, state.password)
        sink = SinkServer(self.folder, self.folder, state.ports.smtp, state.ports.http)
        return StackAddresses(
            kafka_bootstrap=kafka.address,
            database_url=postgres.url,
            smtp_host=LOCALHOST,
            smtp_port=sink.smtp_port,
            sms_gateway_url=sink.sms_url,
            sink_page_url=sink.page_url,
            pages_port=state.ports.pages,
            pids={name: process.pid for name, process in state.processes.items()},
        )


def data_folder(given: Path | None = None) -> Path:
    """The folder of the stack: the given one, else AMENDS_DATA, else `.amends` in the current folder."""
    return (given or Path(os.environ.get("AMENDS_DATA") or ".amends")).resolve()


def up(data_dir: Path | None = None) -> StackAddresses:
    """Bring the stack up, reusing what runs; it is ready when this returns."""
    return Stack(data_folder(data_dir)).up()


def down(data_dir: Path | None = None) -> None:
    """Stop the stack; its data stay for the next start."""
    Stack(data_folder(data_dir)).down()


def status(data_dir: Path | None = None) -> list[ServerStatus]:
    """How each server of the stack is."""
    return Stack(data_folder(data_dir)).status()
