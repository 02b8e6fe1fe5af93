"""Which keys are needed: how many values each of them sealed."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, Final, Literal

from services.eventing.database import Connection
from services.notifier.sealing.key_ring import KeyRing, key_ids
from services.notifier.sealing.rotation_store import plain_rows_of, values_by_key
from services.notifier.sealing.sealed_columns import SEALED_COLUMNS

KeyState = Literal["seals", "needed", "may be dropped", "MISSING", "not sealed yet"]
_PLAIN: Final = "(plain)"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key. `needed`: it must stay in the setting. `MISSING`: values need it, and the setting lacks it."""

    key_id: str
    state: KeyState
    by_table: dict[str, int]

    @property
    def values(self) -> int:
        """How many values it sealed."""
        return sum(self.by_table.values())


@dataclass(frozen=True, slots=True)
class KeyUsage:
    """All keys, the sealing one first; rows kept in plain come last."""

    rows: tuple[KeyRow, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that have values, in the order of the registry."""
        used = {table for row in self.rows for table in row.by_table}
        return tuple(column.table for column in SEALED_COLUMNS if column.table in used)

    def as_document(self) -> list[dict[str, Any]]:
        """For programs."""
        return [
            {"key": row.key_id, "state": row.state, "values": row.values, "by_table": row.by_table} for row in self.rows
        ]


async def key_usage(connection: Connection, ring: KeyRing) -> KeyUsage:
    """Count the values of each key, reading every table that has some."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for column in SEALED_COLUMNS:
        for key_id, values in (await values_by_key(connection, column)).items():
            found[key_id][column.table] += values
    plain = await plain_rows_of(connection)
    given = key_ids(ring)
    rows = [KeyRow(one, _state(one, ring.current, found[one].total()), dict(found[one])) for one in given]
    rows += [KeyRow(one, "MISSING", dict(found[one])) for one in sorted(found.keys() - set(given))]
    if any(plain.values()):
        rows.append(KeyRow(_PLAIN, "not sealed yet", {table: count for table, count in plain.items() if count}))
    return KeyUsage(tuple(rows))


def _state(key_id: str, current: str, values: int) -> KeyState:
    if key_id == current:
        return "seals"
    return "needed" if values else "may be dropped"
