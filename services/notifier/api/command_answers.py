"""What commands are answered. Answers are kept, so that none tells contact data or texts."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.notifier.api.command_requests import CommandKind
from services.notifier.archive.borrower_records import ErasureRecord


class CommandAnswer(BaseModel):
    """A command that is done; `id` is what it made or was about. `changed` False: all was so already."""

    model_config = ConfigDict(frozen=True)

    command: CommandKind
    id: str
    at: datetime
    changed: bool


class ClaimAnswer(CommandAnswer):
    """`claimed`: call now. `later`: not before `until`, by `rule`. `called-off`: nobody calls, for `reasons`."""

    result: Literal["claimed", "later", "called-off"]
    until: datetime | None = None
    rule: str | None = None
    clause: str | None = None
    reasons: tuple[str, ...] = ()


class CallEndAnswer(CommandAnswer):
    """`again`: the borrower is called once more, not before `until`. `not-reached`: not by telephone."""

    result: Literal["reached", "again", "not-reached"]
    until: datetime | None = None
    not_reached_because: str | None = None


class EraseAnswer(CommandAnswer):
    """What was erased."""

    erasure: Annotated[ErasureRecord, Field(description="counts by kind of row")]
