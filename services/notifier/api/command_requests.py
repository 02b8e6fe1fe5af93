"""Commands as they are asked for. Pure."""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from schemas.borrower_answers import Purpose
from schemas.dunning import Channel
from services.eventing.api_parameters import Id, Reason
from services.notifier.api.parameters import Moment
from services.notifier.contact_rules.facts import Outcome, Recipient

CommandKind = Literal[
    "opt-out", "opt-in", "consent", "record-contact", "cancel-message", "claim-call", "end-call", "erase"
]  # fmt: skip
_NAMESPACE: Final = UUID("5b9d3b0e-3c0f-5a52-8f2b-6f6f1f0f8a61")
Now = Annotated[Moment | None, Field(description="Now without it.")]


class CommandRequest(BaseModel):
    """What every command says: why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason


class WishRequest(CommandRequest):
    """Messages on a channel (without it: on any) for a purpose (without it: for any)."""

    channel: Channel | None = None
    purpose: Purpose | None = None


class ConsentRequest(CommandRequest):
    """The borrower agreed to more calls about a loan: at `given_at`, before `until` if it is given."""

    loan_id: Id
    given_at: Now = None
    until: Moment | None = None


class ContactRequest(CommandRequest):
    """A contact that people made, or that the borrower began. Without `loan_id` it is not known about which loan."""

    channel: Literal["call", "sms", "email"]
    outcome: Outcome
    loan_id: Id | None = None
    recipient: Recipient = "borrower"
    is_by_borrower: Annotated[bool, Field(strict=True)] = False
    made_at: Now = None


class CancelRequest(CommandRequest):
    """A message that waits is not sent."""


class ClaimRequest(CommandRequest):
    """The operator makes a call at once."""


class CallEndRequest(CommandRequest):
    """What came of a claimed call."""

    outcome: Outcome
    recipient: Recipient = "borrower"


class EraseRequest(CommandRequest):
    """Contact data and texts are erased; `is_forced`: in spite of open loans and of records that must be kept."""

    is_forced: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command about a borrower, and what it is about if the address names it: a message or a call."""

    kind: CommandKind
    borrower_id: str
    request: CommandRequest
    subject_id: str | None = None

    @property
    def sha256(self) -> str:
        """Equal for equal commands."""
        said = [self.kind, self.borrower_id, self.subject_id, self.request.model_dump(mode="json")]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def new_id_of(command: Command, caller: str, idempotency_key: str) -> str:
    """The id of what a command makes: the same command makes the same."""
    return f"{command.kind}:{uuid5(_NAMESPACE, json.dumps([command.borrower_id, caller, idempotency_key]))}"
