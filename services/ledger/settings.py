"""Settings of the ledger alone, prefix `AMENDS_LEDGER_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LedgerSettings(BaseSettings):
    """How the ledger works its calendar."""

    model_config = SettingsConfigDict(env_prefix="AMENDS_LEDGER_", extra="ignore")

    products_dir: Path | None = Field(default=None, description="folder of product documents beside those shipped")
    close_loans_at_once: int = Field(default=500, ge=1, le=10_000)
