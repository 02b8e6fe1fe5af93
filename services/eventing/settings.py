"""Settings that every service reads from the environment, prefix `AMENDS_`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, PostgresDsn, TypeAdapter, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ServiceName = Literal["ledger", "dunning", "notifier"]
_POSTGRES_URL: TypeAdapter[PostgresDsn] = TypeAdapter(PostgresDsn)


class Settings(BaseSettings):
    """Where Kafka and PostgreSQL are, and how a service works on them.

    `database_url` serves every service unless `AMENDS_LEDGER_DATABASE_URL` (and so on) names its own.
    """

    model_config = SettingsConfigDict(env_prefix="AMENDS_", extra="ignore")

    kafka_bootstrap: str = "127.0.0.1:9092"
    database_url: str = "postgresql://amends:amends@127.0.0.1:5432/amends"
    ledger_database_url: str | None = None
    dunning_database_url: str | None = None
    notifier_database_url: str | None = None

    topic_prefix: str = ""
    topic_partitions: int = Field(default=8, ge=1, le=1024)
    topic_replication: int = Field(default=1, ge=1, le=9)
    consumer_instance: str | None = Field(default=None, description="group.instance.id; set it under a StatefulSet")

    batch_records: int = Field(default=1000, ge=1, le=20_000)
    pool_connections: int = Field(default=8, ge=4, le=100)
    statement_timeout_seconds: float = Field(default=30, gt=0)

    dead_letter_window_records: int = Field(default=1000, ge=10)
    dead_letter_limit_share: float = Field(default=0.2, gt=0, le=1)
    dead_letter_minimum: int = Field(default=50, ge=1)

    calendar_id: str = "default"
    calendar_zone: str = "Asia/Shanghai"
    clock: Literal["system", "events"] = "system"

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=0, ge=0, le=65_535)
    api_keys_file: Path | None = Field(default=None, description="YAML list of API keys; without it no key is valid")
    api_pool_connections: int = Field(default=4, ge=1, le=100)
    api_statement_timeout_seconds: float = Field(default=10, gt=0, le=600)
    api_body_limit_bytes: int = Field(default=65_536, ge=1_024, le=16_777_216)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    traces_endpoint: str | None = Field(default=None, description="OTLP/HTTP endpoint; tracing is off without it")

    @field_validator("database_url", "ledger_database_url", "dunning_database_url", "notifier_database_url")
    @classmethod
    def _is_postgres_url(cls, url: str | None) -> str | None:
        if url is not None:
            _POSTGRES_URL.validate_python(url)
        return url

    def database_url_of(self, service: ServiceName) -> str:
        """The PostgreSQL URL of one service."""
        return str(getattr(self, f"{service}_database_url") or self.database_url)

    def topic(self, name: str) -> str:
        """The Kafka name of a topic of the contract."""
        return self.topic_prefix + name
