"""Kafka's jars are fetched once, checked, and named in every failure."""

import hashlib
from pathlib import Path

import httpx
import pytest

from deploy.embedded.errors import ChecksumMismatch, DownloadFailed
from deploy.embedded.jars import Jar, fetch_jars, pinned_jars

CONTENT = b"a jar"
JAR = Jar("org.example", "thing", "1.0", None, hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture(autouse=True)
def one_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AMENDS_MAVEN_REPOSITORY", "https://maven.example/repo/")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def client_answering(status: int, content: bytes, seen: list[str]) -> httpx.Client:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(status, content=content)

    return httpx.Client(transport=httpx.MockTransport(answer))


def test_a_jar_is_fetched_once(tmp_path: Path) -> None:
    seen: list[str] = []
    client = client_answering(200, CONTENT, seen)
    for _ in range(2):
        assert fetch_jars(tmp_path, [JAR], client) == [tmp_path / "thing-1.0.jar"]
    assert seen == ["https://maven.example/repo/org/example/thing/1.0/thing-1.0.jar"]
    assert [path.name for path in tmp_path.iterdir()] == ["thing-1.0.jar"]


def test_a_wrong_checksum_names_the_artifact_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ChecksumMismatch, match=r"org\.example:thing:1\.0"):
        fetch_jars(tmp_path, [JAR], client_answering(200, b"another", []))
    assert not list(tmp_path.iterdir())


def test_a_damaged_jar_in_the_cache_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "thing-1.0.jar").write_bytes(b"damaged")
    fetch_jars(tmp_path, [JAR], client_answering(200, CONTENT, []))
    assert (tmp_path / "thing-1.0.jar").read_bytes() == CONTENT


def test_a_missing_jar_names_the_artifact_and_the_answer(tmp_path: Path) -> None:
    seen: list[str] = []
    with pytest.raises(DownloadFailed, match=r"org\.example:thing:1\.0.*HTTP 404"):
        fetch_jars(tmp_path, [JAR], client_answering(404, b"", seen))
    assert len(seen) == 1


def test_the_local_maven_repository_spares_the_download(tmp_path: Path) -> None:
    local = tmp_path / "home" / ".m2" / "repository" / JAR.repository_path
    local.parent.mkdir(parents=True)
    local.write_bytes(CONTENT)
    seen: list[str] = []
    fetch_jars(tmp_path / "cache", [JAR], client_answering(404, b"", seen))
    assert not seen


def test_every_pinned_jar_has_its_own_file_name() -> None:
    jars = pinned_jars()
    assert len({jar.file_name for jar in jars}) == len(jars) == 92
    assert any(jar.name == "org.apache.kafka:kafka_2.13:4.3.1" for jar in jars)
