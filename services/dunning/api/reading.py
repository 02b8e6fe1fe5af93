"""Reading cases for a request: each in one snapshot, and worked out for the business date. Nothing is locked."""

from services.dunning import offer_store, store
from services.dunning.api import reading_store
from services.dunning.api.case_answers import (
    CaseAnswer,
    OffersAnswer,
    PossiblePlans,
    RejectedKind,
    TaskAnswer,
)
from services.dunning.api.case_reading import CaseRead, case_answer, offer_answer
from services.dunning.api.command_store import is_known
from services.dunning.api.dunning_problems import no_business_date, refused, unknown_borrower
from services.dunning.api.offer_commands import BY_HAND, wanted_by_hand
from services.dunning.api.reading_store import CommandKey, TaskKey, TimelineKey
from services.dunning.api.record_answers import (
    ArmAnswer,
    DoneCommandAnswer,
    LaddersAnswer,
    ListedCase,
    TimelineEntry,
)
from services.dunning.api.used_ladders import UsedLadders
from services.dunning.cases import area_store
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.case_work import CaseWork
from services.dunning.current_instalments import total_minor
from services.dunning.offer_desk import OfferRefused
from services.dunning.offered_plans import offered_plans
from services.eventing.api_connections import ApiConnections
from services.eventing.database import Connection


class Reading:
    """Dunning's answers, before they take the form of an API."""

    def __init__(self, connections: ApiConnections, work: CaseWork, ladders: UsedLadders) -> None:
        self._connections = connections
        self._work = work
        self._ladders = ladders

    async def case(self, borrower_id: str) -> CaseAnswer:
        """A borrower's case on the business date. Raises Problem."""
        ladders = await self._ladders.get()
        async with self._connections.reading() as connection:
            case = await _known_case(connection, borrower_id)
            read = CaseRead(
                case, await area_store.load_areas(connection), await reading_store.open_offers(connection, borrower_id),
                await reading_store.open_tasks_of(connection, borrower_id), await self._work.today(connection),
            )  # fmt: skip
        return case_answer(read, ladders)

    async def offers(self, borrower_id: str) -> OffersAnswer:
        """All offers to a borrower. Raises Problem."""
        async with self._connections.reading() as connection:
            await _require_known(connection, borrower_id)
            offers = await offer_store.offers_of(connection, borrower_id)
        return OffersAnswer(borrower_id=borrower_id, offers=tuple(map(offer_answer, offers)))

    async def possible_plans(self, borrower_id: str, loan_id: str) -> PossiblePlans:
        """What would be offered for a loan on the business date. Raises Problem."""
        ladders = await self._ladders.get()
        async with self._connections.reading() as connection:
            case = await _known_case(connection, borrower_id)
            on = await self._work.today(connection)
            if on is None:
                raise no_business_date()
            wanted = wanted_by_hand(case, loan_id, BY_HAND, ladders.choose(case).policy, None)
            try:
                possible = await self._work.offers.possible(connection, wanted, on)
            except OfferRefused as error:
                raise refused(error) from error
        return PossiblePlans(
            borrower_id=borrower_id, loan_id=loan_id, currency=case.loans[loan_id].facts.currency, as_of=on,
            plans=offered_plans("possible", possible.found.offers),
            rejected=tuple(
                RejectedKind(kind=one.kind, rule=one.rule, reason=one.sentence) for one in possible.found.rejected
            ),
            current_instalments=possible.current, current_total_cost_minor=total_minor(possible.current),
        )  # fmt: skip

    async def timeline(
        self, borrower_id: str, after: TimelineKey, limit: int
    ) -> list[tuple[TimelineKey, TimelineEntry]]:  # fmt: skip
        """Entries of a case's record that follow one of them. Raises Problem."""
        async with self._connections.reading() as connection:
            await _require_known(connection, borrower_id)
            return await reading_store.timeline_page(connection, borrower_id, after, limit)

    async def cases(
        self, state: str | None, bucket: str | None, flag: str | None, after: str, limit: int
    ) -> list[ListedCase]:  # fmt: skip
        """Cases that follow one of them."""
        async with self._connections.reading() as connection:
            return await reading_store.cases_page(connection, state, bucket, flag, after, limit)

    async def tasks(
        self, kind: str | None, borrower_id: str | None, after: TaskKey, limit: int
    ) -> list[TaskAnswer]:  # fmt: skip
        """Open tasks that follow one of them."""
        async with self._connections.reading() as connection:
            return await reading_store.open_tasks(connection, kind, borrower_id, after, limit)

    async def commands(
        self, borrower_id: str | None, operator: str | None, before: CommandKey | None, limit: int
    ) -> list[DoneCommandAnswer]:
        """Commands older than one of them."""
        async with self._connections.reading() as connection:
            return await reading_store.commands_page(connection, borrower_id, operator, before, limit)

    async def ladders(self) -> LaddersAnswer:
        """The ladders in use and before."""
        choice = (await self._ladders.get()).choice
        async with self._connections.reading() as connection:
            used = await reading_store.used_ladders(connection)
        return LaddersAnswer(
            experiment=choice.experiment, under_way=choice.under_way, hold_out_percent=choice.hold_out_percent,
            arms=tuple(ArmAnswer(name=arm.name, ladder=arm.ladder, percent=arm.percent) for arm in choice.arms),
            ladders=tuple(used),
        )  # fmt: skip


async def _known_case(connection: Connection, borrower_id: str) -> CaseFile:
    case = await store.read_case(connection, borrower_id)
    if case is None:
        raise unknown_borrower(borrower_id)
    await store.load_payments(connection, [case])
    return case


async def _require_known(connection: Connection, borrower_id: str) -> None:
    if not await is_known(connection, borrower_id):
        raise unknown_borrower(borrower_id)
