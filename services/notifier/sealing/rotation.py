"""Key rotation: values under an older key are sealed anew, in lots, until the older key can be dropped."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from services.eventing import metrics
from services.eventing.clock import Clock
from services.eventing.database import Connection
from services.notifier.sealing import plain_rows, rotation_store
from services.notifier.sealing.key_ring import KeyRing, SealBroken
from services.notifier.sealing.rotation_store import Stale
from services.notifier.sealing.sealed_columns import SEALED_COLUMNS, SealedColumn

log = structlog.get_logger(__name__)
_WALK_AGAIN_AFTER: Final = timedelta(days=1)
"""Processes that have an older setting yet go on sealing under the older key behind the walk."""


class Resealing:
    """The step of a WorkLoop: one lot a call, first of rows in plain, then of each column under an older key.

    A walk through a column goes on where it stood, also in another process, and begins anew under another key.
    """

    def __init__(
        self,
        keys: KeyRing,
        clock: Clock,
        columns: Sequence[SealedColumn] = SEALED_COLUMNS,
        borrowers_at_once: int = 100,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._columns = columns
        self._borrowers_at_once = borrowers_at_once

    async def __call__(self, connection: Connection) -> bool:
        """True when there may be more to do."""
        for table, seal_rows in plain_rows.OF_TABLES.items():
            async with connection.transaction():
                sealed = await seal_rows(connection, self._keys, self._borrowers_at_once)
            if sealed:
                metrics.SEALED_PLAIN_ROWS.labels(table).inc(sealed)
                return True
        for column in self._columns:
            async with connection.transaction():
                if await self._walk_on(connection, column):
                    return True
        return False

    async def _walk_on(self, connection: Connection, column: SealedColumn) -> bool:
        """Look at the next borrowers of a column; False where it was walked through lately."""
        now = self._clock.now()
        walk = await rotation_store.walk_of(connection, column)
        is_over = walk is not None and walk.walked_at is not None and now - walk.walked_at >= _WALK_AGAIN_AFTER
        if walk is None or walk.key_id != self._keys.current or is_over:
            await rotation_store.begin_walk(connection, column, self._keys.current, now)
            after = ""
        elif walk.walked_at is not None:
            metrics.RESEALING_DONE.labels(column.table).set(1)
            return False
        else:
            after = walk.after_borrower_id
        metrics.RESEALING_DONE.labels(column.table).set(0)
        borrowers = await rotation_store.next_borrowers(connection, column, after, self._borrowers_at_once)
        if borrowers:
            await self._reseal(connection, column, borrowers)
        is_last = len(borrowers) < self._borrowers_at_once
        reached = borrowers[-1] if borrowers else after
        await rotation_store.move_walk(connection, column, reached, now if is_last else None)
        return True

    async def _reseal(self, connection: Connection, column: SealedColumn, borrowers: Sequence[str]) -> None:
        resealed: list[tuple[Stale, bytes]] = []
        found = await rotation_store.stale_values(connection, column, borrowers, self._keys.mark)
        # Rows are locked in the order in which all that write many of them do.
        for stale in sorted(found, key=lambda one: one.key):
            try:
                plain = self._keys.open(stale.borrower_id, stale.sealed)
            except SealBroken as error:
                metrics.UNOPENED_VALUES.labels(column.table).inc()
                log.warning("value_not_opened", table=column.table, borrower_id=error.owner, reason=error.reason)
                continue
            resealed.append((stale, self._keys.seal(stale.borrower_id, plain)))
        await rotation_store.replace_values(connection, column, self._keys.current, resealed)
        metrics.RESEALED_VALUES.labels(column.table).inc(len(resealed))
