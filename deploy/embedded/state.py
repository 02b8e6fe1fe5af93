"""What a stack remembers between commands: ports, password, processes; one JSON file under a file lock."""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from deploy.embedded.errors import StackBusy, StateUnreadable
from deploy.embedded.postgres import data_folder_for
from deploy.embedded.processes import RunningProcess, free_ports

STATE_FILE = "stack.json"
LOCK_FILE = "stack.lock"
LOCK_SECONDS = 180.0


class Ports(BaseModel):
    """The ports of all servers, kept from one start to the next."""

    kafka: int
    kafka_controller: int
    postgres: int
    smtp: int
    http: int
    pages: int = Field(default_factory=lambda: free_ports(1)[0])


class StackState(BaseModel):
    """Everything a later command needs to find the servers again."""

    ports: Ports
    password: str
    postgres_folder: Path
    processes: dict[str, RunningProcess] = Field(default_factory=dict)


def new_state(folder: Path) -> StackState:
    """The state of a stack that never ran."""
    names = list(Ports.model_fields)
    ports = Ports.model_validate(dict(zip(names, free_ports(len(names)), strict=True)))
    return StackState(ports=ports, password=secrets.token_hex(16), postgres_folder=data_folder_for(folder))


def load_state(folder: Path) -> StackState | None:
    """The stored state, or None when there is none."""
    path = folder / STATE_FILE
    try:
        return StackState.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValidationError, OSError) as error:
        raise StateUnreadable(path, str(error)) from error


def save_state(folder: Path, state: StackState) -> None:
    """Store the state, whole or not at all, and for our eyes only since it holds the password."""
    part = folder / f".{STATE_FILE}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        output.write(state.model_dump_json(indent=2) + "\n")
        output.flush()
        os.fsync(output.fileno())
    part.replace(folder / STATE_FILE)


@contextmanager
def locked(folder: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the stack's lock, so that two commands at once do one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_FILE).open("a") as lock:
        deadline = time.monotonic() + seconds
        while not _try_lock(lock.fileno()):
            if time.monotonic() >= deadline:
                raise StackBusy(folder, seconds)
            time.sleep(0.1)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
