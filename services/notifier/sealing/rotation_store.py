"""The SQL of bringing sealed values under the key that seals today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.eventing.database import Connection
from services.notifier.sealing.sealed_columns import SealedColumn


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a column was walked under a key; `walked_at` once the walk came to the end."""

    key_id: str
    after_borrower_id: str
    walked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stale:
    """A value under another key than the one that seals today; `key` begins with its borrower's id."""

    key: tuple[str, ...]
    sealed: bytes

    @property
    def borrower_id(self) -> str:
        """Whose value it is."""
        return self.key[0]


async def walk_of(connection: Connection, column: SealedColumn) -> Walk | None:
    """The newest walk through a column; None before the first."""
    row = await connection.fetchrow(
        "select key_id, after_borrower_id, walked_at from resealing where table_name = $1 and column_name = $2",
        column.table, column.column,
    )  # fmt: skip
    return None if row is None else Walk(*row)


async def begin_walk(connection: Connection, column: SealedColumn, key_id: str, at: datetime) -> None:
    """Begin to walk through a column."""
    await connection.execute(
        "insert into resealing (table_name, column_name, key_id, started_at) values ($1, $2, $3, $4)"
        " on conflict (table_name, column_name) do update set key_id = excluded.key_id, after_borrower_id = '',"
        " started_at = excluded.started_at, walked_at = null",
        column.table, column.column, key_id, at,
    )  # fmt: skip


async def move_walk(
    connection: Connection, column: SealedColumn, after_borrower_id: str, walked_at: datetime | None
) -> None:
    """Note how far a walk came, and when it ended."""
    await connection.execute(
        "update resealing set after_borrower_id = $3, walked_at = $4 where table_name = $1 and column_name = $2",
        column.table, column.column, after_borrower_id, walked_at,
    )  # fmt: skip


async def next_borrowers(
    connection: Connection, column: SealedColumn, after_borrower_id: str, limit: int
) -> Sequence[str]:
    """The next borrowers that have rows in a table, in order."""
    rows = await connection.fetch(
        f"select distinct borrower_id from {column.table} where borrower_id > $1 order by borrower_id limit $2",
        after_borrower_id, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


async def stale_values(
    connection: Connection, column: SealedColumn, borrower_ids: Sequence[str], mark: bytes
) -> list[Stale]:
    """The values of these borrowers that do not begin with the mark of the sealing key."""
    key = ", ".join(column.key)
    rows = await connection.fetch(
        f"select {key}, {column.column} from {column.table} where borrower_id = any($1::text[])"
        f" and {column.column} is not null and substring({column.column} from 1 for {len(mark)}) <> $2",
        borrower_ids, mark,
    )  # fmt: skip
    return [Stale(tuple(row)[:-1], row[-1]) for row in rows]


async def replace_values(
    connection: Connection, column: SealedColumn, key_id: str, values: Sequence[tuple[Stale, bytes]]
) -> None:
    """Put newly sealed values in place of those they were made from; one that changed meanwhile stays as it is."""
    of_key = " and ".join(f"{name} = ${place}" for place, name in enumerate(column.key, start=3))
    named = "" if column.named_in is None else f", {column.named_in} = '{key_id}'"
    await connection.executemany(
        f"update {column.table} set {column.column} = $1{named} where {column.column} = $2 and {of_key}",
        [(sealed, stale.sealed, *stale.key) for stale, sealed in values],
    )


async def values_by_key(connection: Connection, column: SealedColumn) -> dict[str, int]:
    """How many values of a column each key sealed. Reads the whole table."""
    sealed = column.column
    rows = await connection.fetch(
        f"select encode(substring({sealed} from 3 for get_byte({sealed}, 1)), 'escape'), count(*)"
        f" from {column.table} where length({sealed}) > 2 group by 1 order by 1"
    )
    return {row[0]: row[1] for row in rows}


async def plain_rows_of(connection: Connection) -> dict[str, int]:
    """Rows that are kept in plain, by table."""
    row = await connection.fetchrow(
        "select (select count(*) from contact where sealed is null) as contact,"
        " (select count(*) from message where subject is not null or body is not null) as message"
    )
    return dict(row)
