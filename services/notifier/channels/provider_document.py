"""A provider as data: how a message is handed to it, and how it tells what became of it. A YAML document.

The document has no secrets: it names them, and the settings have them. Errors tell source, line and path.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from schemas.values import Identifier
from services.notifier.channels.hmac_signature import HeaderName, HmacSignature, SecretName
from services.notifier.channels.json_paths import JsonPath
from services.notifier.channels.message_prices import AnsweredPrice, PriceList
from services.notifier.channels.placeholders import PlaceholderText, WrongPlaceholder
from services.yaml_documents import Place, broken_rule, parse_document

PLACES: Final = frozenset({"to", "to_digits", "text", "idempotency_key", "notification_id", "template", "language"})
"""What a body or header may have: `to_digits` is the number without its plus sign."""

UndeliveredKind = Literal["bounced", "expired", "rejected", "complained"]
ReceiptStatus = Literal["delivered", "bounced", "expired", "rejected", "complained", "ignored"]
StatusCode = Annotated[int, Field(ge=200, le=599)]
_MOST_SECONDS: Final = 3600


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class NoAuthentication(_Document):
    """The provider asks for none."""

    kind: Literal["none"]


class BearerToken(_Document):
    """`Authorization: Bearer …` (RFC 6750)."""

    kind: Literal["bearer"]
    secret: SecretName


class BasicAuthentication(_Document):
    """`Authorization: Basic …` (RFC 7617)."""

    kind: Literal["basic"]
    username: Annotated[str, Field(min_length=1, pattern=r"^[^:\x00-\x1f]+$")]
    secret: SecretName


class ApiKeyHeader(_Document):
    """A key in a header of its own."""

    kind: Literal["api-key"]
    header: HeaderName
    secret: SecretName


Authentication = Annotated[
    NoAuthentication | BearerToken | BasicAuthentication | ApiKeyHeader, Field(discriminator="kind")
]


class GatewayRequest(_Document):
    """What is sent: `body` is JSON, or a flat form, whose texts may have places such as `{to}`."""

    method: Literal["POST", "PUT"] = "POST"
    url: Annotated[str, Field(max_length=2000)]
    headers: Mapping[HeaderName, str] = Field(default_factory=dict)
    encoding: Literal["json", "form"] = "json"
    body: dict[str, JsonValue]
    authentication: Authentication = NoAuthentication(kind="none")
    signature: HmacSignature | None = None

    @field_validator("url")
    @classmethod
    def _url_is_whole_and_secretless(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError as error:
            raise broken_rule(f"{url!r} is no URL: {error}") from None
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise broken_rule(f"{url!r} is no URL that begins with https:// or http://")
        if parts.username is not None or parts.password is not None:
            raise broken_rule("has a user in it: use `authentication`, which names a secret")
        return url

    @field_validator("headers")
    @classmethod
    def _headers_are_texts(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        for name, text in headers.items():
            if name.lower() == "authorization":
                raise broken_rule("use `authentication`, which names a secret", (name,))
            if not text.isascii() or not text.isprintable():
                raise broken_rule(f"{text!r} is no text of printable ASCII", (name,))
            _check_places(text, (name,))
        return headers

    @model_validator(mode="after")
    def _body_can_be_made(self) -> Self:
        if self.encoding == "form":
            for key, value in self.body.items():
                if not isinstance(value, str):
                    raise broken_rule("a form has texts only", ("body", key))
        used = _check_body(self.body, ("body",))
        if "text" not in used:
            raise broken_rule("has {text} nowhere", ("body",))
        if not used & {"to", "to_digits"}:
            raise broken_rule("has neither {to} nor {to_digits}", ("body",))
        return self

    @property
    def places(self) -> frozenset[str]:
        """The places that body and headers have."""
        in_headers = (PlaceholderText.parse(text, PLACES).names for text in self.headers.values())
        return _check_body(self.body, ()).union(*in_headers)


class AnsweredOutcome(_Document):
    """For a provider that answers 200 to everything: the code in its body. A code in neither list is unavailable."""

    path: JsonPath
    taken: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    refused: Annotated[tuple[str, ...], Field(strict=False)] = ()


class GatewayAnswer(_Document):
    """How an answer is read. Codes of 200 to 299 are taken; those in no list and not 2xx are unavailable.

    `refused`: nothing will come of this number. `unknown`: the message may have been taken.
    """

    message_id: JsonPath | None = None
    price: AnsweredPrice | None = None
    outcome: AnsweredOutcome | None = None
    refused: Annotated[tuple[StatusCode, ...], Field(strict=False)] = (400, 404, 410, 422)
    unknown: Annotated[tuple[StatusCode, ...], Field(strict=False)] = (502, 504)

    @model_validator(mode="after")
    def _a_code_means_one_thing(self) -> Self:
        both = sorted(set(self.refused) & set(self.unknown))
        if both:
            raise broken_rule(f"{both[0]} is among `refused` too", ("unknown",))
        return self


class StandardWebhooksSignature(_Document):
    """Signed by https://www.standardwebhooks.com: the headers webhook-id, webhook-timestamp and webhook-signature."""

    kind: Literal["standard-webhooks"]
    secret: SecretName


