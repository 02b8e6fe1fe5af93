"""API keys: who may call a service's HTTP API, and what they may do.

A key is presented as `amends_<id>_<secret>`. The id is public and stands in logs; the secret has 256 bits of chance and
is known to the caller alone. Amends keeps its SHA-256 in a YAML or JSON file, a list of keys:

    - {id: 4f1c…, name: console, sha256: 9b74…, scopes: [ledger:read, ledger:command]}

What the file says now is what counts: it is read again when it changes, and one that cannot be read makes no key valid.
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, RootModel, model_validator

from services.eventing.clock import Clock
from services.yaml_documents import DocumentError, DocumentProblem, broken_rule, parse_document

log = structlog.get_logger(__name__)
Scope = Literal[
    "ledger:read", "ledger:command", "ledger:admin", "dunning:read", "dunning:command", "dunning:admin",
    "notifier:read", "notifier:command", "notifier:contact-data", "notifier:admin",
]  # fmt: skip
_TOKEN: Final = re.compile(r"amends_([0-9a-z]{1,32})_([0-9A-Za-z]{32,128})")
_ID_BYTES: Final = 6
_SECRET_BYTES: Final = 32
_NO_DIGEST: Final = "0" * 64
"""What an unknown id is compared with; no secret has it."""


class ApiKey(BaseModel):
    """A key as it is kept. `name` says who calls, and stays when the key is replaced; keys of one name are one caller.

    `not_after` is the last moment at which it is valid.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[0-9a-z]{1,32}$")]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    not_after: AwareDatetime | None = None


class KeyList(RootModel[tuple[ApiKey, ...]]):
    """The file of keys."""

    @model_validator(mode="after")
    def _each_id_once(self) -> "KeyList":
        seen: set[str] = set()
        for place, key in enumerate(self.root):
            if key.id in seen:
                raise broken_rule(f"the id {key.id} is given twice", (place, "id"))
            seen.add(key.id)
        return self


class KeyRing:
    """The keys that are valid now."""

    def __init__(self, keys: Sequence[ApiKey], clock: Clock) -> None:
        self._by_id = {key.id: key for key in keys}
        self._clock = clock

    def key_of(self, token: str) -> ApiKey | None:
        """The key that a token proves, or None.

        An unknown id takes the same hash and comparison as a known one, so that time tells nothing of what exists.
        """
        parts = _TOKEN.fullmatch(token)
        identity, secret = parts.groups() if parts else ("", token)
        key = self._by_id.get(identity)
        expected = _NO_DIGEST if key is None else key.sha256
        matches = hmac.compare_digest(digest_of(secret), expected)
        if key is None or not matches or self._is_over(key.not_after):
            return None
        return key

    def _is_over(self, not_after: datetime | None) -> bool:
        return not_after is not None and self._clock.now() > not_after


class KeyFile:
    """The keys of a file, as it is now; without a file there are none."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        """Reads the file. Raises DocumentError: a wrong file at the start is a mistake to be seen."""
        self._path = path
        self._clock = clock
        self._version = _version_of(path)
        self._ring = KeyRing(() if path is None else read_keys(path), clock)

    def ring(self) -> KeyRing:
        """The keys; read anew if the file changed since."""
        version = _version_of(self._path)
        if self._path is not None and version != self._version:
            self._version = version
            self._ring = self._read_anew(self._path)
        return self._ring

    def _read_anew(self, path: Path) -> KeyRing:
        try:
            keys = read_keys(path)
        except DocumentError as error:
            log.error("api_keys_unreadable", path=str(path), error=str(error))
            return KeyRing((), self._clock)
        log.info("api_keys_read", path=str(path), keys=len(keys))
        return KeyRing(keys, self._clock)


def read_keys(path: Path) -> tuple[ApiKey, ...]:
    """The keys of a file. Raises DocumentError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError((DocumentProblem(str(path), 1, "", f"cannot be read: {error}"),)) from error
    return parse_document(text, str(path), KeyList).root


def new_key(name: str, scopes: Sequence[Scope], not_after: datetime | None = None) -> tuple[ApiKey, str]:
    """A new key and its token, which is kept nowhere. Raises pydantic's ValidationError."""
    identity, secret = secrets.token_hex(_ID_BYTES), secrets.token_hex(_SECRET_BYTES)
    key = ApiKey(id=identity, name=name, sha256=digest_of(secret), scopes=frozenset(scopes), not_after=not_after)
    return key, f"amends_{identity}_{secret}"


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _version_of(path: Path | None) -> tuple[int, int, int] | None:
    """Tells one content of the file from the next; None while there is no file."""
    if path is None:
        return None
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
