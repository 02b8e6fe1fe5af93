"""All SQL about links being opened and the visits that follow."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from schemas.dunning import Channel
from services.eventing.database import Connection
from services.notifier.pages.link_store import digest_of
from services.notifier.pages.second_factor import FactorKind


@dataclass(frozen=True, slots=True)
class KeptLink:
    """A link as it stands."""

    borrower_id: str
    digest: bytes
    loan_id: str
    offer_id: str | None
    channel: Channel
    expires_at: datetime
    used_at: datetime | None
    failures: int
    locked_at: datetime | None

    def is_open_at(self, at: datetime) -> bool:
        """Whether it can still be used."""
        return self.used_at is None and self.locked_at is None and at < self.expires_at


@dataclass(frozen=True, slots=True)
class Visit:
    """A borrower who proved who they are, for a while. `digest` stands for the cookie's id."""

    borrower_id: str
    digest: bytes
    link_digest: bytes
    loan_id: str
    offer_id: str | None
    factor: FactorKind
    started_at: datetime
    expires_at: datetime


async def load_link(connection: Connection, link_id: str, *, is_locking: bool = False) -> KeptLink | None:
    """The link with this id; with `is_locking`, nobody else uses it before the transaction ends."""
    row = await connection.fetchrow(
        "select * from page_link where link_digest = $1" + (" for update" if is_locking else ""), digest_of(link_id)
    )
    return None if row is None else _link(row)


async def count_failures(connection: Connection, borrower_id: str, since: datetime) -> int:
    """Wrong answers on links of a borrower since a moment, as far as each link's last one is not older."""
    return int(
        await connection.fetchval(
            "select coalesce(sum(failures), 0) from page_link where borrower_id = $1 and last_failed_at >= $2",
            borrower_id, since,
        )
    )  # fmt: skip


async def note_failure(connection: Connection, link: KeptLink, at: datetime, attempts: int) -> bool:
    """Count a wrong answer; the link is locked once there are as many as `attempts`. Returns whether it is."""
    locked: datetime | None = await connection.fetchval(
        "update page_link set failures = failures + 1, last_failed_at = $3,"
        " locked_at = case when failures + 1 >= $4 then $3 else locked_at end"
        " where borrower_id = $1 and link_digest = $2 returning locked_at",
        link.borrower_id, link.digest, at, attempts,
    )  # fmt: skip
    return locked is not None


async def begin_visit(connection: Connection, link: KeptLink, visit: Visit) -> None:
    """Use a locked link up and begin the visit."""
    await connection.execute(
        "update page_link set used_at = $3 where borrower_id = $1 and link_digest = $2",
        link.borrower_id, link.digest, visit.started_at,
    )  # fmt: skip
    await connection.execute(
        "insert into page_visit (borrower_id, visit_digest, link_digest, loan_id, offer_id, factor, started_at,"
        " expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        visit.borrower_id, visit.digest, visit.link_digest, visit.loan_id, visit.offer_id, visit.factor,
        visit.started_at, visit.expires_at,
    )  # fmt: skip


async def load_visit(connection: Connection, visit_id: str, at: datetime) -> Visit | None:
    """The visit with this id, if it is not over."""
    row = await connection.fetchrow(
        f"select {_VISIT} from page_visit where visit_digest = $1 and expires_at > $2", digest_of(visit_id), at
    )
    return None if row is None else Visit(*row)


async def prolong_visit(connection: Connection, visit: Visit, until: datetime) -> None:
    """Let a visit last longer."""
    await connection.execute(
        "update page_visit set expires_at = $3 where borrower_id = $1 and visit_digest = $2",
        visit.borrower_id, visit.digest, until,
    )  # fmt: skip


async def end_visit(connection: Connection, visit: Visit) -> None:
    """End a visit at once."""
    await connection.execute(
        "delete from page_visit where borrower_id = $1 and visit_digest = $2", visit.borrower_id, visit.digest
    )


async def note_link_request(
    connection: Connection, borrower_id: str, at: datetime, *, most_a_day: int, rest: timedelta
) -> int | None:
    """The number of a borrower's request for a new link; None if they asked too often, or too short a while ago."""
    await connection.execute("select pg_advisory_xact_lock(hashtext('amends-page-link'), hashtext($1))", borrower_id)
    row = await connection.fetchrow(
        "select count(*) filter (where requested_at > $2) as of_day, max(requested_at) as newest,"
        " coalesce(max(number), 0) as number from page_link_request where borrower_id = $1",
        borrower_id, at - timedelta(days=1),
    )  # fmt: skip
    if row["of_day"] >= most_a_day or (row["newest"] is not None and row["newest"] > at - rest):
        return None
    number = int(row["number"]) + 1
    await connection.execute(
        "insert into page_link_request (borrower_id, requested_at, number) values ($1, $2, $3)",
        borrower_id, at, number,
    )  # fmt: skip
    return number


async def delete_over(connection: Connection, visits_before: datetime, links_before: datetime, limit: int) -> int:
    """Delete visits and links that ended before a moment, and requests as old as such links. Returns how many."""
    deleted = 0
    for table, ended, before in (
        ("page_visit", "expires_at", visits_before),
        ("page_link", "expires_at", links_before),
        ("page_link_request", "requested_at", links_before),
    ):
        status = await connection.execute(
            f"delete from {table} where ctid = any(array(select ctid from {table} where {ended} < $1 limit $2))",
            before,
            limit,
        )
        deleted += int(status.rsplit(" ", 1)[1])
    return deleted


_VISIT = "borrower_id, visit_digest, link_digest, loan_id, offer_id, factor, started_at, expires_at"


def _link(row: asyncpg.Record) -> KeptLink:
    return KeptLink(
        row["borrower_id"], row["link_digest"], row["loan_id"], row["offer_id"], row["channel"], row["expires_at"],
        row["used_at"], row["failures"], row["locked_at"],
    )  # fmt: skip
