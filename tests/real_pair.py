"""A real Kafka and PostgreSQL for tests: given ones, containers where Docker is, the embedded stack otherwise."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

KAFKA_IMAGE = "confluentinc/cp-kafka:8.0.0"
POSTGRES_IMAGE = "postgres:18"


class RealPair(NamedTuple):
    """Where the two servers are; the database's address is a superuser's."""

    kafka_bootstrap: str
    database_url: str


@contextmanager
def real_servers() -> Iterator[RealPair]:
    """Both servers for the time of the block, from wherever they can be had here."""
    bootstrap = os.environ.get("AMENDS_TEST_KAFKA_BOOTSTRAP")
    database_url = os.environ.get("AMENDS_TEST_DATABASE_URL")
    if bootstrap and database_url:
        yield RealPair(bootstrap, database_url)
        return
    with containers() if docker_answers() else embedded() as pair:
        yield RealPair(bootstrap or pair.kafka_bootstrap, database_url or pair.database_url)


@contextmanager
def embedded() -> Iterator[RealPair]:
    """Both servers as plain processes."""
    from deploy.embedded.ephemeral import ephemeral_stack

    with ephemeral_stack() as stack:
        yield RealPair(stack.addresses.kafka_bootstrap, stack.addresses.database_url)


@contextmanager
def containers() -> Iterator[RealPair]:
    """Both servers in containers."""
    from testcontainers.community.kafka import KafkaContainer
    from testcontainers.community.postgres import PostgresContainer

    kafka_image = os.environ.get("AMENDS_TEST_KAFKA_IMAGE", KAFKA_IMAGE)
    postgres_image = os.environ.get("AMENDS_TEST_POSTGRES_IMAGE", POSTGRES_IMAGE)
    kafka = KafkaContainer(kafka_image).with_kraft().with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
    postgres = PostgresContainer(postgres_image, username="postgres", dbname="amends", driver=None)
    with kafka, postgres:
        yield RealPair(kafka.get_bootstrap_server(), postgres.get_connection_url())


def docker_answers() -> bool:
    """Whether a Docker (or compatible) service answers a ping."""
    address = urlsplit(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock")
    try:
        with _connect(address.scheme, address.path, address.hostname, address.port) as connection:
            connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def _connect(scheme: str, path: str, host: str | None, port: int | None) -> socket.socket:
    if scheme != "unix":
        return socket.create_connection((host or "127.0.0.1", port or 2375), timeout=2)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(2)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection
