"""From payments that name only the borrower to payments of loans, round by round.

A round takes of each borrower what comes before their next such payment, and that payment: what it pays depends on all
before it. A batch with one such payment a borrower is one round, whatever its size.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from schemas.payments import PaymentCaptured, PaymentReversed
from services.eventing import metrics
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.ledger import spread_store
from services.ledger.acceptance import LoanEvent
from services.ledger.spreading import OLDEST_DUE_FIRST, NotSpreadable, SpreadPayment, spread


@dataclass(slots=True)
class Round:
    """Events of loans, and behind them at most one event of each borrower that names no loan."""

    of_loans: list[LoanEvent] = field(default_factory=list)
    of_borrowers: list[LoanEvent] = field(default_factory=list)


def rounds(events: Sequence[LoanEvent]) -> list[Round]:
    """The events by rounds; each borrower's stay in order."""
    found: list[Round] = [Round()]
    round_of: dict[str, int] = {}
    for event in events:
        number = round_of.get(event.data.borrower_id, 0)
        while len(found) <= number:
            found.append(Round())
        if event.data.loan_id is not None:
            found[number].of_loans.append(event)
        else:
            found[number].of_borrowers.append(event)
            round_of[event.data.borrower_id] = number + 1
    return found


async def shares_of(connection: Connection, events: Sequence[LoanEvent], outcome: Outcome) -> list[LoanEvent]:
    """The same events as events of loans; duplicates are dropped, what can't be spread is refused."""
    keys = [(event.data.borrower_id, _payment_id(event)) for event in events]
    known = await spread_store.known_spreads(connection, keys)
    owed = await spread_store.owed_by(connection, [key[0] for key in keys])
    new: list[SpreadPayment] = []
    shares: list[LoanEvent] = []
    for event, key in zip(events, keys, strict=True):
        data = event.data
        if isinstance(data, PaymentReversed):
            shares += _reversals(event, data, known.get(key), outcome)
            continue
        assert isinstance(data, PaymentCaptured)
        if key in known:
            _reject_reuse(event, data, known[key], outcome)
            continue
        try:
            parts = spread(data.payment_id, data.borrower_id, data.amount_minor,
                           owed.get((data.borrower_id, data.currency), []))  # fmt: skip
        except NotSpreadable as error:
            outcome.reject(event, "not-spreadable", error.field, error.value, str(error))
            continue
        new.append(SpreadPayment(*key, data.amount_minor, data.currency, data.value_date, OLDEST_DUE_FIRST, parts))
        for part in parts:
            changes = {"loan_id": part.loan_id, "payment_id": part.payment_id, "amount_minor": part.amount_minor}
            shares.append(replace(event, data=data.model_copy(update=changes)))
    if new:
        await spread_store.keep_spreads(connection, new)
    return shares


def _payment_id(event: LoanEvent) -> str:
    assert isinstance(event.data, PaymentCaptured | PaymentReversed)
    return event.data.payment_id


def _reversals(
    event: LoanEvent, data: PaymentReversed, before: SpreadPayment | None, outcome: Outcome
) -> list[LoanEvent]:
    if before is None:
        message = f"payment {data.payment_id!r} of borrower {data.borrower_id!r} was not spread over loans"
        outcome.reject(event, "unknown-payment", "payment_id", data.payment_id, message)
        return []
    return [
        replace(event, data=data.model_copy(update={"loan_id": share.loan_id, "payment_id": share.payment_id}))
        for share in before.shares
    ]


def _reject_reuse(event: LoanEvent, data: PaymentCaptured, before: SpreadPayment, outcome: Outcome) -> None:
    for name in ("amount_minor", "currency", "value_date"):
        now, was = getattr(data, name), getattr(before, name)
        if now != was:
            message = f"{now} differs from {was} of payment {data.payment_id!r}, which is posted already"
            outcome.reject(event, "payment-id-reused", name, now, message)
            return
    metrics.DUPLICATES.labels(event.event_type).inc()
