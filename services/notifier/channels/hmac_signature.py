"""Signatures of HTTP bodies by HMAC (RFC 2104), as providers' manuals describe them."""

import base64
import hmac
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.notifier.channels.placeholders import PlaceholderText, WrongPlaceholder
from services.yaml_documents import broken_rule

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", max_length=100)]
SecretName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", max_length=64)]
_PLACES: Final = frozenset({"timestamp", "body"})


class HmacSignature(BaseModel):
    """How a body is signed: `signs` is what the HMAC is of, `prefix` stands before it in the header.

    `timestamp_header` carries whole seconds since 1970 (UTC), and `signs` must bind it. `secret` is the name under
    which the settings have the key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["hmac"] = "hmac"
    secret: SecretName
    header: HeaderName
    algorithm: Literal["sha256", "sha384", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: Annotated[str, Field(max_length=50)] = ""
    timestamp_header: HeaderName | None = None
    signs: str = "{body}"

    @model_validator(mode="after")
    def _signs_what_it_sends(self) -> Self:
        try:
            names = PlaceholderText.parse(self.signs, _PLACES).names
        except WrongPlaceholder as error:
            raise broken_rule(str(error), ("signs",)) from error
        if "body" not in names:
            raise broken_rule("must have {body}: what is not signed can be changed on the way", ("signs",))
        if ("timestamp" in names) != (self.timestamp_header is not None):
            raise broken_rule("{timestamp} and `timestamp_header` belong together", ("signs",))
        return self

    def value(self, secret: str, body: bytes, timestamp: str) -> str:
        """What the header must say of a body."""
        text = PlaceholderText.parse(self.signs, _PLACES)
        signed = text.filled_bytes({"timestamp": timestamp.encode(), "body": body})
        digest = hmac.new(secret.encode(), signed, self.algorithm).digest()
        return self.prefix + (digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode())

    def is_of(self, given: str, secret: str, body: bytes, timestamp: str) -> bool:
        """Whether a header's value is the signature of a body; compared in constant time."""
        expected = self.value(secret, body, timestamp)
        if self.encoding == "hex":
            given, expected = given.lower(), expected.lower()
        return hmac.compare_digest(given.encode(), expected.encode())
