"""The audit: who saw personal data, or gave a command. It never repeats what they saw."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from services.notifier.archive.borrower_records import KeptRecord

AuditedAction = Literal[
    "saw-contact", "saw-message", "saw-call", "searched", "checked-contact", "exported", "commanded", "erased"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Audited:
    """What somebody does. `caller` is the name of an API key, or `command-line`; `operator` the person.

    `what` names the message, the command or the reason, never contact data.
    """

    borrower_id: str | None
    at: datetime
    action: AuditedAction
    caller: str
    key_id: str | None = None
    operator: str | None = None
    request_id: str | None = None
    what: dict[str, str | int] = field(default_factory=dict)


class AuditRecord(KeptRecord):
    """An entry of the audit."""

    audit_id: int
    borrower_id: Annotated[str | None, Field(description="null if it was about no single borrower")]
    at: datetime
    action: AuditedAction
    caller: str
    key_id: str | None
    operator: str | None
    request_id: str | None
    what: dict[str, Any]
