"""Settings of the ledger alone, prefix `AMENDS_LEDGER_`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LedgerSettings(BaseSettings):
    """How the ledger works its calendar."""

    model_config = SettingsConfigDict(env_prefix="AMENDS_LEDGER_", extra="ignore")

    announce_days: int = Field(default=3, ge=0, le=60, description="days before the due date of the first notice")
    close_loans_at_once: int = Field(default=500, ge=1, le=10_000)
