"""What borrowers wish: no messages on a channel or for a purpose, or more calls about a debt."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.borrower_answers import OptedIn, OptedOut
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent, outgoing
from services.notifier.borrowers.borrower_rows import opt_out_of
from services.notifier.borrowers.opt_outs import OptOut, after_opt_in
from services.notifier.borrowers.store import lock_borrowers


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """The borrower agreed to more calls about a loan; it ends before `until`, if given."""

    borrower_id: str
    loan_id: str
    given_at: datetime
    until: datetime | None = None


async def opt_out(connection: Connection, wishes: Sequence[OptedOut]) -> list[OutgoingEvent]:
    """Honour opt-outs, and lock the borrowers. Returns the events of those that are new, for the outbox."""
    if not wishes:
        return []
    await lock_borrowers(connection, {wish.borrower_id for wish in wishes})
    first = {_key(wish): wish for wish in reversed(wishes)}
    rows = [(*key, wish.opted_out_at, wish.source) for key, wish in sorted(first.items())]
    taken = await connection.fetch(
        "insert into opt_out (borrower_id, channel, purpose, opted_out_at, source)"
        " select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])"
        " on conflict do nothing returning borrower_id, channel, purpose",
        *zip(*rows, strict=True),
    )
    return await _numbered(connection, [first[tuple(row)] for row in sorted(taken, key=tuple)])


async def opt_in(connection: Connection, wishes: Sequence[OptedIn]) -> list[OutgoingEvent]:
    """Take opt-outs back, and lock the borrowers. Returns the events of wishes that changed something."""
    if not wishes:
        return []
    borrower_ids = sorted({wish.borrower_id for wish in wishes})
    await lock_borrowers(connection, borrower_ids)
    kept = await _opt_outs_of(connection, borrower_ids)
    before = {borrower_id: set(kept[borrower_id]) for borrower_id in borrower_ids}
    new: list[OptedIn | OptedOut] = []
    for wish in wishes:
        left = after_opt_in(kept[wish.borrower_id], wish.channel, wish.purpose, wish.opted_in_at)
        if left != kept[wish.borrower_id]:
            new.append(wish)
            kept[wish.borrower_id] = left
    changed = [one for one in borrower_ids if kept[one] != before[one]]
    await _replace_opt_outs(connection, {borrower_id: kept[borrower_id] for borrower_id in changed})
    return await _numbered(connection, new)


async def add_consents(connection: Connection, consents: Sequence[ConsentGiven]) -> None:
    """Keep consents, each once, and lock the borrowers."""
    if not consents:
        return
    await lock_borrowers(connection, {consent.borrower_id for consent in consents})
    rows = [(one.borrower_id, one.loan_id, one.given_at, one.until) for one in consents]
    await connection.execute(
        "insert into consent (borrower_id, loan_id, given_at, until)"
        " select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) on conflict do nothing",
        *zip(*sorted(rows, key=lambda row: row[:3]), strict=True),
    )


def _key(wish: OptedOut) -> tuple[str, str, str]:
    return wish.borrower_id, wish.channel or "", wish.purpose or ""


async def _opt_outs_of(connection: Connection, borrower_ids: Sequence[str]) -> defaultdict[str, frozenset[OptOut]]:
    rows = await connection.fetch(
        "select borrower_id, channel, purpose, opted_out_at, source from opt_out where borrower_id = any($1::text[])",
        borrower_ids,
    )
    found: defaultdict[str, frozenset[OptOut]] = defaultdict(frozenset)
    for row in rows:
        found[row["borrower_id"]] |= {opt_out_of(row)}
    return found


async def _replace_opt_outs(connection: Connection, kept: dict[str, frozenset[OptOut]]) -> None:
    if not kept:
        return
    await connection.execute("delete from opt_out where borrower_id = any($1::text[])", list(kept))
    await connection.executemany(
        "insert into opt_out (borrower_id, channel, purpose, opted_out_at, source) values ($1, $2, $3, $4, $5)"
        " on conflict do nothing",
        [
            (borrower_id, one.channel or "", one.purpose or "", one.opted_out_at, one.source)
            for borrower_id, opt_outs in kept.items()
            for one in opt_outs
        ],
    )


async def _numbered(connection: Connection, wishes: Iterable[OptedOut | OptedIn]) -> list[OutgoingEvent]:
    """The events of wishes, numbered by borrower in their order."""
    by_borrower: dict[str, list[OptedOut | OptedIn]] = {}
    for wish in wishes:
        by_borrower.setdefault(wish.borrower_id, []).append(wish)
    if not by_borrower:
        return []
    counts = [(borrower_id, len(told)) for borrower_id, told in by_borrower.items()]
    rows = await connection.fetch(
        "update borrower b set wishes_told = wishes_told + n.wishes"
        " from unnest($1::text[], $2::int8[]) as n (borrower_id, wishes) where b.borrower_id = n.borrower_id"
        " returning b.borrower_id, b.wishes_told - n.wishes as told_before",
        *zip(*counts, strict=True),
    )
    before = {row["borrower_id"]: row["told_before"] for row in rows}
    return [
        outgoing(wish, before[borrower_id] + number)
        for borrower_id, told in by_borrower.items()
        for number, wish in enumerate(told, start=1)
    ]
