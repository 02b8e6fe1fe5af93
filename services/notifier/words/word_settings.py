"""Settings of the words, prefix `AMENDS_NOTIFIER_`."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WordSettings(BaseSettings):
    """What messages tell beside the facts of a loan, and how long an SMS may be."""

    model_config = SettingsConfigDict(env_prefix="AMENDS_NOTIFIER_", extra="ignore")

    debt_advice: Annotated[
        str | None, Field(min_length=1, max_length=120, description="where independent advice on debts is free")
    ] = None
    sms_opt_out_keyword: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9]{1,10}$", description="the reply that opts out, in place of a link: it saves a part"
        ),
    ] = None
    sms_most_segments: Annotated[
        int, Field(ge=1, le=10, description="parts that the lint lets an SMS of the templates have")
    ] = 3
