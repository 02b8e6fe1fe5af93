"""The SQL of erasing: contents go; ids, times, rules and hashes stay as proof."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Final

from services.eventing.database import Connection
from services.notifier.archive.borrower_records import ErasureRecord

_OF_LOANS: Final = "(t.borrower_id, t.loan_id) in (select * from unnest($1::text[], $2::text[]))"
_OF_BORROWERS: Final = "t.borrower_id = any($1::text[])"

_EMPTY: Final[Sequence[tuple[str, str]]] = (
    (
        "receipts",
        "delete from receipt r using message t where {about}"
        " and r.borrower_id = t.borrower_id and r.notification_id = t.notification_id",
    ),
    (
        "messages",
        "update message t set sealed = null, subject = null, body = null, about = '{{}}', decision = decision - 'seen',"
        " reason = case status when 'suppressed' then reason else '' end where {about}"
        " and (sealed is not null or body is not null or about <> '{{}}' or decision ? 'seen')",
    ),
    (
        "calls",
        "update agent_call t set sealed = null, reason = null where {about} and sealed is not null"
        " and status in ('done', 'cancelled')",
    ),
    ("offers", "delete from kept_offer t where {about}"),
    (
        "acceptances",
        "update offer_acceptance t set sealed_shown = null where {about} and sealed_shown is not null",
    ),
    ("answers", "update borrower_answer t set sealed = null where {about} and sealed is not null"),
    ("links", "delete from page_link t where {about}"),
    ("visits", "delete from page_visit t where {about}"),
)
"""What is emptied of loans, and of borrowers as a whole; receipts before the messages that they are found by."""

_EMPTY_OF_BORROWERS: Final[Sequence[tuple[str, str]]] = (
    ("contacts", "delete from contact t where {about}"),
    ("addresses", "delete from unusable_address t where {about}"),
    ("dispatches", "delete from kept_dispatch t where {about}"),
    ("replies", "update reply t set sealed = null where {about} and sealed is not null"),
    ("link_requests", "delete from page_link_request t where {about}"),
    ("consents", "delete from consent t where {about}"),
    ("holds", "delete from contact_hold t where {about} and is_over"),
    ("reliefs", "delete from relief t where {about} and is_over"),
)
_HISTORY_WITHOUT_ADDRESSES: Final = (
    "contacts_made",
    "update contact_made t set address_digest = null where {about} and address_digest is not null",
)
_HISTORY_AWAY: Final = ("contacts_made", "delete from contact_made t where {about}")


async def empty_loans(connection: Connection, loans: Sequence[tuple[str, str]]) -> Counter[str]:
    """Erase what is kept of loans (borrower id, loan id) of locked borrowers; returns how many rows, by kind."""
    arguments = list(zip(*sorted(loans), strict=True))
    return await _run(connection, [*_EMPTY, _HISTORY_AWAY], _OF_LOANS, arguments)


async def empty_borrowers(connection: Connection, borrower_ids: Sequence[str], *, keeps_history: bool) -> Counter[str]:
    """Erase what is kept of locked borrowers; returns how many rows, by kind.

    `keeps_history`: when contacts were made stays as proof, without the addresses used.
    """
    history = _HISTORY_WITHOUT_ADDRESSES if keeps_history else _HISTORY_AWAY
    statements = [*_EMPTY, *_EMPTY_OF_BORROWERS, history]
    return await _run(connection, statements, _OF_BORROWERS, [sorted(borrower_ids)])


async def note_erasure(connection: Connection, borrower_id: str, erasure: ErasureRecord) -> None:
    """Keep what was erased, why and by whom."""
    await connection.execute(
        "insert into erasure (borrower_id, erased_at, kind, reason, actor, counts) values ($1, $2, $3, $4, $5, $6)",
        borrower_id, erasure.erased_at, erasure.kind, erasure.reason, erasure.actor, json.dumps(erasure.counts),
    )  # fmt: skip


async def _run(
    connection: Connection, statements: Sequence[tuple[str, str]], about: str, arguments: Sequence[object]
) -> Counter[str]:
    counts: Counter[str] = Counter()
    for kind, statement in statements:
        status = await connection.execute(statement.format(about=about), *arguments)
        counts[kind] += int(status.rsplit(" ", 1)[1])
    return Counter({kind: rows for kind, rows in counts.items() if rows})
