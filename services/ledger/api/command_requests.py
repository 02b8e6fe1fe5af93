"""Commands as they are asked for, and the facts they make. Pure."""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from services.eventing.api_parameters import Day, Reason
from services.ledger.allocation import Component
from services.ledger.facts import Charged, ChargeKind, DueDateChanged, Fact, Waived, WrittenOff
from services.ledger.loan import Key

CommandKind = Literal["charge", "waiver", "adjustment", "write-off", "undo"]
_NAMESPACE: Final = UUID("8f2c8a0e-7f5b-5c33-9d0e-3b1f6a4c9e21")
_LARGEST_MINOR: Final = 10**15

InstalmentNumber = Annotated[int, Field(strict=True, ge=1, le=100_000)]
AmountMinor = Annotated[int, Field(strict=True, gt=0, le=_LARGEST_MINOR, description="In minor units.")]


def _amount_or_all(value: object) -> object:
    if value == "all" or (isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST_MINOR):
        return value
    raise ValueError("must be a whole number of minor units above zero, or 'all'")


AmountOrAll = Annotated[
    int | Literal["all"],
    BeforeValidator(_amount_or_all),
    WithJsonSchema({
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": _LARGEST_MINOR}, {"type": "string", "const": "all"}],
        "description": "In minor units, or all that is owed of it.",
    }),
]  # fmt: skip


class CommandRequest(BaseModel):
    """What every command says: why, and from which day it counts (today's business date without one)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason
    on: Day | None = None


class ChargeRequest(CommandRequest):
    """Charge a penalty or a fee, payable on `due_on`. What the cost cap forbids of it is not charged."""

    kind: ChargeKind
    amount_minor: AmountMinor
    due_on: Day


class WaiverRequest(CommandRequest):
    """Give up what is owed of one component, oldest first; with an instalment's number only of that."""

    component: Component
    amount_minor: AmountOrAll
    instalment_number: InstalmentNumber | None = None


class AdjustmentRequest(CommandRequest):
    """Let an instalment that is still to come, and all after it by as many days, fall due on another day."""

    instalment_number: InstalmentNumber
    due_on: Day


class WriteOffRequest(CommandRequest):
    """Give the loan up for lost; what is paid later is a recovery."""


class UndoRequest(CommandRequest):
    """Take a command back, as if it had never been; what it booked is reversed on `on`."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command for a loan; `fact_id` is the fact to undo, of an undoing alone."""

    kind: CommandKind
    key: Key
    request: CommandRequest
    fact_id: str | None = None

    @property
    def sha256(self) -> str:
        """Tells one command from another, however its JSON was written."""
        whole = [self.kind, self.key, self.fact_id, self.request.model_dump(mode="json")]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def fact_id_of(borrower_id: str, caller: str, idempotency_key: str) -> str:
    """The id of the fact that a command records: the same key of the same caller gives the same fact."""
    return f"command-{uuid5(_NAMESPACE, json.dumps([borrower_id, caller, idempotency_key]))}"


def fact_of(request: CommandRequest, fact_id: str, on: Day) -> Fact:
    """The fact that a command other than an undoing records."""
    match request:
        case ChargeRequest():
            return Charged(
                fact_id=fact_id, on=on, kind=request.kind, amount_minor=request.amount_minor, due_on=request.due_on
            )
        case WaiverRequest():
            amount_minor = None if request.amount_minor == "all" else request.amount_minor
            return Waived(
                fact_id=fact_id, on=on, component=request.component, amount_minor=amount_minor,
                instalment_number=request.instalment_number,
            )  # fmt: skip
        case AdjustmentRequest():
            return DueDateChanged(
                fact_id=fact_id, on=on, instalment_number=request.instalment_number, due_on=request.due_on
            )
        case WriteOffRequest():
            return WrittenOff(fact_id=fact_id, on=on)
        case _:
            raise TypeError(f"{type(request).__name__} makes no fact")
