"""Break and mend single servers of a stack, for tests of faults: same ports, same data afterwards.

With `immediate=True` a server ends as in a crash: Kafka by SIGKILL, PostgreSQL by SIGQUIT (so that its next start
recovers from the WAL).
"""

from pathlib import Path

from deploy.embedded.stack import Stack, data_folder


def stop_kafka(data_dir: Path | None = None, *, immediate: bool = False) -> None:
    """Stop Kafka."""
    Stack(data_folder(data_dir)).stop("kafka", immediate=immediate)


def start_kafka(data_dir: Path | None = None) -> None:
    """Start Kafka again and wait until it answers."""
    Stack(data_folder(data_dir)).start("kafka")


def restart_kafka(data_dir: Path | None = None, *, immediate: bool = False) -> None:
    """Stop Kafka, start it again and wait until it answers."""
    Stack(data_folder(data_dir)).restart("kafka", immediate=immediate)


def stop_postgres(data_dir: Path | None = None, *, immediate: bool = False) -> None:
    """Stop PostgreSQL; open connections are cut."""
    Stack(data_folder(data_dir)).stop("postgres", immediate=immediate)


def start_postgres(data_dir: Path | None = None) -> None:
    """Start PostgreSQL again and wait until it answers."""
    Stack(data_folder(data_dir)).start("postgres")


def restart_postgres(data_dir: Path | None = None, *, immediate: bool = False) -> None:
    """Stop PostgreSQL, start it again and wait until it answers."""
    Stack(data_folder(data_dir)).restart("postgres", immediate=immediate)
