"""The ladders in use, for requests."""

from services.dunning.cases.case_work import CaseWork
from services.dunning.ladder.choice import Ladders
from services.eventing.api_connections import ApiConnections


class UsedLadders:
    """Keeps the ladders in a transaction of its own: a command's may be rolled back, and readers write nothing."""

    def __init__(self, connections: ApiConnections, work: CaseWork) -> None:
        self._connections = connections
        self._work = work
        self._ladders: Ladders | None = None

    async def get(self) -> Ladders:
        """The ladders. Raises LadderChanged."""
        if self._ladders is None:
            async with self._connections.writing() as connection:
                self._ladders = await self._work.ladders(connection)
        return self._ladders
