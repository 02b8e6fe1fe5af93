"""Looking again: on the dates at which a loan can change by the calendar alone."""

from services.dunning import store
from services.dunning.decisions import decide
from services.dunning.ladder import LadderPolicy
from services.eventing.database import Connection
from services.eventing.store import business_date_of, write_outbox

_AT_ONCE = 500


class Looks:
    """One step looks at up to 500 loans whose date has come, in one transaction."""

    def __init__(self, policy: LadderPolicy, calendar_id: str, partitions: int) -> None:
        self._policy = policy
        self._calendar_id = calendar_id
        self._partitions = partitions

    async def __call__(self, connection: Connection) -> bool:
        """True when more loans may wait."""
        on = await business_date_of(connection, self._calendar_id, self._partitions)
        if on is None:
            return False
        async with connection.transaction():
            tracks = await store.tracks_to_look_at(connection, on, _AT_ONCE)
            if not tracks:
                return False
            emitted, decisions = decide(tracks, self._policy, on, {})
            await store.save_tracks(connection, tracks)
            await store.save_cases(connection, [track.facts.borrower_id for track in tracks], on)
            await store.save_decisions(connection, decisions)
            await write_outbox(connection, emitted)
        return True
