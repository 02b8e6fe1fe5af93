"""Settings of the channels, prefix `AMENDS_NOTIFIER_`."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PerSecond = Annotated[float, Field(gt=0, le=100_000)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class ChannelSettings(BaseSettings):
    """Where messages are handed over, how fast, and who may tell what became of them.

    Without `sms_provider_file` text messages go to `sms_gateway_url` as JSON. `provider_files` are documents of
    providers that only tell: receipts of the mail relay or the app. `provider_secrets` is a JSON object of the secrets
    that documents name. Messages go to the lender's app if `app_webhook_url` is set, signed with `app_webhook_secret`.
    """

    # What is refused may hold a secret.
    model_config = SettingsConfigDict(env_prefix="AMENDS_NOTIFIER_", extra="ignore", hide_input_in_errors=True)

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=25, ge=1, le=65_535)
    smtp_tls: Literal["none", "start", "implicit"] = "start"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_connections: int = Field(default=8, ge=1, le=500)
    email_sender: str = "Amends <reminders@lender.example>"
    email_per_second: PerSecond = 10_000
    email_deadline_seconds: Seconds = 30

    sms_provider_file: Path | None = None
    sms_gateway_url: str = "http://127.0.0.1:8025/sms"
    sms_gateway_token: SecretStr | None = None
    sms_connections: int = Field(default=20, ge=1, le=500)
    sms_per_second: PerSecond = 10_000
    sms_deadline_seconds: Seconds = 10

    app_webhook_url: str | None = None
    app_webhook_secret: SecretStr | None = None
    app_connections: int = Field(default=20, ge=1, le=500)
    app_per_second: PerSecond = 10_000
    app_deadline_seconds: Seconds = 10

    agents_call: Annotated[bool, Field(description="whether people make the calls that dunning asks for")] = True

    breaker_failures_in_a_row: int = Field(default=5, ge=1, le=10_000)
    breaker_share_percent: int = Field(default=50, ge=1, le=100)
    breaker_window: int = Field(default=50, ge=1, le=10_000)
    breaker_open_seconds: Seconds = 10
    breaker_longest_open_seconds: Seconds = 300

    provider_files: tuple[Path, ...] = ()
    provider_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    receipts_of_unknown_messages: Annotated[
        Literal[404, 202], Field(description="404 has a provider tell again; 202 is for one that gives up on us for it")
    ] = 404

    @field_validator("app_webhook_url", "sms_gateway_url")
    @classmethod
    def _is_a_url(cls, url: str | None) -> str | None:
        if url is not None:
            parts = urlsplit(url)
            if parts.scheme not in ("https", "http") or not parts.hostname:
                raise ValueError("is no URL that begins with https:// or http://")
            if parts.username is not None:
                raise ValueError("has a user in it; secrets have variables of their own")
        return url
