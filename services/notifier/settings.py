"""Settings of the notifier alone, prefix `AMENDS_NOTIFIER_`."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.dunning import Channel


class NotifierSettings(BaseSettings):
    """Keys, contact rules, and the words that every message carries about the lender.

    `contact_keys` is `id:base64,id:base64,…`, 32 bytes each: the first seals contact data, the others open what they
    sealed before. `contact_index_key` (base64, 32 bytes) makes it findable. `amends notifier new-key` makes one.
    """

    model_config = SettingsConfigDict(env_prefix="AMENDS_NOTIFIER_", extra="ignore")

    contact_keys: SecretStr
    contact_index_key: SecretStr
    contact_rules: Annotated[str, Field(description="a preset (CN, US, UK) or the name of a document")] = "CN"
    contact_rules_files: tuple[Path, ...] = ()
    default_time_zones: Annotated[
        tuple[str, ...], Field(min_length=1, description="where borrowers may be of whom no time zone is told")
    ] = ("Asia/Shanghai",)
    digest_window_seconds: Annotated[
        int, Field(ge=0, le=86_400, description="so long a reminder waits for others to the same borrower")
    ] = 60
    offer_channels: Annotated[
        tuple[Channel, ...], Field(min_length=1, description="tried in order, to tell of offers and of plans in place")
    ] = ("email", "sms")
    clock_ahead_seconds: Annotated[
        int, Field(description="only for rehearsals: contact hours are those of a clock so much ahead")
    ] = 0
    templates_dir: Annotated[Path | None, Field(description="a lender's own words, in place of those shipped")] = None
    sms_tells_debt: Annotated[
        bool, Field(description="whether a text message may tell amounts: others may read it on a locked screen")
    ] = False

    lender_name: str = "Example Lender"
    help_phone: str = "+1 555 0100"
    pay_url: str = "https://lender.example/pay"
    help_url: str = "https://lender.example/help"

    @field_validator("default_time_zones")
    @classmethod
    def _are_zones(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            try:
                ZoneInfo(name)
            except (KeyError, ValueError):
                raise ValueError(f"{name!r} is no IANA time zone") from None
        return names
