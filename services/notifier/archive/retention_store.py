"""The SQL of what retention must know: when loans ended, and when something last happened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.eventing.database import Connection
from services.notifier.archive.retention import BorrowerActivity, LoanActivity


async def next_borrowers(connection: Connection, after_borrower_id: str, limit: int) -> list[str]:
    """The next borrowers of whom anything is known, in order."""
    rows = await connection.fetch(
        "select borrower_id from borrower where borrower_id > $1 order by borrower_id limit $2",
        after_borrower_id, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


async def note_ends(connection: Connection, borrower_ids: Sequence[str], at: datetime) -> None:
    """Note since when loans are settled, as far as was seen; a loan that is open again has not ended."""
    await connection.execute(
        "delete from loan_end e using loan_standing s where e.borrower_id = any($1::text[])"
        " and s.borrower_id = e.borrower_id and s.loan_id = e.loan_id and not s.settled",
        borrower_ids,
    )
    await connection.execute(
        "insert into loan_end (borrower_id, loan_id, ended_at) select borrower_id, loan_id, $2 from loan_standing"
        " where borrower_id = any($1::text[]) and settled order by borrower_id, loan_id on conflict do nothing",
        borrower_ids, at,
    )  # fmt: skip


async def activities(connection: Connection, borrower_ids: Sequence[str]) -> list[BorrowerActivity]:
    """What retention must know of borrowers, in their order."""
    loans: dict[str, list[LoanActivity]] = {}
    for row in await connection.fetch(_LOANS, borrower_ids):
        loans.setdefault(row["borrower_id"], []).append(
            LoanActivity(row["loan_id"], row["ended_at"], row["last_activity_at"], row["erased_at"])
        )
    others = {row["borrower_id"]: row for row in await connection.fetch(_OTHERS, borrower_ids)}
    return [
        BorrowerActivity(
            borrower_id,
            tuple(loans.get(borrower_id, ())),
            others[borrower_id]["last_activity_at"],
            others[borrower_id]["is_registered"],
            others[borrower_id]["is_busy"],
        )
        for borrower_id in borrower_ids
    ]


async def mark_erased(connection: Connection, loans: Sequence[tuple[str, str]], at: datetime) -> None:
    """Note that what was kept of loans (borrower id, loan id) is erased."""
    await connection.executemany(
        "update loan_end set erased_at = $3 where borrower_id = $1 and loan_id = $2",
        [(borrower_id, loan_id, at) for borrower_id, loan_id in sorted(loans)],
    )


_LOANS: Final = """
with happened as (
    select borrower_id, loan_id, greatest(asked_at, ended_at) as at from message where borrower_id = any($1::text[])
    union all select borrower_id, loan_id, made_at from contact_made
        where borrower_id = any($1::text[]) and loan_id is not null
    union all select borrower_id, loan_id, answered_at from borrower_answer
        where borrower_id = any($1::text[]) and loan_id is not null
    union all select borrower_id, loan_id, accepted_at from offer_acceptance where borrower_id = any($1::text[])
    union all select borrower_id, loan_id, greatest(asked_at, ended_at) from agent_call
        where borrower_id = any($1::text[])
    union all select borrower_id, loan_id, null from loan_standing where borrower_id = any($1::text[])
)
select h.borrower_id, h.loan_id, max(h.at) as last_activity_at, e.ended_at, e.erased_at
from happened h left join loan_end e using (borrower_id, loan_id)
group by h.borrower_id, h.loan_id, e.ended_at, e.erased_at
order by h.borrower_id, h.loan_id
"""
_OTHERS: Final = """
select b.borrower_id, c.borrower_id is not null as is_registered,
    exists (select from message m where m.borrower_id = b.borrower_id and m.status = 'leaving') as is_busy,
    greatest(
        c.registered_at,
        (select max(received_at) from reply r where r.borrower_id = b.borrower_id),
        (select max(made_at) from contact_made p where p.borrower_id = b.borrower_id and p.loan_id is null),
        (select max(given_at) from consent g where g.borrower_id = b.borrower_id),
        (select max(opted_out_at) from opt_out o where o.borrower_id = b.borrower_id),
        (select max(answered_at) from borrower_answer a where a.borrower_id = b.borrower_id and a.loan_id is null)
    ) as last_activity_at
from unnest($1::text[]) as b (borrower_id) left join contact c using (borrower_id)
"""
