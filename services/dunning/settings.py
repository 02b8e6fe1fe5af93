"""Settings of dunning alone, and the policies that they name."""

from pathlib import Path

from pydantic import DirectoryPath, Field, FilePath
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.dunning.offers.offer_policy import OfferPolicy, default_offer_policy, parse_offer_policy


class DunningSettings(BaseSettings):
    """Prefix `AMENDS_DUNNING_`."""

    model_config = SettingsConfigDict(env_prefix="AMENDS_DUNNING_", extra="ignore")

    ladder_file: FilePath | None = Field(default=None, description="a ladder policy; the shipped default without it")
    ladders_dir: DirectoryPath | None = Field(
        default=None, description="a folder of ladder policies and choice.yaml, which says who goes by which"
    )
    offer_policy_file: FilePath | None = Field(
        default=None, description="an offer policy; the shipped default without it"
    )


def load_offer_policy(file: Path | None) -> OfferPolicy:
    """The offer policy of a file, or the default. Raises DocumentError."""
    if file is None:
        return default_offer_policy()
    return parse_offer_policy(file.read_text(encoding="utf-8"), str(file))
