"""Detached processes: start them, know them again later, stop them; and the ports they listen on."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import psutil
from pydantic import BaseModel

LOCALHOST = "127.0.0.1"
# Below the ports that systems give to outgoing connections: otherwise a client that keeps dialling a stopped server
# can take the server's port, or even connect to itself, and the server cannot come back on it.
PORT_RANGE = range(15_000, 32_000)

Result = TypeVar("Result")

_children: dict[int, subprocess.Popen[bytes]] = {}


class RunningProcess(BaseModel):
    """A process as it is known again later: the start time tells it from another one with a reused pid."""

    pid: int
    created: float


def start_detached(
    command: list[str | Path], log: Path, env: dict[str, str] | None = None, user: str | None = None
) -> RunningProcess:
    """Start a process in its own session, so that it outlives us and gets none of our signals."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            env=env,
            **as_user(user),
        )
    _children[child.pid] = child
    return RunningProcess(pid=child.pid, created=psutil.Process(child.pid).create_time())


def as_user(user: str | None) -> dict[str, Any]:
    """What subprocess needs to run as another user."""
    return {} if user is None else {"user": user, "group": _group_of(user), "extra_groups": []}


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def is_alive(process: RunningProcess | None) -> bool:
    """Whether that very process still runs (a zombie does not).

    Our own children are asked for by waiting, which reaps them and, with several threads, sees the end of the last.
    """
    if process is None:
        return False
    try:
        found = psutil.Process(process.pid)
        if abs(found.create_time() - process.created) >= 1:
            return False
        child = _children.get(process.pid)
        return child.poll() is None if child else found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stop_process(process: RunningProcess | None, how: signal.Signals, seconds: float = 30) -> None:
    """Send the signal and wait for the end; whatever has not ended by then is killed."""
    if process is None or not is_alive(process):
        return
    send_signal(process, how)
    if not wait_until(lambda: not is_alive(process), seconds, pause=0.02):
        send_signal(process, signal.SIGKILL)
        wait_until(lambda: not is_alive(process), 10, pause=0.02)


def send_signal(process: RunningProcess, how: signal.Signals) -> None:
    """Send a signal to a process that may just have ended."""
    try:
        os.kill(process.pid, how)
    except ProcessLookupError:
        return


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Wait for a condition; tells whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
    return True


def free_ports(count: int) -> list[int]:
    """Different ports on 127.0.0.1 that nobody listens on now."""
    found: list[int] = []
    for port in random.sample(PORT_RANGE, len(PORT_RANGE)):
        if port_is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise OSError("no free port on 127.0.0.1")


def port_is_free(port: int) -> bool:
    """Whether a server could listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
    return True


def port_answers(port: int) -> bool:
    """Whether somebody accepts connections on the port."""
    try:
        with socket.create_connection((LOCALHOST, port), timeout=1):
            return True
    except OSError:
        return False


def run_async(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run a coroutine to its end from plain code, also when the caller's thread already has a running event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
