"""Kafka itself: one KRaft node, broker and controller in one JVM, on 127.0.0.1."""

import base64
import logging
import os
import secrets
import shlex
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from deploy.embedded.errors import CommandFailed
from deploy.embedded.jars import fetch_jars
from deploy.embedded.java import find_java
from deploy.embedded.processes import LOCALHOST, RunningProcess, port_answers, run_async, start_detached

JVM_OPTIONS = "-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "num.partitions": "8",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.num.partitions": "8",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.num.partitions": "8",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    # After a crash the new broker is let in only when the dead one's session is over; the default is 9 s.
    "broker.session.timeout.ms": "4000",
    "broker.heartbeat.interval.ms": "500",
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class KafkaServer:
    """A single-node Kafka with its data under `folder`."""

    name: ClassVar[str] = "kafka"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    immediate_signal: ClassVar[signal.Signals] = signal.SIGKILL

    folder: Path
    log: Path
    port: int
    controller_port: int

    @property
    def ports(self) -> tuple[int, ...]:
        """The broker's and the controller's port."""
        return (self.port, self.controller_port)

    @property
    def address(self) -> str:
        """The bootstrap address."""
        return f"{LOCALHOST}:{self.port}"

    @property
    def properties_path(self) -> Path:
        """Kafka's configuration, written anew before each start since the ports may have changed."""
        return self.folder / "server.properties"

    @property
    def data(self) -> Path:
        """Kafka's log.dirs."""
        return self.folder / "data"

    def prepare(self) -> None:
        """Fetch the jars, write the configuration and format the data folder if it is new."""
        fetch_jars()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.properties_path.write_text(self.properties(), encoding="utf-8")
        if not (self.data / "meta.properties").exists():
            self._format()

    def properties(self) -> str:
        """The text of server.properties."""
        settings = SETTINGS | {
            "listeners": f"PLAINTEXT://{LOCALHOST}:{self.port},CONTROLLER://{LOCALHOST}:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{LOCALHOST}:{self.port}",
            "controller.quorum.voters": f"1@{LOCALHOST}:{self.controller_port}",
            "log.dirs": str(self.data),
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())

    def _format(self) -> None:
        options: list[str | Path] = ["format", "-t", new_cluster_id(), "-c", self.properties_path]
        command = java_command("kafka.tools.StorageTool", *options)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CommandFailed("Kafka's format", done.returncode, done.stdout + done.stderr)

    def launch(self) -> RunningProcess:
        """Start the broker."""
        return start_detached([*java_command("kafka.Kafka", self.properties_path)], self.log)

    def answers(self) -> bool:
        """Whether Kafka answers a metadata request and counts itself among the brokers."""
        return port_answers(self.port) and run_async(lambda: _answers_metadata(self.address))


async def _answers_metadata(bootstrap: str) -> bool:
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=5_000)
    try:
        await client.bootstrap()
        return bool(client.cluster.brokers())
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await client.close()


def java_command(main_class: str, *arguments: str | Path) -> list[str]:
    """The command that runs one of Kafka's main classes; AMENDS_KAFKA_JVM_OPTIONS replaces the memory options."""
    jars = fetch_jars()
    options = shlex.split(os.environ.get("AMENDS_KAFKA_JVM_OPTIONS", JVM_OPTIONS))
    logging_options = [
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    ]
    classpath = os.pathsep.join(str(jar) for jar in jars)
    return [str(find_java()), *options, *logging_options, "-cp", classpath, main_class, *map(str, arguments)]


def new_cluster_id() -> str:
    """A random cluster id; StorageTool would take one that begins with a dash for an option."""
    while True:
        cluster_id = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        if not cluster_id.startswith("-"):
            return cluster_id
