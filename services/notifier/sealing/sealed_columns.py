"""Where sealed values lie. Their owner is always the row's borrower."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A `bytea` column of sealed values, null where there is none; `named_in` is a column that names the key too.

    The columns of `key` are text, the borrower's id first.
    """

    table: str
    key: tuple[str, ...]
    column: str = "sealed"
    named_in: str | None = None


SEALED_COLUMNS: Final[tuple[SealedColumn, ...]] = (
    SealedColumn("contact", ("borrower_id",), named_in="sealed_by"),
    SealedColumn("message", ("borrower_id", "notification_id")),
    SealedColumn("kept_dispatch", ("borrower_id", "dispatch_id")),
    SealedColumn("reply", ("borrower_id", "provider", "reply_id")),
    SealedColumn("agent_call", ("borrower_id", "call_id")),
    SealedColumn("kept_offer", ("borrower_id", "offer_id")),
    SealedColumn("offer_acceptance", ("borrower_id", "offer_id"), "sealed_shown"),
    SealedColumn("borrower_answer", ("borrower_id", "answer_id")),
)
