"""Looking again: on the dates at which a case can change by the calendar alone."""

from services.dunning import store
from services.dunning.cases import area_store
from services.dunning.cases.case_work import CaseWork
from services.dunning.cases.record import Record
from services.eventing.database import Connection
from services.eventing.store import write_outbox

_AT_ONCE = 500
_TOLD_AT_ONCE = 5_000


class Looks:
    """One step looks at up to 500 cases whose date has come, in one transaction."""

    def __init__(self, work: CaseWork) -> None:
        self._work = work

    async def __call__(self, connection: Connection) -> bool:
        """True when more cases may wait."""
        async with connection.transaction():
            if await area_store.spread_area_look(connection, _TOLD_AT_ONCE):
                return True
        on = await self._work.today(connection)
        if on is None:
            return False
        async with connection.transaction():
            cases = await store.cases_to_look_at(connection, on, _AT_ONCE)
            if not cases:
                return await self._work.offers.expire(connection, on)
            # Under the locks, so that no case is looked at on a date before its last.
            on = await self._work.today(connection)
            emitted = await self._work.evaluate(connection, list(cases.values()), Record(), on, {})
            await write_outbox(connection, emitted)
        return True