IncomingSignature = Annotated[StandardWebhooksSignature | HmacSignature, Field(discriminator="kind")]


class Receipts(_Document):
    """How the provider tells what became of a message. `statuses` maps its words; others are answered 422.

    `items` is where an array of receipts stands, if one request has several. `time` is ISO 8601 or seconds since 1970;
    without it the moment of the request counts.
    """

    signature: IncomingSignature
    encoding: Literal["json", "form"] = "json"
    items: JsonPath | None = None
    message_id: JsonPath
    status: JsonPath
    statuses: Annotated[Mapping[str, ReceiptStatus], Field(min_length=1)]
    time: JsonPath | None = None
    tolerance_seconds: Annotated[int, Field(ge=1, le=_MOST_SECONDS)] = 300


class Replies(_Document):
    """How the provider passes on what a borrower wrote back.

    `country_code` (such as `+86`) is put before a sender's number that has no plus sign; without it the number is taken
    to begin with its country's code.
    """

    signature: IncomingSignature
    encoding: Literal["json", "form"] = "json"
    reply_id: JsonPath
    sender: JsonPath
    country_code: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{0,3}$")] | None = None
    text: JsonPath
    time: JsonPath | None = None
    tolerance_seconds: Annotated[int, Field(ge=1, le=_MOST_SECONDS)] = 300


class ProviderDocument(_Document):
    """One provider of one channel; `name` stands in the addresses of its receipts and replies.

    `honours_key`: a request that is repeated with the same `{idempotency_key}` sends nothing twice.
    """

    name: Identifier
    channel: Literal["sms", "email", "app"]
    request: GatewayRequest | None = None
    answer: GatewayAnswer = GatewayAnswer()
    honours_key: bool = False
    prices: PriceList | None = None
    receipts: Receipts | None = None
    replies: Replies | None = None

    @model_validator(mode="after")
    def _says_something_that_can_be(self) -> Self:
        if self.request is None and self.receipts is None and self.replies is None:
            raise broken_rule("has none of `request`, `receipts` and `replies`")
        if self.request is not None and self.channel != "sms":
            raise broken_rule("is for `channel: sms` only", ("request",))
        if self.replies is not None and self.channel != "sms":
            raise broken_rule("is for `channel: sms` only", ("replies",))
        if self.honours_key and self.request is not None and "idempotency_key" not in self.request.places:
            raise broken_rule("is told, but {idempotency_key} stands nowhere in the request", ("honours_key",))
        return self

    @property
    def secret_names(self) -> Mapping[str, str]:
        """The names of all secrets wanted, by the path where each is named."""
        request = self.request
        named = {
            "request.authentication": request and request.authentication,
            "request.signature": request and request.signature,
            "receipts.signature": self.receipts and self.receipts.signature,
            "replies.signature": self.replies and self.replies.signature,
        }
        found = {path: getattr(part, "secret", None) for path, part in named.items()}
        return {f"{path}.secret": name for path, name in found.items() if name is not None}


def parse_provider(text: str, source_name: str) -> ProviderDocument:
    """The provider that a YAML text describes; `source_name` is used in errors only. Raises DocumentError."""
    return parse_document(text, source_name, ProviderDocument)


def _check_body(value: JsonValue, place: Place) -> frozenset[str]:
    """The places used in a body. Raises if one is unknown."""
    if isinstance(value, str):
        return _check_places(value, place)
    if isinstance(value, dict):
        return frozenset().union(*(_check_body(part, (*place, str(key))) for key, part in value.items()))
    if isinstance(value, list):
        return frozenset().union(*(_check_body(part, (*place, index)) for index, part in enumerate(value)))
    return frozenset()


def _check_places(text: str, place: Place) -> frozenset[str]:
    try:
        return PlaceholderText.parse(text, PLACES).names
    except WrongPlaceholder as error:
        raise broken_rule(str(error), place) from error
