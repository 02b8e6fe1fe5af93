"""Settings of sending, prefix `AMENDS_NOTIFIER_`."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.notifier.sending.ending import Patience


class SendingSettings(BaseSettings):
    """How much is on its way at once, and how long a message is tried."""

    model_config = SettingsConfigDict(env_prefix="AMENDS_NOTIFIER_", extra="ignore")

    sends_at_once: Annotated[int, Field(ge=1, le=1_000, description="dispatches in flight, for each channel")] = 32
    attempts_a_channel: Annotated[int, Field(ge=1, le=100, description="before the next channel is tried")] = 5
    channel_patience_seconds: Annotated[
        int, Field(ge=1, le=604_800, description="so long one channel is tried if another could carry the message")
    ] = 900
    patience_seconds: Annotated[
        int, Field(ge=1, le=2_592_000, description="so long after it was asked for a message is tried in all")
    ] = 86_400
    longest_hand_over_seconds: Annotated[
        float, Field(gt=0, le=600, description="after that the fate of a message is unknown")
    ] = 90.0

    @property
    def patience(self) -> Patience:
        """How long a message is tried."""
        return Patience(
            self.attempts_a_channel,
            timedelta(seconds=self.channel_patience_seconds),
            timedelta(seconds=self.patience_seconds),
        )
