"""Settings of the borrower's pages, prefix `AMENDS_NOTIFIER_`."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_SHORTEST_LETTERS: Final = 32


class PageSettings(BaseSettings):
    """Where the pages listen, the keys of their links, and their limits.

    `page_key` is one secret of 32 characters at least, or several parted by commas: the first signs links and seals
    opt-out addresses, the others are still believed. Keep an old one until the links that it signed have expired; one
    that is gone ends the opt-out addresses made with it.
    """

    model_config = SettingsConfigDict(env_prefix="AMENDS_NOTIFIER_", extra="ignore")

    page_key: SecretStr
    pages_host: str = "127.0.0.1"
    pages_port: int = Field(default=0, ge=0, le=65_535)
    pages_url: Annotated[str, Field(description="the address under which borrowers reach the pages, without a path")]
    link_valid_days: Annotated[int, Field(ge=1, le=90)] = 14
    session_minutes: Annotated[int, Field(ge=1, le=240)] = 30
    second_factor_attempts: Annotated[int, Field(ge=1, le=20, description="wrong answers until a link is locked")] = 5
    trusted_proxies: Annotated[
        int, Field(ge=0, le=10, description="so many last entries of X-Forwarded-For are the lender's own proxies'")
    ] = 0
    answers_a_minute: Annotated[
        int, Field(ge=1, le=100_000, description="forms that one network address may send a minute")
    ] = 20
    requests_a_minute: Annotated[
        int, Field(ge=1, le=1_000_000, description="requests that one network address may make a minute")
    ] = 240
    new_links_a_day: Annotated[int, Field(ge=0, le=50, description="new links a borrower can ask for in 24 hours")] = 3
    longest_promise_days: Annotated[int, Field(ge=1, le=180)] = 30
    pages_body_limit_bytes: Annotated[int, Field(ge=1_024, le=1_048_576)] = 65_536

    @field_validator("page_key")
    @classmethod
    def _are_secrets(cls, page_key: SecretStr) -> SecretStr:
        secrets_of(page_key.get_secret_value())
        return page_key

    @field_validator("pages_url")
    @classmethod
    def _is_base(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
            raise ValueError(f"{url!r} must be an http(s) address without a path, such as https://pages.lender.example")
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def is_secure(self) -> bool:
        """Whether borrowers come by https."""
        return self.pages_url.startswith("https://")


def secrets_of(page_key: str) -> tuple[bytes, ...]:
    """The secrets in their order. Raises ValueError, which tells the place of a wrong one and never the secret."""
    secrets = [part.strip() for part in page_key.split(",")]
    for place, secret in enumerate(secrets, start=1):
        if len(secret) < _SHORTEST_LETTERS:
            raise ValueError(f"secret {place}: must be {_SHORTEST_LETTERS} characters at least, has {len(secret)}")
    return tuple(secret.encode() for secret in secrets)
