"""Settings of the notifier alone, prefix `AMENDS_NOTIFIER_`."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class NotifierSettings(BaseSettings):
    """Channels, and the words that every message carries about the lender."""

    model_config = SettingsConfigDict(env_prefix="AMENDS_NOTIFIER_", extra="ignore")

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=25, ge=1, le=65_535)
    smtp_tls: Literal["none", "start", "implicit"] = "start"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    email_sender: str = "Amends <reminders@lender.example>"
    sms_gateway_url: str = "http://127.0.0.1:8025/sms"
    sms_gateway_token: SecretStr | None = None
    sends_at_once: int = Field(default=16, ge=1, le=500)

    lender_name: str = "Example Lender"
    help_phone: str = "+1 555 0100"
    pay_url: str = "https://lender.example/pay"
    help_url: str = "https://lender.example/help"
    opt_out_url: str = "https://lender.example/opt-out"
