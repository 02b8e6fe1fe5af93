"""The ladders in use, kept word for word: a version stands for one document, and cases under way keep theirs."""

import structlog

from services.dunning.ladder.choice import Ladders
from services.dunning.ladder.files import LoadedLadders
from services.dunning.ladder.policy import parse_ladder
from services.eventing.database import Connection

log = structlog.get_logger(__name__)


class LadderChanged(ValueError):
    """A document has the version of another that was used before."""

    def __init__(self, version: str) -> None:
        super().__init__(f"ladder {version!r} was used before with other text: a changed ladder needs a new version")
        self.version = version


class LadderKeeper:
    """Gives the ladders: keeps their documents, and adds those that cases under way go by.

    The transaction that keeps them may be rolled back, so they count as kept only when a later one finds them.
    """

    def __init__(self, loaded: LoadedLadders) -> None:
        self._loaded = loaded
        self._ladders: Ladders | None = None

    async def ladders(self, connection: Connection) -> Ladders:
        """The ladders in use. Raises LadderChanged."""
        if self._ladders is not None:
            return self._ladders
        kept = await self._kept(connection)
        ladders = self._loaded.ladders.with_older(
            {version: parse_ladder(document, f"ladder {version}") for version, document in kept.items()}
        )
        if self._loaded.documents.keys() <= kept.keys():
            await self._report(connection)
            self._ladders = ladders
        else:
            await self._keep(connection)
        return ladders

    async def _kept(self, connection: Connection) -> dict[str, str]:
        rows = await connection.fetch("select version, document from ladder")
        for version, document in rows:
            if self._loaded.documents.get(version, document) != document:
                raise LadderChanged(version)
        return {row["version"]: row["document"] for row in rows}

    async def _keep(self, connection: Connection) -> None:
        documents = self._loaded.documents
        await connection.execute(
            "insert into ladder (version, document) select * from unnest($1::text[], $2::text[])"
            " on conflict do nothing",
            list(documents),
            list(documents.values()),
        )

    async def _report(self, connection: Connection) -> None:
        """Say how many cases under way go by another ladder than is chosen now, and what becomes of them."""
        choice = self._loaded.ladders.choice
        rows = await connection.fetch(
            "select policy_version, count(*) from borrower_case where loans_past_due > 0 and policy_version is not null"
            " and not policy_version = any($1::text[]) group by policy_version order by policy_version",
            [arm.ladder for arm in choice.arms],
        )
        for version, count in rows:
            log.warning("cases_under_way", ladder=version, cases=count, they=choice.under_way)
