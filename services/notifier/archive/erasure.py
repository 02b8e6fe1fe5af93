"""Erasing one borrower because somebody asks for it: refused while law or an open loan needs the records, or forced."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.eventing import metrics, store
from services.eventing.database import Connection
from services.notifier.archive import audit_store, erasing_store, retention_store, waiting_store
from services.notifier.archive.audit import Audited
from services.notifier.archive.borrower_records import ErasureRecord
from services.notifier.archive.borrower_store import is_known
from services.notifier.archive.export import BorrowerNotKnown
from services.notifier.archive.retention import BorrowerActivity
from services.notifier.borrowers.store import lock_borrowers
from services.notifier.contact_rules.records_kept import RecordsKept

RefusalCode = Literal["loans-open", "records-must-be-kept", "message-on-its-way"]
_ERASED: Final = "erased"


class ErasureRefused(ValueError):
    """The borrower is not erased. All but a message on its way can be overruled by force."""

    def __init__(self, code: RefusalCode, borrower_id: str, reason: str) -> None:
        super().__init__(f"borrower {borrower_id!r} is not erased: {reason}")
        self.code: RefusalCode = code
        self.borrower_id = borrower_id
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """Who wants a borrower erased and why; `is_forced`: in spite of open loans and of records that must be kept."""

    reason: str
    by: Audited
    is_forced: bool = False


async def erase_borrower(
    connection: Connection, borrower_id: str, order: ErasureOrder, kept: RecordsKept | None, at: datetime
) -> ErasureRecord:
    """Erase a borrower's contact data and all texts, within a transaction; ids, times, rules and hashes stay.

    Messages that wait are kept back. `kept` is what the contact rules in force say of records. The borrower comes back
    only when they are registered again. Raises BorrowerNotKnown, ErasureRefused.
    """
    if not await is_known(connection, borrower_id):
        raise BorrowerNotKnown(borrower_id)
    await lock_borrowers(connection, [borrower_id])
    await retention_store.note_ends(connection, [borrower_id], at)
    (activity,) = await retention_store.activities(connection, [borrower_id])
    refusal = _refusal(activity, kept, at)
    if refusal is not None and not order.is_forced:
        raise refusal
    if await waiting_store.keep_back_all(connection, borrower_id, _ERASED, at) is None:
        raise ErasureRefused("message-on-its-way", borrower_id, "a message is on its way: ask again in a moment")
    await waiting_store.call_off_calls(connection, borrower_id, at)
    counts = await erasing_store.empty_borrowers(connection, [borrower_id], keeps_history=True)
    counts["dead_letters"] = await store.erase_dead_letters(
        connection, borrower_id.encode(), order.by.operator or order.by.caller, order.reason
    )
    await retention_store.mark_erased(connection, [(borrower_id, loan.loan_id) for loan in activity.loans], at)
    kind: Literal["forced", "asked-for"] = "asked-for" if refusal is None else "forced"
    erasure = ErasureRecord(
        erased_at=at, kind=kind, reason=order.reason, actor=order.by.operator or order.by.caller, counts=dict(+counts)
    )
    await erasing_store.note_erasure(connection, borrower_id, erasure)
    await audit_store.note(connection, [order.by])
    metrics.ERASED_BORROWERS.labels(kind).inc()
    return erasure


def _refusal(activity: BorrowerActivity, kept: RecordsKept | None, at: datetime) -> ErasureRefused | None:
    """Why the borrower must not be erased now; None if nothing is against it."""
    if activity.has_open_loan:
        loan_ids = [loan.loan_id for loan in activity.loans if loan.ended_at is None]
        told = ", ".join(loan_ids[:5]) + (", …" if len(loan_ids) > 5 else "")
        return ErasureRefused("loans-open", activity.borrower_id, f"loans are open: {told}")
    newest = activity.newest_activity_at
    if kept is None or newest is None or newest < kept.latest_activity_to_erase(at):
        return None
    reason = (
        f"records must be kept for {kept.years} years after the last activity, which was on {newest.date()}"
        f" ({kept.citation.clause}; {kept.citation.source})"
    )
    return ErasureRefused("records-must-be-kept", activity.borrower_id, reason)
