"""Composition of dunning."""

from importlib import resources
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas import ledger
from services.dunning.handlers import LedgerEventsHandler
from services.dunning.ladder import LadderPolicy, parse_ladder
from services.dunning.looks import Looks
from services.eventing.service import ServiceParts
from services.eventing.settings import Settings
from services.eventing.work_loop import WorkLoop


class DunningSettings(BaseSettings):
    """Settings of dunning alone, prefix `AMENDS_DUNNING_`."""

    model_config = SettingsConfigDict(env_prefix="AMENDS_DUNNING_", extra="ignore")

    ladder_file: Path | None = Field(default=None, description="a ladder policy; the shipped default without it")


def dunning(settings: Settings) -> ServiceParts:
    """The parts of dunning. Raises DocumentError when the ladder file is wrong."""
    policy = load_policy(DunningSettings().ladder_file)
    looks = Looks(policy, settings.calendar_id, settings.topic_partitions)
    return ServiceParts(
        name="dunning",
        topics=[ledger.TOPIC],
        handler=LedgerEventsHandler(policy, settings.calendar_id, settings.topic_partitions),
        work=lambda pool: [WorkLoop("dunning-looks", pool, looks)],
    )


def load_policy(ladder_file: Path | None) -> LadderPolicy:
    """The ladder policy of a file, or the default. Raises DocumentError."""
    if ladder_file is not None:
        return parse_ladder(ladder_file.read_text(encoding="utf-8"), str(ladder_file))
    shipped = resources.files("services.dunning") / "policies" / "default.yaml"
    return parse_ladder(shipped.read_text(encoding="utf-8"), "default.yaml")
