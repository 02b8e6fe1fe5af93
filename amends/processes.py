"""The services as child processes: started, watched, stopped."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import httpx

from services.eventing.settings import ServiceName

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0


class ServiceDidNotStart(RuntimeError):
    """A service ended or did not become ready; its log says why."""

    def __init__(self, name: str, log: Path) -> None:
        tail = log.read_text(errors="replace").strip().splitlines()[-3:] if log.exists() else []
        super().__init__(f"service {name} did not start, see {log}:\n" + "\n".join(tail))


@dataclass(slots=True)
class ServiceProcess:
    """One running service."""

    name: ServiceName
    process: "subprocess.Popen[bytes]"
    log: Path
    port_file: Path

    @property
    def port(self) -> int:
        """Its HTTP port; 0 before it works."""
        text = self.port_file.read_text(encoding="ascii") if self.port_file.exists() else ""
        return int(text or 0)

    @property
    def url(self) -> str:
        """Its HTTP address."""
        return f"http://127.0.0.1:{self.port}"

    def ready(self) -> bool:
        """Does `/health/ready` say so?"""
        if not self.port:
            return False
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


@dataclass(slots=True)
class ServiceProcesses:
    """Services under one environment; logs and ports live in `folder`."""

    folder: Path
    environment: dict[str, str]
    running: dict[ServiceName, ServiceProcess] = field(default_factory=dict)

    def start(self, name: ServiceName, extra: dict[str, str] | None = None) -> ServiceProcess:
        """Start one service without waiting for it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        port_file = self.folder / f"{name}.port"
        port_file.unlink(missing_ok=True)
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "amends", "service", name, "--port-file", str(port_file)],
                env={**os.environ, **self.environment, **(extra or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        service = ServiceProcess(name, process, log, port_file)
        self.running[name] = service
        return service

    def start_all(self) -> None:
        """Start every service and wait until all are ready. Raises ServiceDidNotStart."""
        for name in get_args(ServiceName):
            self.start(name)
        for service in list(self.running.values()):
            self.wait_ready(service)

    def wait_ready(self, service: ServiceProcess) -> None:
        """Wait until a service is ready. Raises ServiceDidNotStart."""
        deadline = time.monotonic() + _START_SECONDS
        while not service.ready():
            if service.process.poll() is not None or time.monotonic() > deadline:
                raise ServiceDidNotStart(service.name, service.log)
            time.sleep(0.1)

    def kill(self, name: ServiceName) -> None:
        """kill -9."""
        service = self.running.pop(name)
        service.process.kill()
        service.process.wait()

    def stop(self) -> None:
        """Ask all to finish what is in hand, and wait; kill what does not."""
        for service in self.running.values():
            if service.process.poll() is None:
                service.process.send_signal(signal.SIGTERM)
        for service in self.running.values():
            try:
                service.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                service.process.kill()
                service.process.wait()
        self.running.clear()
