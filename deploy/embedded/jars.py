"""Kafka's jars: downloaded once from Maven Central into a cache, each checked against the pinned sha256."""

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.embedded.errors import ChecksumMismatch, DownloadFailed

KAFKA_VERSION = "4.3.1"
JAR_LIST = Path(__file__).with_name("kafka_jars.txt")
CENTRAL = ("https://repo1.maven.org/maven2", "https://repo.maven.apache.org/maven2")
THREADS = 8
ATTEMPTS_PER_REPOSITORY = 3

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Jar:
    """One pinned artifact."""

    group: str
    artifact: str
    version: str
    classifier: str | None
    sha256: str

    @property
    def name(self) -> str:
        """Maven's coordinates, for messages."""
        return ":".join(filter(None, (self.group, self.artifact, self.version, self.classifier)))

    @property
    def file_name(self) -> str:
        """The jar's file name."""
        return "-".join(filter(None, (self.artifact, self.version, self.classifier))) + ".jar"

    @property
    def repository_path(self) -> str:
        """Where the jar lies in any Maven repository."""
        return "/".join((self.group.replace(".", "/"), self.artifact, self.version, self.file_name))


def pinned_jars(jar_list: Path = JAR_LIST) -> list[Jar]:
    """The jars of the pinned list, in its order."""
    lines = jar_list.read_text(encoding="utf-8").splitlines()
    return [parse_jar(line) for line in lines if line.strip() and not line.startswith("#")]


def parse_jar(line: str) -> Jar:
    """Read one line: `group:artifact:version[:classifier] sha256`."""
    coordinates, sha256 = line.split()
    group, artifact, version, *classifier = coordinates.split(":")
    return Jar(group, artifact, version, classifier[0] if classifier else None, sha256)


def jar_folder() -> Path:
    """The cache folder of this Kafka version's jars (under AMENDS_CACHE when that is set)."""
    root = os.environ.get("AMENDS_CACHE")
    return (Path(root) if root else Path.home() / ".cache" / "amends") / f"kafka-{KAFKA_VERSION}"


def repositories() -> tuple[str, ...]:
    """The Maven repositories to ask, in order."""
    override = os.environ.get("AMENDS_MAVEN_REPOSITORY")
    return (override.rstrip("/"),) if override else CENTRAL


def fetch_jars(
    folder: Path | None = None, jars: list[Jar] | None = None, client: httpx.Client | None = None
) -> list[Path]:
    """Make sure that every jar is in the cache folder and is the pinned one; gives their paths."""
    target = folder or jar_folder()
    target.mkdir(parents=True, exist_ok=True)
    wanted = pinned_jars() if jars is None else jars
    with ThreadPoolExecutor(THREADS) as threads:
        present = list(threads.map(lambda jar: _is_pinned(target / jar.file_name, jar), wanted))
        missing = [jar for jar, there in zip(wanted, present, strict=True) if not there]
        if missing:
            _fetch_missing(missing, target, threads, client)
    return [target / jar.file_name for jar in wanted]


def _fetch_missing(missing: list[Jar], target: Path, threads: ThreadPoolExecutor, client: httpx.Client | None) -> None:
    logger.info("fetching %d of Kafka %s's jars into %s", len(missing), KAFKA_VERSION, target)
    own = client or httpx.Client(timeout=60, follow_redirects=True)
    try:
        list(threads.map(lambda jar: _fetch(jar, target / jar.file_name, own), missing))
    finally:
        if client is None:
            own.close()


def _fetch(jar: Jar, path: Path, client: httpx.Client) -> None:
    """Put one jar at `path`, from the local Maven repository or else from a remote one."""
    local = Path.home() / ".m2" / "repository" / jar.repository_path
    if _is_pinned(local, jar):
        _write_atomically(path, lambda part: shutil.copyfile(local, part))
        return
    reasons: list[str] = []
    for repository in repositories():
        content = _download(jar, f"{repository}/{jar.repository_path}", client, reasons)
        if content is not None:
            _check(jar, content, repository)
            _write_atomically(path, lambda part, content=content: part.write_bytes(content))  # type: ignore[misc]
            return
    raise DownloadFailed(jar.name, reasons)


def _download(jar: Jar, url: str, client: httpx.Client, reasons: list[str]) -> bytes | None:
    """The bytes at the address, or None with the reasons noted; passing troubles are tried again."""
    for attempt in range(ATTEMPTS_PER_REPOSITORY):
        if attempt:
            time.sleep(0.5 * 2**attempt)
        try:
            response = client.get(url)
        except httpx.HTTPError as error:
            reasons.append(f"{url}: {error or type(error).__name__}")
            continue
        if response.status_code == httpx.codes.OK:
            return response.content
        reasons.append(f"{url}: HTTP {response.status_code}")
        if response.status_code < httpx.codes.INTERNAL_SERVER_ERROR and response.status_code != 429:
            return None
    return None


def _check(jar: Jar, content: bytes, source: str) -> None:
    actual = hashlib.sha256(content).hexdigest()
    if actual != jar.sha256:
        raise ChecksumMismatch(jar.name, jar.sha256, actual, source)


def _is_pinned(path: Path, jar: Jar) -> bool:
    if not path.is_file():
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == jar.sha256


def _write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the target and rename, so that a half-written jar is never seen under its name."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    write(part)
    part.replace(path)
